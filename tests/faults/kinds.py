"""What can happen to a run: each fault is a function that begins a run and disturbs it."""

import contextlib
import signal
import time
from collections.abc import Callable
from typing import Final

from tests import postgres
from tests.faults.moments import CREATED, MOVED_IN
from tests.faults.scene import CONFIG, Scene
from tests.processes import until

Fault = Callable[[Scene], None]


def the_training_process_is_killed(scene: Scene) -> None:
    scene.begin()
    scene.kill_holder()


def it_is_killed_while_it_writes_a_checkpoint(scene: Scene) -> None:
    scene.submit()
    scene.wait_for_epoch(scene.random.randint(1, 6))
    scene.kill_pid(scene.freeze_when_a_file_appears(scene.checkpoints, CREATED, is_wanted=_is_temporary))


def it_is_killed_between_checkpoint_and_row(scene: Scene) -> None:
    scene.submit()
    scene.wait_for_epoch(scene.random.randint(1, 6))
    scene.kill_pid(scene.freeze_when_a_file_appears(scene.checkpoints, MOVED_IN, is_wanted=bool))


def it_is_killed_while_it_writes_the_model_file(scene: Scene) -> None:
    scene.submit()
    scene.wait_for_epoch(1)
    scene.kill_pid(scene.freeze_when_a_file_appears(scene.models, CREATED, is_wanted=_is_temporary))


def it_is_killed_between_model_file_and_version(scene: Scene) -> None:
    scene.submit()
    scene.wait_for_epoch(1)
    scene.kill_pid(scene.freeze_when_a_file_appears(scene.models, MOVED_IN, is_wanted=bool))


def the_worker_is_killed(scene: Scene) -> None:
    scene.begin()
    scene.kill("worker")


def the_worker_is_shut_down(scene: Scene) -> None:
    scene.begin()
    scene.kill("worker", number=signal.SIGTERM)


def the_scheduler_is_killed_with_the_training_process(scene: Scene) -> None:
    scene.begin()
    scene.kill("scheduler")
    scene.kill_holder()


def web_is_killed(scene: Scene) -> None:
    scene.begin()
    scene.kill("web")


def redis_is_killed(scene: Scene) -> None:
    scene.begin()
    scene.kill("redis")


def redis_loses_its_data(scene: Scene) -> None:
    scene.begin()
    scene.forget_redis()


def redis_loses_the_message_of_a_waiting_run(scene: Scene) -> None:
    with scene.asleep(scene.worker_family()):
        scene.submit()
        scene.forget_redis()


def redis_hangs(scene: Scene) -> None:
    scene.begin()
    with scene.lab.paused("redis-server"):
        scene.faults += 1
        time.sleep(scene.random.uniform(0.5, 4.0))


def everything_is_killed_at_once(scene: Scene) -> None:
    scene.begin()
    scene.kill("redis", "worker", "scheduler", "web")


def the_watchers_connection_breaks_off(scene: Scene) -> None:
    scene.submit()
    for number in sorted(scene.random.sample(range(1, CONFIG["epochs"]), 3)):
        scene.wait_for_epoch(number)
        scene.watcher.drop()
        scene.faults += 1


def its_task_is_delivered_twice_at_once(scene: Scene) -> None:
    with scene.asleep(scene.worker_family()):
        scene.submit()
        scene.deliver(2)


def its_task_is_delivered_again_while_it_trains(scene: Scene) -> None:
    scene.begin()
    scene.deliver(2)


def its_task_is_delivered_again_when_it_is_done(scene: Scene) -> None:
    scene.submit()
    until(lambda: scene.run()["status"] == "completed")
    scene.deliver(2)


def it_is_stopped_and_resumed(scene: Scene) -> None:
    scene.begin()
    for _ in range(scene.random.randint(1, 3)):
        if scene.run()["status"] == "completed":
            return
        _stop_and_resume(scene, clicks=1)
        time.sleep(scene.random.uniform(0.0, 0.4))


def stop_and_resume_are_clicked_twice_at_once(scene: Scene) -> None:
    scene.begin()
    _stop_and_resume(scene, clicks=2)


def the_training_process_is_killed_while_it_stops(scene: Scene) -> None:
    scene.begin()
    holder = scene.holder()
    if scene.post("stop") == 200:
        scene.kill_pid(holder)
        until(lambda: scene.run()["status"] in {"stopped", "completed"}, what="the end of stopping")
        _resume(scene, clicks=1)


def the_training_process_sleeps_beyond_its_lease(scene: Scene) -> None:
    scene.begin()
    holder = scene.holder()
    if holder:
        with scene.asleep([holder]):
            _wait_while_asleep(lambda: scene.holder() not in {0, holder} or scene.run()["status"] == "completed")


def the_worker_sleeps_beyond_its_lease(scene: Scene) -> None:
    scene.begin()
    if scene.holder():
        with scene.asleep(scene.worker_family()):
            _wait_while_asleep(lambda: scene.run()["status"] in {"queued", "completed"})
            time.sleep(scene.random.uniform(0.0, 0.5))


def the_database_is_away(scene: Scene) -> None:
    scene.begin()
    scene.faults += 1
    assert scene.postgres_folder is not None
    with postgres.interrupted(scene.postgres_folder):
        time.sleep(scene.random.uniform(0.0, 4.0))


def _wait_while_asleep(condition: Callable[[], bool]) -> None:
    """Wait for a take-over; who fell asleep in the middle of a write holds the database up until it wakes."""
    with contextlib.suppress(AssertionError):
        until(condition, within_seconds=12)


def _stop_and_resume(scene: Scene, *, clicks: int) -> None:
    scene.faults += 1
    answers = scene.post_at_once("stop", clicks)
    until(lambda: scene.run()["status"] in {"stopped", "completed"}, what="the stop")
    if scene.run()["status"] == "stopped":
        assert set(answers) == {200}, answers
    _resume(scene, clicks=clicks)


def _resume(scene: Scene, *, clicks: int) -> None:
    if scene.run()["status"] == "stopped":
        scene.faults += 1
        answers = scene.post_at_once("resume", clicks)
        # The second finds the run queued, or already in the hands of a worker.
        assert 200 in answers, answers
        assert set(answers) <= {200, 409}, answers


def _is_temporary(name: str) -> bool:
    return name.startswith(".writing-")


ON_POSTGRES: Final[dict[str, Fault]] = {the_database_is_away.__name__: the_database_is_away}
KINDS: Final[dict[str, Fault]] = {
    fault.__name__: fault
    for fault in (
        the_training_process_is_killed,
        it_is_killed_while_it_writes_a_checkpoint,
        it_is_killed_between_checkpoint_and_row,
        it_is_killed_while_it_writes_the_model_file,
        it_is_killed_between_model_file_and_version,
        the_worker_is_killed,
        the_worker_is_shut_down,
        the_scheduler_is_killed_with_the_training_process,
        web_is_killed,
        redis_is_killed,
        redis_loses_its_data,
        redis_loses_the_message_of_a_waiting_run,
        redis_hangs,
        the_watchers_connection_breaks_off,
        its_task_is_delivered_twice_at_once,
        its_task_is_delivered_again_while_it_trains,
        its_task_is_delivered_again_when_it_is_done,
        it_is_stopped_and_resumed,
        stop_and_resume_are_clicked_twice_at_once,
        the_training_process_is_killed_while_it_stops,
        the_training_process_sleeps_beyond_its_lease,
        the_worker_sleeps_beyond_its_lease,
        everything_is_killed_at_once,
    )
}
