"""Between hosts: a selection of the cluster's stories; `make faults ARGS=--cluster` tells them all."""

import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.faults.cluster import outside, stories
from tests.lab import ROOT

pytestmark = pytest.mark.processes

RUNS = 6
CHOSEN = (
    stories.a_worker_host_is_killed,
    stories.a_web_is_cut_off_from_the_database,
)


@pytest.mark.long
def test_between_hosts_nothing_is_lost_and_every_request_is_answered_in_time() -> None:
    reason = outside.lack()
    if reason:
        pytest.skip(f"the cluster needs network namespaces: {reason}")
    told = told_in_a_process([story.__name__ for story in CHOSEN])
    assert told.returncode == 0, told.stdout + told.stderr


def told_in_a_process(names: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """Its namespaces end with it when it takes too long."""
    chosen = [part for name in names for part in ("--story", name)]
    command = [sys.executable, "-m", "tests.faults", "--cluster", "--runs", str(RUNS), *chosen]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400, check=False)


def test_a_machine_without_the_programs_of_namespaces_skips_the_stories_in_plain_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert outside.tell() == 0
    told = capsys.readouterr().out
    assert told.startswith("The stories of the cluster are skipped: ip and unshare and nsenter ")
    assert told.endswith("cannot be found\n")
