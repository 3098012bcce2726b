"""Starts the cluster's stories in namespaces of their own, which end with their process."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from digitlab.processes.parent_death import die_with_parent
from tests import postgres
from tests.faults.cluster import clocks, namespaces
from tests.lab import ROOT

RUNS: Final = 20


def lack() -> str:
    """Why there can be no cluster on this machine; nothing where there can be one."""
    return namespaces.lack() or clocks.lack() or ("" if postgres.programs() else "there is no initdb of PostgreSQL")


def tell(stories: Sequence[str] = (), *, runs: int = RUNS) -> int:
    """Tell these stories, by default all; the exit status is 0 when all were survived, or are skipped here."""
    reason = lack()
    if reason:
        sys.stdout.write(f"The stories of the cluster are skipped: {reason}\n")
        return 0
    with tempfile.TemporaryDirectory(prefix="digitlab-cluster-") as folder:
        # The owner of the database's server, who is not root, must reach its folder.
        Path(folder).chmod(0o755)
        inside = [sys.executable, "-m", "tests.faults.cluster", folder, *stories, "--runs", str(runs)]
        return subprocess.run(
            [*namespaces.private(), *inside],
            cwd=ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "digitlab.settings"},
            preexec_fn=die_with_parent,
            check=False,
        ).returncode
