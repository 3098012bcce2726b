"""The private namespaces that the cluster is in, and whether this machine lets us have them."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

_PROGRAMS: Final = ("ip", "unshare", "nsenter")
_PROBE: Final = "ip link add name probe type bridge && ip link add name one type veth peer name two"


def lack() -> str:
    """Why there can be no cluster here; nothing where there can be one."""
    if sys.platform != "linux":
        return "network namespaces are a feature of Linux"
    missing = [name for name in _PROGRAMS if shutil.which(name) is None]
    if missing:
        return f"{' and '.join(missing)} (of iproute2 and util-linux) cannot be found"
    probe = subprocess.run([*private(), "sh", "-c", _PROBE], capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        return f"this user may not make network namespaces: {probe.stderr.strip()}"
    return ""


def private(*, is_nested: bool = False) -> Sequence[str]:
    """The start of a command that runs in namespaces of its own, in which it may do everything.

    Its processes end with it, however it ends.

    Args:
        is_nested: whether this process is in such namespaces already.
    """
    # PostgreSQL refuses root, so without root's rights the user keeps its number and gets the rights alone.
    rights = [] if is_nested or os.geteuid() == 0 else ["--user", "--map-current-user", "--keep-caps"]
    return ["unshare", *rights, "--net", "--uts", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc", "--"]


def inside(process: int) -> Sequence[str]:
    """The start of a command that runs in the namespaces of that process."""
    return ["nsenter", "--target", str(process), "--net", "--uts", "--pid", "--mount", "--"]
