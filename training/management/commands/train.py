"""`manage.py train`: a run from the command line, in this process or queued for a worker."""

import signal
import sys
import time
from argparse import ArgumentParser, BooleanOptionalAction
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from pydantic import ValidationError

import datasets
from nnlib import BatchProgress, EpochFinished, Event
from training.configuration.parent_shape import shaped_like_parent
from training.configuration.presets import PRESETS, preset_fields
from training.configuration.run_config import RunConfig
from training.models import Run
from training.runs import selectors, services
from training.runs.services import FieldRefusedError
from training.states import Status
from training.worker import leases
from training.worker.execution import carry_out
from training.worker.heartbeat import Heartbeat
from training.worker.leases import Lease
from weblib.plain_errors import plain_errors
from weblib.text_bar import text_bar

BAR_WIDTH = 24
SECONDS_BETWEEN_LOOKS = 0.3


class Command(BaseCommand):
    help = "Train a network and publish it as a version. Ctrl-C stops the run and saves it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--preset", choices=PRESETS, help="Fields that count where none is given.")
        parser.add_argument("--name", default="", help="A name for people.")
        parser.add_argument("--queue", action="store_true", help="Let a worker train, and follow it.")
        for name, field in RunConfig.model_fields.items():
            flags = [f"--{name.replace('_', '-')}"]
            if name == "hidden_layers":
                flags.append("--hidden")
            kind: dict[str, Any] = (
                {"action": BooleanOptionalAction} if field.annotation is bool else {"metavar": "VALUE"}
            )
            parser.add_argument(*flags, dest=name, default=None, help=field.description, **kind)

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 -- Django's signature
        run, lease = self._submit(options)
        self.stdout.write(f"Run {run.pk}: {_shape(run)}, {run.config['dataset']}, at most {run.max_epochs} epochs")
        if lease is None:
            self._follow(run)
        else:
            progress = _Bar(run.max_epochs)
            with _interrupt_stops() as stop:
                carry_out(lease, observe=progress.show, started=stop.append)
            progress.clear()
        self._conclude(run.pk)

    def _submit(self, options: dict[str, Any]) -> tuple[Run, Lease | None]:
        """The run, and its lease where this process trains it: claimed as it is submitted, so that no worker does."""
        preset = preset_fields(options["preset"]) if options["preset"] else {"dataset": datasets.default_key()}
        given = {name: options[name] for name in RunConfig.model_fields if options[name] is not None}
        try:
            config = shaped_like_parent(RunConfig.model_validate({**preset, **given}), given={*preset, *given})
            if options["queue"]:
                return services.submit_run(config, name=options["name"]), None
            claimed: list[Lease | None] = []
            run = services.submit_run(
                config, name=options["name"], enqueue=False, at_once=lambda run: claimed.append(leases.claim(run.pk))
            )
            return run, claimed[0]
        except ValidationError as error:
            lines = [
                f"{'.'.join(map(str, item['loc'])) or 'configuration'}: {item['msg']}" for item in plain_errors(error)
            ]
            raise CommandError("\n".join(lines)) from error
        except FieldRefusedError as error:
            raise CommandError(f"{error.field}: {error}") from error

    def _follow(self, run: Run) -> None:
        """Print each epoch of a worker's run; Ctrl-C requests a stop of the run."""
        last, stage = 0, ""
        while True:
            try:
                run = selectors.get_run(run.pk)
                for epoch in selectors.epochs_after(run.pk, last):
                    last = epoch["epoch"]
                    self.stdout.write(_epoch_line(EpochFinished(**epoch), run.max_epochs))
                if run.is_ended:
                    return
                if run.stage != stage:
                    stage = run.stage
                    self.stdout.write(f"  {stage}" if stage else "  training")
                time.sleep(SECONDS_BETWEEN_LOOKS)
            except KeyboardInterrupt:
                services.request_stop(run.pk)
                self.stdout.write("\nA stop was requested.")

    def _conclude(self, run_id: int) -> None:
        run = selectors.get_run(run_id)
        if run.status == Status.FAILED:
            raise CommandError(run.failure)
        if run.version is not None:
            accuracy = run.version.test_accuracy
            shown = "" if accuracy is None else f", test accuracy {accuracy:.2%}"
            self.stdout.write(self.style.SUCCESS(f"Published as version {run.version.number}{shown}"))
        else:
            self.stdout.write(f"Run {run_id} is {run.status}; it can be resumed from its page.")


class _Bar:
    """A progress bar on a terminal; one line per epoch everywhere."""

    def __init__(self, epochs: int) -> None:
        self._epochs, self._is_watched, self._seconds = epochs, sys.stderr.isatty(), 0.0

    def show(self, event: Event) -> None:
        """Draw the bar, or print the epoch that has ended."""
        if isinstance(event, EpochFinished):
            self.clear()
            self._seconds = event.seconds
            print(_epoch_line(event, self._epochs), flush=True)
        elif isinstance(event, BatchProgress) and self._is_watched:
            done = (event.epoch - 1 + event.fraction) / self._epochs
            bar = text_bar(done, BAR_WIDTH, sys.stderr)
            left = f"  {(1 - done) * self._epochs * self._seconds:.0f} s left" if self._seconds else ""
            line = f"\r{bar} epoch {event.epoch}/{self._epochs}  error {event.error:.4f}{left}  "
            print(line, end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Remove the bar from the screen."""
        if self._is_watched:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


@contextmanager
def _interrupt_stops() -> Iterator[list[Heartbeat]]:
    """While this lasts, Ctrl-C stops the run whose watch is appended to the list, instead of this process."""
    watches: list[Heartbeat] = []

    def stop(_number: int, _frame: Any) -> None:
        for watch in watches:
            watch.stop()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield watches
    finally:
        signal.signal(signal.SIGINT, before)


def _shape(run: Run) -> str:
    return "-".join(map(str, run.configuration.layer_sizes))


def _epoch_line(epoch: EpochFinished, epochs: int) -> str:
    held_out = (
        f"validation error {epoch.validation_error:.4f} accuracy {epoch.validation_accuracy:.2%}  "
        if epoch.validation_error is not None
        else ""
    )
    return (
        f"epoch {epoch.epoch:>3}/{epochs}  train error {epoch.train_error:.4f} accuracy {epoch.train_accuracy:.2%}  "
        f"{held_out}test error {epoch.test_error:.4f} accuracy {epoch.test_accuracy:.2%}  {epoch.seconds:.1f} s"
    )
