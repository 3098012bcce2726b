"""One thread of BLAS per process, and the cores that this process may use."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from digitlab.processes import blas_threads

ALLOWED = len(os.sched_getaffinity(0))


@pytest.fixture
def cgroup(tmp_path: Path) -> Path:
    """Where a container's limits are."""
    (tmp_path / "cpu").mkdir()
    return tmp_path


def test_without_a_container_the_affinity_counts(tmp_path: Path) -> None:
    assert blas_threads.cores(tmp_path) == ALLOWED
    program = "import os; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\n"
    program += "from digitlab.processes import blas_threads; print(blas_threads.cores())"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "1\n"


@pytest.mark.parametrize(("limit", "cores"), [("100000 100000", 1), ("50000 100000", 1), ("max 100000", ALLOWED)])
def test_the_limit_of_a_container_counts(cgroup: Path, limit: str, cores: int) -> None:
    (cgroup / "cpu.max").write_text(f"{limit}\n")
    assert blas_threads.cores(cgroup) == cores


@pytest.mark.parametrize(("quota", "cores"), [("100000", 1), ("-1", ALLOWED), ("", ALLOWED)])
def test_the_older_form_of_a_limit_counts(cgroup: Path, quota: str, cores: int) -> None:
    (cgroup / "cpu" / "cpu.cfs_quota_us").write_text(f"{quota}\n")
    (cgroup / "cpu" / "cpu.cfs_period_us").write_text("100000\n")
    assert blas_threads.cores(cgroup) == cores


@pytest.mark.parametrize("slots", ["1", "2"])
def test_a_slot_has_one_thread_however_many_slots_a_worker_has(tmp_path: Path, slots: str) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in blas_threads._NAMES}
    environment |= {"WORKER_SLOTS": slots, "DIGITLAB_DATA_DIR": str(tmp_path)}
    program = "import os, digitlab.celery; print(os.environ['OPENBLAS_NUM_THREADS'])"
    answer = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert answer.stdout == "1\n"
