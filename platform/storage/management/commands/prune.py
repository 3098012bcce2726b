"""`manage.py prune`: remove what may go by the settings, or say what would."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from storage import pruning
from storage.registry import Amount
from weblib.templatetags.readable import file_size


class Command(BaseCommand):
    help = "Remove expired sessions, files without a row, and what the KEEP_… settings say; --dry-run only lists it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Remove nothing; say what would go.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 -- Django's signature
        if options["dry_run"]:
            found = [(one.rule.title, one.amount) for one in pruning.candidates()]
        else:
            found = [(rule.title, amount) for rule, amount in pruning.prune()]
        for title, amount in found:
            self.stdout.write(f"{title}: {amount.count:,}, {file_size(amount.size_bytes)}")
        total = Amount(sum(one.count for _, one in found), sum(one.size_bytes for _, one in found))
        verb = "would go" if options["dry_run"] else "removed"
        self.stdout.write(f"In all {verb}: {total.count:,}, {file_size(total.size_bytes)}")
