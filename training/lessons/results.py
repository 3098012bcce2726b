"""The runs of a lesson: the prepared one, those of learners, and what the check says of each."""

from dataclasses import dataclass
from typing import Final

from django.db import transaction

from training.lessons.catalogue import Lesson
from training.lessons.checks import Outcome, Verdict
from training.models import Run
from training.runs import selectors, services
from training.states import ENDED, Status

SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Attempt:
    """A learner's run; `verdict` is None until both runs are completed."""

    run: Run
    verdict: Verdict | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a lesson is.

    Attributes:
        prepared: its run; None before it was started.
        attempts: the runs that were made from it, newest first.
    """

    prepared: Run | None
    attempts: list[Attempt]

    @property
    def is_solved(self) -> bool:
        """Whether one of the runs passed the check."""
        return any(attempt.verdict is not None and attempt.verdict.is_passed for attempt in self.attempts)


def progress_of(lesson: Lesson) -> Progress:
    """The newest runs with the lesson's tag, checked against its prepared run.

    Of several prepared runs the newest one that is completed counts, else the newest that has not failed.
    """
    runs = selectors.runs_page(tags=[lesson.tag], limit=SHOWN).rows
    prepared_runs = [run for run in runs if lesson.is_prepared(run.config)]
    usable = [run for run in prepared_runs if run.status == Status.COMPLETED]
    usable += [run for run in prepared_runs if run.status not in ENDED]
    prepared = usable[0] if usable else None
    outcome = _outcome(prepared) if prepared else None
    attempts = [Attempt(run, _verdict(lesson, outcome, run)) for run in runs if run not in prepared_runs]
    return Progress(prepared, attempts)


def start(lesson: Lesson) -> Run:
    """The prepared run of the lesson: the one there is, else a new one that is queued.

    Raises:
        FieldRefusedError: its data set cannot be had here.
    """
    with transaction.atomic():
        found = progress_of(lesson).prepared
        return found or services.submit_run(lesson.configuration, name=f"Lesson: {lesson.title}", tags=[lesson.tag])


def _verdict(lesson: Lesson, prepared: Outcome | None, run: Run) -> Verdict | None:
    own = _outcome(run)
    return None if prepared is None or own is None else lesson.check(prepared, own)


def _outcome(run: Run) -> Outcome | None:
    epochs = selectors.epochs_after(run.pk) if run.status == Status.COMPLETED else []
    return Outcome(run.config, epochs) if epochs else None
