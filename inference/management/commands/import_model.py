"""`manage.py import_model`: publish a model file as a version."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inference.model_files.import_options import ACTIVATIONS, OUTPUTS, ImportOptions
from inference.model_files.input_scale import AS_IT_IS, INPUT_SCALES
from inference.model_files.pickle.plain_pickle import MAX_BYTES
from inference.registry.services import import_version
from weblib.errors import LabError


class Command(BaseCommand):
    help = (
        "Publish a model file as a version: a pickle of arrays (ours, the original project's), .npz, "
        "safetensors or ONNX. The format is detected by the content; nothing in the file is run."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--name", default="")
        parser.add_argument("--activation", choices=ACTIVATIONS, help="Of the hidden layers, where the file lacks it.")
        parser.add_argument("--output", choices=OUTPUTS, help="Of the last layer, where the file lacks it.")
        parser.add_argument(
            "--input-scale",
            choices=INPUT_SCALES,
            default=AS_IT_IS,
            help="The pixels that it was trained on, folded into its first layer. Write --input-scale=-1..1.",
        )

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 -- Django's signature
        try:
            with options["file"].open("rb") as file:
                said = ImportOptions(
                    activation=options["activation"], output=options["output"], input_scale=options["input_scale"]
                )
                version = import_version(file.read(MAX_BYTES + 1), name=options["name"], options=said)
        except (OSError, LabError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Imported as version {version.number}")
