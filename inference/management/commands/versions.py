"""`manage.py versions`: the list of model versions."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from inference.registry.selectors import versions_page


class Command(BaseCommand):
    help = "List model versions, newest first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--limit", type=int, default=50)

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 -- Django's signature
        for version in versions_page(limit=options["limit"]).rows:
            accuracy = "" if version.test_accuracy is None else f"{version.test_accuracy:.2%}"
            shape = "-".join(map(str, version.layer_sizes))
            aliases = " ".join(alias.name for alias in version.aliases.all())
            line = f"{version.number:>5}  {accuracy:>7}  {shape:<20} {version.source:<8} {version.name} {aliases}"
            self.stdout.write(line.rstrip())
