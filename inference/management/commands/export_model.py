"""`manage.py export_model`: write a version's network to a file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from inference.registry.exports import FORMATS, exported
from inference.registry.selectors import get_version
from weblib.errors import LabError


class Command(BaseCommand):
    help = "Write a version's network to a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int)
        parser.add_argument("--format", choices=FORMATS, default="pickle")
        parser.add_argument("--output", type=Path, help="Default: digitlab-version-<number>.<format> here.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 -- Django's signature
        target = options["output"] or Path(f"digitlab-version-{options['number']}.{options['format']}")
        try:
            target.write_bytes(exported(get_version(options["number"]), options["format"]))
        except (OSError, LabError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Wrote {target}")
