"""`manage.py train`, in this process."""

import io
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from inference.models import ModelVersion
from nnlib import BatchProgress, Event
from training.configuration.presets import PRESETS
from training.models import Run
from training.worker import execution, leases
from training.worker.leases import Lease

pytestmark = pytest.mark.usefixtures("folders", "transactional_db")
SMALL = ("--dataset", "pen-strokes", "--hidden", "16", "--epochs", "2", "--batch-size", "32")


def train(*arguments: str) -> str:
    """What the command prints."""
    out = io.StringIO()
    call_command("train", *SMALL, *arguments, stdout=out)
    return out.getvalue()


def test_it_trains_and_publishes_a_version(capsys: pytest.CaptureFixture[str]) -> None:
    said = train("--name", "Mine")
    assert "784-16-10, pen-strokes, at most 2 epochs" in said
    version = ModelVersion.objects.get()
    assert f"Published as version {version.number}, test accuracy {version.test_accuracy:.2%}" in said
    assert version.name == "Mine"
    printed = capsys.readouterr().out.splitlines()
    assert [line[:11] for line in printed] == ["epoch   1/2", "epoch   2/2"]


def test_every_field_can_be_given() -> None:
    train("--learning-rate", "0.01", "--no-shuffle", "--optimizer", "sgd", "--seed", "9", "--hidden-layers", "12, 8")
    config = Run.objects.get().config
    assert (config["learning_rate"], config["shuffle"], config["optimizer"]) == (0.01, False, "sgd")
    assert (config["seed"], config["hidden_layers"]) == (9, [12, 8])


def test_a_preset_fills_what_is_not_given() -> None:
    train("--preset", "fast")
    config = Run.objects.get().config
    fast = PRESETS["fast"].fields
    assert (config["schedule"], config["learning_rate"]) == (fast["schedule"], fast["learning_rate"])
    assert config["hidden_layers"] == [16]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--hidden", "250, abc"), "hidden_layers: must be whole numbers separated by commas"),
        (("--learning-rate", "0"), "learning_rate: must be greater than 0; got '0'"),
        (("--learning-rate", "nan"), "learning_rate: must be a finite number; got 'nan'"),
        (("--dataset", "cifar"), "dataset: must be one of"),
        (("--hidden", "4096,4096"), "configuration: this network would have 20,037,642 weights"),
        (("--from-version", "9"), "from_version: there is no version 9"),
        (("--preset", "slow"), "invalid choice: 'slow'"),
    ],
)
def test_what_is_wrong_is_told_in_plain_words(arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(CommandError) as caught:
        train(*arguments)
    assert words in str(caught.value)
    assert Run.objects.count() == 0


def test_a_run_that_fails_is_told_with_its_reason(settings: Any) -> None:
    settings.MNIST_FILE = "/nowhere/mnist.npz"
    with pytest.raises(CommandError, match="DIGITLAB_MNIST"):
        train("--dataset", "mnist")


def test_ctrl_c_stops_and_saves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nnlib.epoch_loop.SECONDS_BETWEEN_EVENTS", 0.0)
    real = execution.carry_out
    before = signal.getsignal(signal.SIGINT)

    def interrupt(event: Event) -> None:
        if isinstance(event, BatchProgress) and event.epoch == 2:
            os.kill(os.getpid(), signal.SIGINT)

    def carry_out(lease: Lease, *, observe: Any, started: Any) -> None:
        def observed(event: Event) -> None:
            observe(event)
            interrupt(event)

        real(lease, observe=observed, started=started)

    monkeypatch.setattr("training.management.commands.train.carry_out", carry_out)
    said = train("--epochs", "5000")
    run = Run.objects.get()
    assert (run.status, run.last_epoch, bool(run.checkpoint)) == ("stopped", 1, True)
    assert f"Run {run.pk} is stopped; it can be resumed from its page." in said
    assert signal.getsignal(signal.SIGINT) is before


def test_no_worker_is_told_of_a_run_that_is_trained_here(folders: Path) -> None:
    from celery import current_app

    with current_app.connection_for_write() as broker:
        broker.default_channel.queue_purge("celery")
        train()
        assert broker.default_channel.queue_declare("celery").message_count == 0


def test_no_worker_can_claim_a_run_that_is_trained_here() -> None:
    ended, taken = threading.Event(), []

    def claim_all() -> None:
        while not ended.is_set():
            taken.append(leases.claim_next())
        connection.close()

    worker = threading.Thread(target=claim_all)
    worker.start()
    try:
        for _ in range(3):
            train("--epochs", "1")
    finally:
        ended.set()
        worker.join(30)
    assert set(taken) == {None}
    assert set(Run.objects.values_list("status", flat=True)) == {"completed"}
