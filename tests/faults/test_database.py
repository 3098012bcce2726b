"""A PostgreSQL that is killed and stays away for a while, under a run and those who watch it."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import postgres
from tests.faults.kinds import the_database_is_away
from tests.faults.scene import QUICK
from tests.faults.story import Stories
from tests.lab import Lab, store_small_pen_strokes
from tests.processes import until
from weblib.outages import DATABASE_UNAVAILABLE

pytestmark = pytest.mark.processes
REFUSAL = {"detail": DATABASE_UNAVAILABLE.message, "code": DATABASE_UNAVAILABLE.code}


@pytest.fixture
def stories(tmp_path: Path) -> Iterator[Stories]:
    """A lab on a PostgreSQL of its own."""
    if not os.environ.get("TEST_DATABASE_URL") or postgres.programs() is None:
        pytest.skip("make test-postgres tells this story, where there is a PostgreSQL")
    # Not in the tests' own folder, which its owner alone may enter.
    with tempfile.TemporaryDirectory(prefix="digitlab-postgres-") as name, postgres.server(Path(name)) as url:
        lab = Lab(tmp_path / "data", **QUICK, DATABASE_URL=url)
        store_small_pen_strokes(lab.data_dir / "datasets")
        lab.start()
        try:
            yield Stories(lab, postgres_folder=Path(name))
        finally:
            lab.stop()


def test_a_run_loses_nothing_when_the_database_is_away(stories: Stories) -> None:
    verdict = stories.tell(the_database_is_away.__name__, 7)
    assert verdict.is_survived, "\n".join(verdict.problems)


def test_while_the_database_is_away_a_prediction_is_refused_in_words_and_afterwards_it_is_answered(
    stories: Stories,
) -> None:
    lab, folder = stories.lab, stories.postgres_folder
    assert folder is not None
    assert predicted(lab, 1)[0] == 200
    with postgres.interrupted(folder):
        # What a version means is believed for a second.
        until(lambda: predicted(lab, 1)[0] == 503, what="the refusal")
        assert predicted(lab, "champion") == (503, REFUSAL)
        assert lab.call("GET", "versions") == (503, REFUSAL)
    until(lambda: predicted(lab, "champion")[0] == 200, what="an answer")
    assert lab.call("GET", "versions")[0] == 200


def predicted(lab: Lab, version: int | str) -> tuple[int, Any]:
    return lab.call("POST", "predict", {"pixels": [0] * 400 + [255] * 384, "versions": [version]})
