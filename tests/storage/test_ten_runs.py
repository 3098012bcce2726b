"""A backup taken while real workers train ten runs, restored on the other database: each run ends as it would have."""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.archive import ArchiveReader
from tests import postgres
from tests.faults.scene import CONFIG, QUICK
from tests.lab import Lab, store_small_pen_strokes
from tests.processes import until
from tests.storage.place import rows_in

pytestmark = pytest.mark.processes

RUNS = 10


@pytest.fixture
def url() -> Iterator[str]:
    """A PostgreSQL."""
    if not os.environ.get("TEST_DATABASE_URL") and postgres.programs() is None:
        pytest.skip(postgres.NOT_FOUND)
    # Not in the tests' own folder, which its owner alone may enter.
    with tempfile.TemporaryDirectory(prefix="digitlab-postgres-") as name, postgres.server(Path(name)) as address:
        yield address


@pytest.mark.parametrize(
    "direction", ["sqlite to postgres", pytest.param("postgres to sqlite", marks=pytest.mark.long)]
)
def test_every_run_ends_with_the_network_that_it_would_have_had(direction: str, tmp_path: Path, url: str) -> None:
    urls = [url, ""] if direction.startswith("postgres") else ["", url]
    original = Lab(tmp_path / "original", **QUICK, DATABASE_URL=urls[0])
    restored = Lab(tmp_path / "restored", **QUICK, DATABASE_URL=urls[1])
    for lab in (original, restored):
        store_small_pen_strokes(lab.data_dir / "datasets")
    archive = tmp_path / "lab.zip"

    original.start()
    try:
        ids = [original.submit(**{**CONFIG, "seed": seed}, name=f"run {seed}") for seed in range(1, RUNS + 1)]
        # Some are done, some train, some wait.
        until(lambda: len(of_status(original, "completed")) >= 2, what="two versions", within_seconds=180)
        until(lambda: any(run["epoch"] for run in of_status(original, "running")), what="an epoch")
        said = original.command("backup", str(archive))
        taken = rows_in(archive)["training.run"]
        undisturbed = shas(original, ids)
    finally:
        original.stop()

    assert "rows and" in said.stdout
    statuses = {row["status"] for row in taken}
    assert {"completed", "running", "queued"} <= statuses, statuses
    assert all(row["checkpoint"] for row in taken if row["status"] == "running" and row["last_epoch"])
    with ArchiveReader.open(archive) as opened:
        opened.check()
        assert opened.manifest.problems == []

    restored.command("restore", str(archive))
    assert restored.command("verify").stdout.startswith("All is well")
    restored.start()
    try:
        assert shas(restored, ids) == undisturbed
        for row in taken:
            run = restored.call("GET", f"runs/{row['id']}")[1]
            texts = [event["text"] for event in run["events"]]
            assert any("Restored from a backup" in text for text in texts) == (row["status"] == "running"), texts
            assert run["attempt"] == row["attempt"] + (row["status"] != "completed")
            epochs = restored.call("GET", f"runs/{row['id']}/epochs")[1]
            assert [epoch["epoch"] for epoch in epochs] == list(range(1, CONFIG["epochs"] + 1))
        assert restored.command("verify").stdout.startswith("All is well")
    finally:
        restored.stop()


def of_status(lab: Lab, status: str) -> list[dict[str, Any]]:
    return list(lab.call("GET", f"runs?status={status}&limit=100")[1]["items"])


def shas(lab: Lab, ids: list[int]) -> dict[int, str]:
    """The SHA-256 of the version of each run, once all have ended."""
    deadline = time.monotonic() + 300
    found = {}
    for run_id in ids:
        run = lab.wait_for(run_id, "completed", "failed", within_seconds=deadline - time.monotonic())
        assert run["status"] == "completed", run
        found[run_id] = lab.call("GET", f"versions/{run['version']}")[1]["sha256"]
    return found
