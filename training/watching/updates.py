"""What a subscriber lacks of a run, read at once, and the messages with it."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from training.runs import selectors
from training.runs.messages import EpochFinished, EpochJson, EventJson, RunJson, RunMessage, RunSnapshot, StatusChanged


@dataclass(frozen=True)
class RunUpdate:
    """The run, the epochs after those the page has, and the lines of the log after those it has."""

    run: RunJson
    revision: int
    epochs: list[EpochJson]
    events: list[EventJson]

    @cached_property
    def snapshot(self) -> str:
        """The first message to a page that was given this reading; encoded once for all who share it."""
        message: RunSnapshot = {
            "type": "run.snapshot",
            "run": self.run,
            "epochs": self.epochs,
            "events": self.events,
        }
        return json.dumps(message)


@dataclass(frozen=True, slots=True)
class Position:
    """What a page has received of a run: its last epoch, how many lines of the log, and its status."""

    revision: int
    epoch: int
    events: int
    state: tuple[str, str]

    @classmethod
    def of_snapshot(cls, reading: RunUpdate, *, after_epoch: int) -> Self:
        """Where a page is that was sent the reading of everything after `after_epoch`."""
        return cls(reading.revision, _last_epoch(reading, after_epoch), len(reading.events), _state(reading))

    def after(self, reading: RunUpdate) -> "Position":
        """The position of a page that was here and receives `reading`."""
        events = self.events + len(reading.events)
        return Position(reading.revision, _last_epoch(reading, self.epoch), events, _state(reading))

    def texts(self, reading: RunUpdate) -> list[str]:
        """The messages that lead from here to `after(reading)`."""
        told: list[RunMessage] = [EpochFinished({"type": "epoch.finished", "epoch": epoch}) for epoch in reading.epochs]
        if _state(reading) != self.state or reading.events:
            run = reading.run
            changed: StatusChanged = {
                "type": "status.changed",
                "status": run["status"],
                "version": run["version"],
                "run": run,
                "events": reading.events,
            }
            told.append(changed)
        return [json.dumps(message) for message in told]


def read(run_id: int, after_epoch: int, after_events: int) -> RunUpdate:
    """What came after epoch `after_epoch` and after the first `after_events` lines of the log.

    Raises:
        Run.DoesNotExist: there is none of that id.
    """
    while True:
        run = selectors.get_run(run_id)
        epochs = selectors.epochs_after(run_id, after_epoch)
        events = selectors.events_of(run_id)[after_events:]
        # Run, epochs and log belong together only if nothing was written between their reads.
        if selectors.revision_of(run_id) == run.revision:
            return RunUpdate(selectors.run_json(run), run.revision, epochs, events)


def _last_epoch(reading: RunUpdate, otherwise: int) -> int:
    # A run that begins again has fewer epochs than a page: it is sent them anew.
    return reading.epochs[-1]["epoch"] if reading.epochs else min(otherwise, reading.run["epoch"])


def _state(reading: RunUpdate) -> tuple[str, str]:
    return reading.run["status"], reading.run["stage"]
