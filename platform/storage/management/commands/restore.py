"""`manage.py restore FILE`: an archive into an empty folder and database, of either kind."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from storage.archive import ArchiveReader
from storage.errors import StorageError
from storage.restore import restore, target_of
from storage.terminal import Bar
from weblib.folder_lock import FolderInUseError, held


class Command(BaseCommand):
    help = "Restore an archive of `backup` into an empty data folder and database; the lab must not run."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--replace", action="store_true", help="Remove the rows that there are first; asks for confirmation."
        )
        parser.add_argument("--no-input", action="store_true", help="With --replace: no confirmation.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 -- Django's signature
        try:
            with held(settings.DATA_DIR), ArchiveReader.open(options["file"]) as archive:
                if options["replace"] and not options["no_input"]:
                    self._confirm(archive)
                with Bar(self.stderr) as bar:
                    manifest = restore(archive, replace=options["replace"], progress=bar)
        except FolderInUseError as error:
            raise CommandError(f"{error}: stop it first") from error
        except StorageError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"nothing was restored: {error}") from error
        count = sum(part.count for part in manifest.rows.values())
        self.stdout.write(
            f"{count:,} rows and {manifest.files.count:,} files restored from the backup of {manifest.made_at}, made "
            f"by version {manifest.program_version} on {manifest.database}"
        )
        for problem in manifest.problems:
            self.stderr.write(f"Already so when the backup was made: {problem}")

    def _confirm(self, archive: ArchiveReader) -> None:
        found = target_of(archive)
        if found.is_empty:
            return
        self.stdout.write(f"{found}. The rows are removed; files that are not the archive's stay.")
        try:
            answer = input('Type "replace" to go on: ')
        except EOFError:
            answer = ""
        if answer.strip() != "replace":
            raise CommandError("nothing was changed; --no-input confirms it without a terminal")
