"""Two hundred runs that complete at once, on four worker processes: every number once, none left out."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from inference.models import ModelVersion
from tests.lab import ROOT
from training.models import Run

RUNS, WORKERS = 200, 4
TINY = {"hidden_layers": [1], "epochs": 1, "batch_size": 1000}


def database_url() -> str:
    """The address of the database that this test has, for processes of their own."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    return f"postgres://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT']}/{known['NAME']}"


@pytest.mark.slow
def test_two_hundred_runs_that_complete_at_once_take_every_number_once(
    submit: Callable[..., Run], tmp_path: Path
) -> None:
    runs = [submit(**TINY, seed=seed).pk for seed in range(RUNS)]
    data_dir = tmp_path / "workers"
    data_dir.mkdir()
    (data_dir / "datasets").symlink_to(settings.DATASETS_DIR)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "digitlab.settings",
        "DATABASE_URL": database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "DIGITLAB_DATA_DIR": str(data_dir),
        "OPENBLAS_NUM_THREADS": "1",
    }
    workers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.training.completing_worker", *map(str, runs[first::WORKERS])],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for first in range(WORKERS)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n", worker.communicate()[1][-2000:]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    said = [worker.communicate() for worker in workers]
    assert [worker.returncode for worker in workers] == [0] * WORKERS, said
    assert sorted(ModelVersion.objects.values_list("number", flat=True)) == list(range(1, RUNS + 1))
    assert Run.objects.filter(status="completed", version__isnull=False).count() == RUNS
    assert len(list((data_dir / "models").glob("*.pickle"))) == RUNS
