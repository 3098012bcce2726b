"""`manage.py import_model`: publish a model file as a version."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inference.errors import InferenceError
from inference.services import import_version


class Command(BaseCommand):
    help = "Publish a model file, ours or the original project's pickle; nothing in the file is run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--name", default="")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 -- Django's signature
        try:
            version = import_version(options["file"].read_bytes(), name=options["name"])
        except (OSError, InferenceError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Imported as version {version.number}")
