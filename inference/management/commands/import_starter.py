"""`manage.py import_starter`: publish the version that ships with the code, once."""

from typing import Any

from django.core.management.base import BaseCommand

from inference.registry.starter import import_starter


class Command(BaseCommand):
    help = "Publish the starter version that ships with the code, unless it is there already."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 -- Django's signature
        version = import_starter()
        if options["verbosity"]:
            self.stdout.write(
                f"The starter is version {version.number}." if version else "There is no starter to import."
            )
