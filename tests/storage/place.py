"""A data folder with a database of its own, and the commands that work on it."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from storage.archive import ArchiveReader
from tests.lab import ROOT
from tests.upgrade import tables
from tests.upgrade.old_folder import SQLITE_FILE, OldFolder

PASSED = ("PYTHONPATH", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")


@dataclass(frozen=True, slots=True)
class Place:
    """A data folder; its database is in it, or at `url`; its model files are in it, or in `model_store`."""

    path: Path
    url: str = ""
    model_store: str = ""

    def run(self, *command: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        """What a command of Python answers."""
        self.path.mkdir(parents=True, exist_ok=True)
        passed = {name: os.environ[name] for name in PASSED if name in os.environ}
        store = {"DIGITLAB_MODEL_STORE": self.model_store} if self.model_store else {}
        return subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env={**OldFolder(self.path, self.url).environment(), **passed, **store, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def manage(self, *arguments: str) -> str:
        """What a command of the command line prints; it must succeed."""
        answer = self.run("manage.py", *arguments)
        assert answer.returncode == 0, answer.stderr
        return answer.stdout

    def refused(self, *arguments: str) -> str:
        """The sentence with which a command is refused."""
        answer = self.run("manage.py", *arguments)
        assert answer.returncode == 1, answer.stdout
        assert "Traceback" not in answer.stderr, answer.stderr
        return answer.stderr.strip().splitlines()[-1]

    def database(self) -> tables.Database:
        """Its tables."""
        return tables.PostgreSQL(self.url) if self.url else tables.SQLite(self.path / SQLITE_FILE)

    def files(self) -> dict[str, str]:
        """The SHA-256 of the files that rows may name."""
        found = OldFolder(self.path).files()
        return {name: sha256 for name, sha256 in found.items() if not name.startswith("datasets/")}

    def copy(self, path: Path) -> "Place":
        """A copy of a folder with a SQLite database that no process has open."""
        shutil.copytree(self.path, path)
        return Place(path)


def rows_in(archive: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of every model in an archive."""
    with ArchiveReader.open(archive) as opened:
        return {label: [json.loads(line) for line in opened.lines(label)] for label in opened.manifest.rows}
