"""A throw-away PostgreSQL: `python -m tests.postgres COMMAND …` runs the command with TEST_DATABASE_URL set to it."""

import contextlib
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.lab import free_port

NOT_FOUND = "PostgreSQL tests are skipped: there is no initdb on this machine"


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, newest first; None where there is none."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    return installed[-1].parent if installed else None


@contextlib.contextmanager
def server(folder: Path, *, address: str = "127.0.0.1", prefix: Sequence[str] = ()) -> Iterator[str]:
    """The URL of a new, empty server in `folder`, which is ended with everything in it.

    Args:
        folder: of its files and its socket.
        address: that it listens on.
        prefix: of each command, which replaces itself by the rest: a shell in another namespace.
    """
    binaries = programs()
    if binaries is None:
        raise FileNotFoundError(NOT_FOUND)
    data = folder / "data"
    as_owner = [*prefix, *_as_owner(folder)]
    port = free_port()
    # Nothing in it is worth a wait for the disk.
    options = f"-k {folder} -p {port} -c listen_addresses={address} -c fsync=off -c full_page_writes=off"
    _run(*as_owner, binaries / "initdb", "--auth=trust", "--no-sync", "--username=digitlab", "-D", data)
    if address != "127.0.0.1":
        with (data / "pg_hba.conf").open("a") as file:
            file.write("host all all samenet trust\n")
    _run(*as_owner, binaries / "pg_ctl", "-w", "-D", data, "-l", folder / "log", "-o", options, "start")
    try:
        _run(*as_owner, binaries / "createdb", "-h", folder, "-p", port, "-U", "digitlab", "digitlab")
        yield f"postgres://digitlab@{address}:{port}/digitlab"
    finally:
        _run(*as_owner, binaries / "pg_ctl", "-w", "-D", data, "-m", "immediate", "stop")


@contextlib.contextmanager
def interrupted(folder: Path) -> Iterator[None]:
    """The server in `folder` is killed, and started again afterwards on the same port."""
    binaries = programs()
    assert binaries is not None
    control = [*_as_owner(folder), binaries / "pg_ctl", "-w", "-D", folder / "data"]
    # The program, then its options as `server` gave them.
    options = (folder / "data" / "postmaster.opts").read_text().strip().split(maxsplit=1)[1].replace('"', "")
    _run(*control, "-m", "immediate", "stop")
    try:
        yield
    finally:
        _run(*control, "-l", folder / "log", "-o", options, "start")


def _as_owner(folder: Path) -> list[str]:
    """The start of every command: initdb refuses root, who lends the folder to somebody else."""
    if os.geteuid() != 0:
        return []
    owner = next(name for name in ("postgres", "nobody") if _exists(name))
    shutil.chown(folder, owner)
    return ["setpriv", f"--reuid={owner}", "--clear-groups"]


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def _run(*command: object) -> None:
    process = subprocess.run(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if process.returncode != 0:
        raise RuntimeError(f"{command}: {process.stdout.decode(errors='replace')[-2000:]}")


def main(command: list[str]) -> int:
    """Run `command` beside a server; its exit status."""
    if programs() is None:
        sys.stdout.write(f"{NOT_FOUND}\n")
        return 0
    with tempfile.TemporaryDirectory(prefix="digitlab-postgres-") as folder, server(Path(folder)) as url:
        return subprocess.run(command, env={**os.environ, "TEST_DATABASE_URL": url}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
