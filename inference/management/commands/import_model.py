"""`manage.py import_model`: publish a model file as a version."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inference.model_files.pickle.plain_pickle import MAX_BYTES
from inference.registry.services import import_version
from weblib.errors import LabError


class Command(BaseCommand):
    help = (
        "Publish a model file as a version: a pickle (ours, or the original project's), .npz, safetensors or ONNX. "
        "The format is detected by the content; nothing in the file is run."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--name", default="")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 -- Django's signature
        try:
            with options["file"].open("rb") as file:
                version = import_version(file.read(MAX_BYTES + 1), name=options["name"])
        except (OSError, LabError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Imported as version {version.number}")
