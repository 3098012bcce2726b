"""The data folder that commit a21a63b left, and the subprocesses that work on a copy of it."""

import hashlib
import json
import os
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
FIXTURES: Final = Path(__file__).parent / "fixtures"
ARCHIVE: Final = FIXTURES / "a21a63b.tar.xz"
RECORD: Final = FIXTURES / "a21a63b.json"

SQLITE_FILE: Final = "digitlab.sqlite3"
POSTGRES_FILE: Final = "postgres.sql"
# The session in the folder is signed with it.
SECRET_KEY: Final = "the upgrade test and nothing else"

# The last bits of a matrix product depend on the kernel that OpenBLAS picks for the processor, and those of exp() on
# the instructions that NumPy picks: both are fixed, so that every x86-64 machine with AVX2 computes the same network.
ARITHMETIC: Final = {
    "OPENBLAS_CORETYPE": "Haswell",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
_INHERITED: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONPATH")


@dataclass(frozen=True, slots=True)
class OldFolder:
    """A copy of the data folder, and the database that belongs to it.

    Attributes:
        path: Of the data folder.
        database_url: Of a PostgreSQL; empty for the SQLite file in the folder.
    """

    path: Path
    database_url: str = ""

    def environment(self) -> dict[str, str]:
        """What a subprocess needs to work on this folder; nothing else of the tests' own environment reaches it."""
        inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        database = {"DATABASE_URL": self.database_url} if self.database_url else {}
        return {
            **inherited,
            **ARITHMETIC,
            **database,
            "DJANGO_SETTINGS_MODULE": "digitlab.settings",
            "DIGITLAB_DATA_DIR": str(self.path),
            "DIGITLAB_AUTH": "login",
            "SECRET_KEY": SECRET_KEY,
            "LOG_LEVEL": "ERROR",
        }

    def manage(self, *arguments: str) -> str:
        """What a `manage.py` command prints."""
        return self._run("manage.py", *arguments)

    def answers(self, *arguments: str) -> Any:
        """What `python -m tests.upgrade.answers` with these arguments prints, as JSON."""
        return json.loads(self._run("-m", "tests.upgrade.answers", *arguments))

    def files(self) -> dict[str, str]:
        """The SHA-256 of every file of a version, a run or a data set, by its path in the folder."""
        folders = ("models", "checkpoints", "datasets")
        paths = sorted(path for folder in folders for path in (self.path / folder).rglob("*") if path.is_file())
        return {path.relative_to(self.path).as_posix(): sha256(path) for path in paths}

    def _run(self, *command: str) -> str:
        process = subprocess.run(
            [sys.executable, *command],
            cwd=ROOT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        if process.returncode != 0:
            raise AssertionError(f"{' '.join(command)} failed:\n{process.stdout}\n{process.stderr}")
        return process.stdout


def unpack(folder: Path) -> None:
    """Unpack the archive into `folder`."""
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")


@cache
def record() -> dict[str, Any]:
    """What was recorded when the folder was made."""
    found: dict[str, Any] = json.loads(RECORD.read_text())
    return found


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
