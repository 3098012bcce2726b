"""`manage.py predict`: read the digit in an image."""

import base64
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from pydantic import ValidationError

from inference.models import CHAMPION
from inference.serving.prediction import PredictRequest, predict
from weblib.errors import LabError
from weblib.text_bar import text_bar


def verdict_text(result: dict[str, Any]) -> str:
    """What the answer is worth, as the canvas says it."""
    if result["verdict"] == "not_a_digit":
        return "does not look like a digit"
    if result["verdict"] == "sure":
        return f"confidence {result['confidence']:.1%}"
    return "low confidence: " + " or ".join(map(str, result["candidates"]))


class Command(BaseCommand):
    help = "Read the digit in a picture (PNG, JPEG, WebP, GIF, BMP or TIFF), dark on light or light on dark."

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Let `--version` mean the model's version; `manage.py --version` still prints Django's."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("image", type=Path)
        parser.add_argument("--version", dest="number", default=CHAMPION, help="Number or alias; default: champion.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 -- Django's signature
        try:
            image = base64.b64encode(options["image"].read_bytes()).decode()
            reply = predict(PredictRequest(image=image, versions=[options["number"]]))
        except (OSError, LabError) as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            sentences = {f"{item['loc'][0]}: {item['msg']}" for item in error.errors()}
            raise CommandError("\n".join(sorted(sentences))) from error
        for result in reply["results"]:
            self.stdout.write(f"{result['digit']}  (version {result['version']}) {verdict_text(result)}")
            for digit, probability in enumerate(result["probabilities"]):
                self.stdout.write(f"  {digit} {probability:7.2%} {text_bar(probability, 40, self.stdout)}")
