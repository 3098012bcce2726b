"""Whatever dies, a run ends as if nothing had happened: same epochs, same network, one version, no file left."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from digitlab.processes import redis_address
from tests import redis_servers
from tests.faults import kinds
from tests.faults.kinds import Fault
from tests.faults.scene import QUICK
from tests.faults.story import Stories
from tests.lab import Lab, store_small_pen_strokes

pytestmark = pytest.mark.processes

SEED = 2026
# A minute's choice; `make faults` tells them all, over and over.
CHOSEN: tuple[Fault, ...] = (
    kinds.the_training_process_is_killed,
    kinds.it_is_killed_between_checkpoint_and_row,
    kinds.it_is_killed_while_it_writes_the_model_file,
    kinds.it_is_killed_between_model_file_and_version,
    kinds.the_worker_is_killed,
    kinds.the_worker_is_shut_down,
    kinds.the_scheduler_is_killed_with_the_training_process,
    kinds.web_is_killed,
    kinds.redis_loses_its_data,
    kinds.redis_loses_the_message_of_a_waiting_run,
    kinds.the_watchers_connection_breaks_off,
    kinds.its_task_is_delivered_twice_at_once,
    kinds.stop_and_resume_are_clicked_twice_at_once,
    kinds.the_training_process_is_killed_while_it_stops,
    kinds.the_training_process_sleeps_beyond_its_lease,
)


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stories]:
    """A lab in which one thing after another goes wrong."""
    lab = Lab(tmp_path_factory.mktemp("faults") / "data", **QUICK)
    store_small_pen_strokes(lab.data_dir / "datasets")
    yield Stories(lab.start())
    assert lab.stop() == 0, lab.output()


@pytest.mark.parametrize("fault", CHOSEN, ids=lambda fault: fault.__name__)
def test_a_run_loses_nothing_when(stories: Stories, fault: Fault) -> None:
    verdict = stories.tell(fault.__name__, SEED)
    assert verdict.is_survived, "\n".join(verdict.problems)
    assert verdict.faults > 0


@pytest.mark.parametrize("version", redis_servers.servers())
@pytest.mark.parametrize(
    "fault", [kinds.redis_loses_its_data, pytest.param(kinds.redis_is_killed, marks=pytest.mark.long)]
)
def test_with_each_server_a_run_loses_nothing_when(fault: Fault, version: str, tmp_path: Path) -> None:
    lab = Lab(tmp_path / "data", **QUICK, PATH=redis_servers.path_with(version, tmp_path / "bin"))
    store_small_pen_strokes(lab.data_dir / "datasets")
    try:
        verdict = Stories(lab.start()).tell(fault.__name__, SEED)
        with redis.Redis.from_url(redis_address.embedded_url(lab.data_dir)) as client:
            assert client.info("server")["redis_version"].startswith(version)
    finally:
        assert lab.stop() == 0, lab.output()
    assert verdict.is_survived, "\n".join(verdict.problems)
    assert verdict.faults > 0


@pytest.mark.parametrize("name", ["web", "worker", "scheduler", "redis"])
def test_a_process_that_was_killed_was_started_again_and_told(stories: Stories, name: str) -> None:
    assert f"{name} died (signal SIGKILL); it is started again" in stories.lab.output()
