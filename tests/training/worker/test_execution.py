"""What a worker does with a run, in this process: train, record, publish, stop, go on, fail."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

import datasets
from datasets.probe_images import drawn_images
from inference.models import ModelVersion
from inference.registry.selectors import get_version
from inference.registry.services import load_network
from nnlib import BatchProgress, EpochFinished, Event
from training.models import Run
from training.runs import checkpoints, services
from training.runs.selectors import epochs_after, events_of, get_run
from training.tasks import train
from training.worker import execution, leases, reconciliation, retrying, shutdown
from training.worker.execution import execute
from training.worker.heartbeat import Heartbeat

Submit = Callable[..., Run]


class Interruption:
    """Does something once, at the first batch or the end of an epoch."""

    def __init__(self, action: Callable[[], Any], *, in_epoch: int, at_end: bool = False) -> None:
        self._action, self._epoch, self._at_end, self.happened = action, in_epoch, at_end, False

    def __call__(self, event: Event) -> None:
        kind = EpochFinished if self._at_end else BatchProgress
        if not self.happened and isinstance(event, kind) and event.epoch == self._epoch:
            self.happened = True
            self._action()


@pytest.fixture
def many_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """The trainer speaks after every batch, however fast it is."""
    monkeypatch.setattr("nnlib.epoch_loop.SECONDS_BETWEEN_EVENTS", 0.0)


def finished(run: Run) -> Run:
    """The run, trained to its end."""
    assert execute(run.pk)
    done = get_run(run.pk)
    assert done.status == "completed", done.failure
    return done


def sha256_of(run: Run) -> str:
    """The fingerprint of the weights that the run ended with."""
    version = get_run(run.pk).version
    assert version is not None
    return load_network(get_version(version.number)).sha256()


# A run that goes well.


def test_a_run_writes_every_epoch_and_publishes_one_version(submit: Submit) -> None:
    run = finished(submit(epochs=3))
    assert [epoch["epoch"] for epoch in epochs_after(run.pk)] == [1, 2, 3]
    assert ModelVersion.objects.count() == 1
    assert run.version is not None
    assert run.version.number == 1
    assert (run.progress, run.finish_reason, run.stage, run.lease_token) == (1.0, "epochs", "", None)


def test_the_log_of_a_run_tells_its_story(submit: Submit) -> None:
    run = finished(submit())
    assert [(event["status"], event["text"]) for event in events_of(run.pk)] == [
        ("queued", "Submitted."),
        ("running", f"Claimed by worker {run.worker}."),
        ("completed", "All epochs are done. Published as version 1."),
    ]


def test_the_version_of_a_run_tells_how_it_was_trained(submit: Submit) -> None:
    run = finished(submit(epochs=2, hidden_layers=[20]))
    version = get_version(1)
    assert version.source == "run"
    assert version.config == run.config
    assert version.history == [dict(epoch) for epoch in epochs_after(run.pk)]
    assert run.train_seconds == pytest.approx(version.train_seconds)
    assert version.layer_sizes == [784, 20, 10]
    assert (version.dataset, version.dataset_fingerprint) == ("pen-strokes", datasets.load("pen-strokes").fingerprint)


def test_the_metrics_of_a_version_are_those_of_its_network(submit: Submit) -> None:
    finished(submit(epochs=2))
    version = ModelVersion.objects.get()
    data = datasets.load("pen-strokes")
    answers = load_network(version).probabilities(data.x_test.astype(np.float32) / np.float32(255)).argmax(axis=1)
    metrics = version.metrics
    assert metrics["test_accuracy"] == pytest.approx(float((answers == data.y_test).mean()))
    assert bytes(version.test_predictions) == answers.astype(np.uint8).tobytes()
    confusion = np.array(metrics["confusion"])
    assert confusion[3, 5] == ((data.y_test == 3) & (answers == 5)).sum()
    assert confusion.sum() == len(data.y_test)
    assert metrics["recall"][4] == pytest.approx(confusion[4, 4] / confusion[4].sum())
    assert metrics["precision"][4] == pytest.approx(confusion[4, 4] / confusion[:, 4].sum())
    drawn = drawn_images()
    read = load_network(version).probabilities(drawn.pixels).argmax(axis=1)
    assert metrics["drawn_accuracy"] == pytest.approx(float((read == drawn.labels).mean()))
    calibration = metrics["calibration"]
    assert calibration["temperature"] > 0
    assert 0 <= calibration["error_after"] <= 1
    for name in ("before", "after"):
        bins = [one for one in calibration["bins"][name] if one["count"]]
        assert sum(one["count"] for one in bins) == len(data.y_test) // 2
        gap = sum(one["count"] * abs(one["accuracy"] - one["confidence"]) for one in bins) / (len(data.y_test) // 2)
        assert calibration[f"error_{name}"] == pytest.approx(gap, abs=1e-6)
    assert (metrics["epochs"], metrics["test_error"]) == (2, pytest.approx(version.history[-1]["test_error"]))


def test_a_run_learns(submit: Submit) -> None:
    run = finished(submit(epochs=4))
    first, *_, last = epochs_after(run.pk)
    assert last["train_error"] < first["train_error"] / 2
    assert last["test_accuracy"] > 0.5


def test_the_same_seed_gives_the_same_network(submit: Submit) -> None:
    assert sha256_of(finished(submit(seed=3))) == sha256_of(finished(submit(seed=3)))


def test_another_seed_gives_another_network(submit: Submit) -> None:
    assert sha256_of(finished(submit(seed=3))) != sha256_of(finished(submit(seed=4)))


def test_a_run_below_its_error_threshold_ends_early(submit: Submit) -> None:
    run = finished(submit(epochs=50, error_threshold=5))
    assert (run.finish_reason, run.last_epoch, run.progress) == ("error_threshold", 1, 1.0)
    assert events_of(run.pk)[-1]["text"] == "The average error fell below the threshold. Published as version 1."


def test_a_run_starts_from_the_weights_of_another_version(submit: Submit) -> None:
    finished(submit(epochs=4))
    child = finished(submit(epochs=1, from_version=1, learning_rate=1e-9))
    np.testing.assert_allclose(load_network(get_version(2)).flat, load_network(get_version(1)).flat, rtol=0, atol=1e-4)
    assert child.version is not None
    assert child.version.parent == get_version(1)


def test_a_finished_run_leaves_no_checkpoint(submit: Submit) -> None:
    run = finished(submit())
    assert run.checkpoint == ""
    assert not checkpoints.folder(run.pk).exists()


def test_the_curve_of_a_long_run_stays_short(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "CURVE_POINTS", 4)
    run = finished(submit(epochs=9))
    errors = [round(epoch["train_error"], 6) for epoch in epochs_after(run.pk)]
    assert len(run.curve) <= 4
    assert (run.curve[0], run.curve[-1]) == (errors[0], errors[-1])


# A task that is delivered again.


def test_a_task_that_is_delivered_again_trains_nothing_twice(submit: Submit) -> None:
    run = finished(submit())
    before = (Run.objects.filter(pk=run.pk).values().get(), events_of(run.pk))
    train(run.pk)
    assert (Run.objects.filter(pk=run.pk).values().get(), events_of(run.pk)) == before
    assert ModelVersion.objects.count() == 1


@pytest.mark.usefixtures("many_events")
def test_a_task_that_is_delivered_while_it_runs_does_nothing(submit: Submit) -> None:
    run = submit()
    answers: list[bool] = []
    again = Interruption(lambda: answers.append(execute(run.pk)), in_epoch=1)
    execute(run.pk, observe=again)
    assert answers == [False]
    assert (get_run(run.pk).attempt, ModelVersion.objects.count()) == (1, 1)


@pytest.mark.usefixtures("transactional_db")
def test_a_task_for_a_run_that_was_deleted_does_nothing() -> None:
    assert execute(12_345) is False


# A run that fails.


def test_a_learning_rate_that_explodes_ends_as_failed_with_the_remedy(submit: Submit) -> None:
    run = submit(learning_rate=100, optimizer="sgd", l2=1)
    execute(run.pk)
    run = get_run(run.pk)
    assert run.status == "failed"
    assert "learning rate" in run.failure
    assert events_of(run.pk)[-1]["text"] == f"Failed: {run.failure}"
    assert (run.lease_token, run.finished_at is None, ModelVersion.objects.count()) == (None, False, 0)


def test_a_parent_whose_model_file_is_gone_fails_the_run_in_plain_words(submit: Submit, folders: Path) -> None:
    finished(submit())
    run = submit(from_version=1)
    for file in (folders / "models").iterdir():
        file.unlink()
    execute(run.pk)
    assert get_run(run.pk).failure == "the model file of version 1 cannot be read: No such file or directory"


def test_a_parent_that_was_deleted_fails_the_run_in_plain_words(submit: Submit) -> None:
    finished(submit(seed=1))
    finished(submit(seed=2))
    run = submit(from_version=2)
    ModelVersion.objects.filter(number=2).delete()
    execute(run.pk)
    assert get_run(run.pk).failure == "there is no version 2"


def test_a_data_set_that_cannot_be_had_is_refused_at_once_with_how_to_supply_it(submit: Submit, settings: Any) -> None:
    settings.MNIST_FILE = "/nowhere/mnist.npz"
    with pytest.raises(
        services.FieldRefusedError, match=r"DIGITLAB_MNIST names a file that is not there. To supply MNIST"
    ):
        submit(dataset="mnist")


def test_a_data_set_that_is_gone_when_a_run_starts_fails_it_with_how_to_supply_it(
    submit: Submit, settings: Any, tmp_path: Path
) -> None:
    settings.DATASETS_DIR, settings.MNIST_FILE = tmp_path / "datasets", str(tmp_path / "mnist.npz")
    (tmp_path / "mnist.npz").write_bytes(b"")
    run = submit(dataset="mnist")
    (tmp_path / "mnist.npz").unlink()
    execute(run.pk)
    run = get_run(run.pk)
    assert run.status == "failed"
    assert "DIGITLAB_MNIST" in run.failure


def test_whatever_goes_wrong_a_run_does_not_stay_running(submit: Submit) -> None:
    def break_down(_event: Event) -> None:
        raise ZeroDivisionError("out of the blue")

    run = submit()
    execute(run.pk, observe=break_down)
    run = get_run(run.pk)
    assert (run.status, run.failure) == ("failed", "ZeroDivisionError: out of the blue")


def test_a_full_disk_fails_the_run(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("weblib.atomic_files.os.fsync", fail)
    monkeypatch.setattr(retrying, "DISK_SECONDS", 0.0)
    run = submit()
    execute(run.pk)
    words = "the checkpoint cannot be written: the disk is full; mend that, then resume this run"
    assert get_run(run.pk).failure == words


def test_a_version_inherits_the_tags_of_its_run(submit: Submit) -> None:
    run = submit(epochs=1)
    services.describe_run(run.pk, tags=["wide", "paper"])
    version = finished(run).version
    assert version is not None
    assert [tag.word for tag in version.tags.all()] == ["wide", "paper"]


def test_publishing_that_fails_leaves_no_version_and_no_lie(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    real = leases.release

    def fail_at_the_end(lease: leases.Lease, status: Any, text: str, **fields: Any) -> None:
        if status == "completed":
            raise ConnectionError("the database went away")
        real(lease, status, text, **fields)

    monkeypatch.setattr(leases, "release", fail_at_the_end)
    run = submit()
    execute(run.pk)
    assert get_run(run.pk).status == "failed"
    assert ModelVersion.objects.count() == 0


def test_a_failed_run_that_is_resumed_goes_on_to_the_same_network(submit: Submit) -> None:
    undisturbed = sha256_of(finished(submit(epochs=3)))

    def break_down() -> None:
        raise ZeroDivisionError

    run = submit(epochs=3)
    execute(run.pk, observe=Interruption(break_down, in_epoch=3, at_end=True))
    assert (get_run(run.pk).status, get_run(run.pk).last_epoch) == ("failed", 2)
    services.resume_run(run.pk)
    assert sha256_of(finished(run)) == undisturbed


# A run that is interrupted.

RECIPES: dict[str, dict[str, Any]] = {
    "adam": {},
    "in order": {"optimizer": "sgd", "learning_rate": 0.1, "shuffle": False, "batch_size": 1, "epochs": 2},
    "dropout": {"dropout": 0.3, "optimizer": "momentum", "learning_rate": 0.05, "l2": 1e-4},
    "augmented": {"augmentation": "mild", "schedule": "one_cycle", "epochs": 2},
}


@pytest.mark.usefixtures("many_events")
@pytest.mark.parametrize("title", RECIPES)
def test_a_run_stopped_in_the_middle_of_an_epoch_resumes_to_the_same_network(submit: Submit, title: str) -> None:
    fields = {"epochs": 3, **RECIPES[title]}
    undisturbed = sha256_of(finished(submit(**fields)))
    run = submit(**fields)
    watches: list[Any] = []

    def stop() -> None:
        watches[0].stop()

    execute(run.pk, observe=Interruption(stop, in_epoch=2), started=watches.append)
    stopped = get_run(run.pk)
    assert (stopped.status, stopped.last_epoch) == ("stopped", 1)
    assert checkpoints.load(run.pk, stopped.checkpoint)["progress"]["position"] > 0
    services.resume_run(run.pk)
    resumed = finished(run)
    assert sha256_of(resumed) == undisturbed
    assert [epoch["epoch"] for epoch in epochs_after(run.pk)] == list(range(1, fields["epochs"] + 1))


@pytest.mark.usefixtures("many_events")
def test_a_stop_from_the_page_reaches_a_run_under_way(submit: Submit) -> None:
    run = submit(epochs=10_000)
    stop = Interruption(lambda: services.request_stop(run.pk), in_epoch=2)
    execute(run.pk, observe=stop)
    stopped = get_run(run.pk)
    assert stopped.status == "stopped"
    assert stopped.last_epoch < 10_000
    assert [event["status"] for event in events_of(run.pk)] == ["queued", "running", "stopping", "stopped"]


@pytest.mark.usefixtures("many_events")
def test_a_worker_that_is_shut_down_hands_its_run_back(submit: Submit) -> None:
    undisturbed = sha256_of(finished(submit(epochs=3)))
    run = submit(epochs=3)
    execute(run.pk, observe=Interruption(shutdown.request, in_epoch=2))
    shutdown.withdraw()
    back = get_run(run.pk)
    assert (back.status, back.lease_token, back.losses) == ("queued", None, 0)
    assert (
        events_of(run.pk)[-1]["text"] == "The worker was shut down; what it learned is saved, and it is queued again."
    )
    assert sha256_of(finished(run)) == undisturbed


@pytest.mark.usefixtures("many_events")
def test_a_worker_that_is_shut_down_while_its_run_should_stop_stops_it(
    submit: Submit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.worker.heartbeat.LOOK_SECONDS", 3600.0)
    run = submit()

    def both() -> None:
        services.request_stop(run.pk)
        shutdown.request()

    execute(run.pk, observe=Interruption(both, in_epoch=1))
    assert get_run(run.pk).status == "stopped"


@pytest.mark.usefixtures("many_events")
def test_a_worker_whose_run_was_taken_over_writes_nothing_more(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    run = submit(epochs=3)

    def lose_the_lease() -> None:
        Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(hours=1))
        reconciliation.take_over(run.pk)
        assert leases.claim(run.pk) is not None

    execute(run.pk, observe=Interruption(lose_the_lease, in_epoch=2))
    left = get_run(run.pk)
    assert (left.status, left.attempt, left.last_epoch) == ("running", 2, 1)
    assert ModelVersion.objects.count() == 0
    assert checkpoints.load(run.pk, left.checkpoint)["progress"]["epoch"] == 1


@pytest.mark.usefixtures("many_events")
def test_a_run_that_is_deleted_under_way_ends_quietly(submit: Submit) -> None:
    run = submit(epochs=3)
    execute(run.pk, observe=Interruption(lambda: Run.objects.filter(pk=run.pk).delete(), in_epoch=2))
    assert ModelVersion.objects.count() == 0


@pytest.mark.usefixtures("many_events")
def test_a_run_is_saved_within_a_long_epoch(submit: Submit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execution, "SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    run = submit(epochs=1)
    saved: list[int] = []

    def look(event: Event) -> None:
        name = get_run(run.pk).checkpoint
        if name and isinstance(event, BatchProgress) and len(saved) < 20:
            saved.append(checkpoints.load(run.pk, name)["progress"]["position"])

    execute(run.pk, observe=look)
    assert saved == sorted(set(saved))
    assert len(saved) == 20


def stopped_after(epoch: int, run: Run) -> Run:
    """The run, stopped at the end of an epoch."""
    watches: list[Heartbeat] = []

    def stop_it() -> None:
        watches[0].stop()

    stop = Interruption(stop_it, in_epoch=epoch, at_end=True)
    assert execute(run.pk, observe=stop, started=watches.append)
    return get_run(run.pk)


def lose_folder(run: Run) -> None:
    shutil.rmtree(checkpoints.folder(run.pk))


def lose_file(run: Run) -> None:
    path = checkpoints.path_of(run)
    assert path is not None
    path.unlink()


def damage(run: Run) -> None:
    path = checkpoints.path_of(run)
    assert path is not None
    path.write_bytes(path.read_bytes()[:-100])


@pytest.mark.parametrize(
    ("lose", "reason"), [(lose_folder, "is missing"), (lose_file, "is missing"), (damage, "is damaged")]
)
def test_a_run_whose_checkpoint_is_lost_begins_again_and_says_so(
    submit: Submit, lose: Callable[[Run], None], reason: str
) -> None:
    undisturbed = finished(submit(epochs=4, dropout=0.1))
    run = stopped_after(2, submit(epochs=4, dropout=0.1))
    lose(run)
    services.resume_run(run.pk)
    done = finished(run)
    begun_again = [event["text"] for event in events_of(run.pk) if event["text"].startswith("Training begins again")]
    (text,) = begun_again
    assert text.startswith(f"Training begins again from its seed: the checkpoint of run {run.pk} {reason}")
    assert text.endswith(". The 2 epochs that were recorded are removed.")
    assert [epoch["epoch"] for epoch in epochs_after(run.pk)] == [1, 2, 3, 4]
    assert (sha256_of(run), done.curve, done.last_epoch) == (sha256_of(undisturbed), undisturbed.curve, 4)
    assert done.train_seconds == pytest.approx(sum(epoch["seconds"] for epoch in epochs_after(run.pk)))
    assert done.version is not None
    assert undisturbed.version is not None
    assert done.version.snapshot_file.sha256 == undisturbed.version.snapshot_file.sha256


def test_a_run_that_begins_again_may_be_interrupted_again(submit: Submit) -> None:
    undisturbed = finished(submit(epochs=4))
    run = stopped_after(3, submit(epochs=4))
    lose_folder(run)
    services.resume_run(run.pk)
    stopped_after(1, run)
    assert [epoch["epoch"] for epoch in epochs_after(run.pk)] == [1]
    services.resume_run(run.pk)
    assert sha256_of(finished(run)) == sha256_of(undisturbed)
    assert [epoch["epoch"] for epoch in epochs_after(run.pk)] == [1, 2, 3, 4]


def test_a_checkpoint_that_cannot_be_read_at_the_moment_takes_nothing_back(submit: Submit) -> None:
    run = stopped_after(2, submit(epochs=3))
    path = checkpoints.path_of(run)
    assert path is not None
    kept = path.rename(path.with_name("elsewhere"))
    path.mkdir()
    services.resume_run(run.pk)
    execute(run.pk)
    failed = get_run(run.pk)
    assert (failed.status, failed.last_epoch) == ("failed", 2)
    assert failed.failure.startswith(f"the checkpoint of run {run.pk} cannot be read: ")
    path.rmdir()
    kept.rename(path)
    services.resume_run(run.pk)
    finished(run)


def test_whatever_checkpoint_a_row_named_an_epoch_ago_is_there_still(submit: Submit) -> None:
    run = submit(epochs=6)
    named: list[str] = []

    def look(event: Event) -> None:
        if isinstance(event, EpochFinished):
            files = {path.name for path in checkpoints.folder(run.pk).glob("*.checkpoint")}
            named.append(get_run(run.pk).checkpoint)
            assert set(named[-2:]) - {""} == files

    assert execute(run.pk, observe=look)
    assert get_run(run.pk).status == "completed"
    assert len(set(named)) == 6


def test_a_run_without_a_lease_keeps_its_last_two_checkpoints(submit: Submit) -> None:
    run = stopped_after(3, submit(epochs=5))
    (checkpoints.folder(run.pk) / "0123456789ab-1.checkpoint").touch()
    reconciliation.reconcile()
    files = {path.name for path in checkpoints.folder(run.pk).iterdir()}
    assert files == {run.checkpoint, run.previous_checkpoint}
    assert len(files) == 2


# A heartbeat.


@pytest.mark.usefixtures("many_events")
def test_a_run_under_way_keeps_its_lease_alive(submit: Submit, settings: Any) -> None:
    settings.LEASE_SECONDS = 1.2
    run = submit(epochs=1)
    seen: set[Any] = set()

    def wait_for_three_heartbeats() -> None:
        deadline = time.monotonic() + 20
        while len(seen) < 4 and time.monotonic() < deadline:
            seen.add(Run.objects.values_list("heartbeat_at", flat=True).get(pk=run.pk))
            time.sleep(0.02)

    execute(run.pk, observe=Interruption(wait_for_three_heartbeats, in_epoch=1))
    assert len(seen) >= 4
    assert get_run(run.pk).status == "completed"


def test_no_heartbeat_is_left_behind(submit: Submit) -> None:
    finished(submit())
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("heartbeat")]


def test_a_request_to_shut_down_reaches_a_process_that_was_forked_before() -> None:
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        while not shutdown.is_requested():
            time.sleep(0.01)
        os.write(writable, b"x")
        os._exit(0)
    try:
        shutdown.request()
        assert os.read(readable, 1) == b"x"
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(readable)
        os.close(writable)
