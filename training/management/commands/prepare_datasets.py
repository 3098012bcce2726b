"""`manage.py prepare_datasets`: download MNIST before a run needs it, or record that it is not available."""

from typing import Any

from django.core.management.base import BaseCommand

import datasets
from datasets.errors import DatasetUnavailableError


class Command(BaseCommand):
    help = "Fetch MNIST, or note why it cannot be had: the form then says so."

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 -- Django's signature
        states = {status.key: status.state for status in datasets.availability()}
        if states["mnist"] != "on_first_use":
            self.stdout.write(f"MNIST is {states['mnist']}")
            return
        try:
            datasets.load("mnist")
            self.stdout.write("MNIST is ready")
        except DatasetUnavailableError as error:
            self.stdout.write(str(error))
