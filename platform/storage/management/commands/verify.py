"""`manage.py verify [FILE]`: every file against its row, or an archive against its hashes."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from storage.archive import ArchiveReader
from storage.errors import StorageError
from storage.terminal import Bar
from storage.verification import problems


class Command(BaseCommand):
    help = "Compare every file with its row and every row with its file; with FILE, check an archive. 1 if wrong."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, nargs="?", help="An archive of `backup`.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 -- Django's signature
        with Bar(self.stderr) as bar:
            found = self._problems_of_archive(options["file"], bar) if options["file"] else list(problems(bar))
        for problem in found:
            self.stdout.write(problem)
        if found:
            raise CommandError(f"{len(found):,} problem{'' if len(found) == 1 else 's'} found")
        self.stdout.write("All is well: every file is what its row says.")

    def _problems_of_archive(self, path: Path, bar: Bar) -> list[str]:
        try:
            with ArchiveReader.open(path) as archive:
                archive.check(bar)
                return [f"already so when the backup was made: {one}" for one in archive.manifest.problems]
        except StorageError as error:
            return [str(error)]
