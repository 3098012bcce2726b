"""`manage.py backup FILE`: rows and files of a running lab in one archive."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from storage.backup import make_backup
from storage.errors import StorageError
from storage.terminal import Bar
from weblib.templatetags.readable import file_size


class Command(BaseCommand):
    help = "Write the rows and the files that they name to one archive, while everything runs. Keep it as secret."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="The archive to write, such as lab.backup.zip.")
        parser.add_argument("--force", action="store_true", help="Overwrite the file if it exists.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 -- Django's signature
        target: Path = options["file"].absolute()
        try:
            with Bar(self.stderr) as bar:
                backup = make_backup(target, overwrite=options["force"], progress=bar)
        except StorageError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{target} cannot be written: {error.strerror or error}") from error
        manifest = backup.manifest
        self.stdout.write(
            f"{target}: {backup.row_count:,} rows and {manifest.files.count:,} files, {file_size(backup.size_bytes)}"
        )
        if manifest.problems:
            listed = "\n".join(f"  {problem}" for problem in manifest.problems)
            raise CommandError(f"the backup was written, but the store itself is not whole:\n{listed}")
