"""Keeps a lease alive from a thread of its own while the training makes progress, and learns when the run should stop.

A training that hangs cannot be ended from within: its process is killed, and the worker starts another one.
"""

import faulthandler
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import Error, connection
from django.db.models import Q

from training.errors import LeaseLostError, RunStateError, StopRequested, WorkerShutdown
from training.states import HELD, Status
from training.worker import leases, reconciliation, shutdown
from training.worker.leases import Lease
from weblib.log_context import about_run

logger = logging.getLogger(__name__)

# A stop is answered within a second: this, plus the time to the next event of the trainer.
LOOK_SECONDS = 0.3
# Of the time between two looks, as much counts as a slow database explains: a machine that slept has not hung.
LONGEST_LOOK_SECONDS = 10.0
# How long a look may take, with a database that does not answer, before the interpreter itself counts as held.
INTERPRETER_SECONDS = 30.0
STDERR = 2


class Heartbeat:
    """Between entering and leaving, the lease's heartbeat goes on while the trainer calls `check()` again and again."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._has_progressed = False
        self._allowed_seconds = 0.0
        self._reason = ""  # of a stop that was not requested by a person
        self._run_seconds = self._idle_seconds = self._stopping_seconds = 0.0
        self._ended = threading.Event()
        self._stop = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat of run {lease.run_id}", daemon=True)

    def __enter__(self) -> Self:
        self._expect_look()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def stop(self) -> None:
        """Let the next `check()` raise `StopRequested`; safe in a signal handler."""
        self._stop.set()

    def allow(self, seconds: float) -> None:
        """Let the step until the next `check()` take this much longer than `STALL_SECONDS`."""
        self._allowed_seconds = seconds

    def check(self) -> None:
        """Report progress; answers at once when all is well.

        Raises:
            LeaseLostError: another worker holds the run.
            StopRequested: a stop of the run was requested.
            WorkerShutdown: this worker is shutting down.
        """
        self._allowed_seconds = 0.0
        self._has_progressed = True
        if self._lost.is_set():
            raise LeaseLostError(f"run {self._lease.run_id} is no longer held by this worker")
        if self._stop.is_set():
            raise StopRequested(self._reason)
        if shutdown.is_requested():
            raise WorkerShutdown

    def _beat(self) -> None:
        with about_run(self._lease.run_id):
            self._beat_until_end()

    def _beat_until_end(self) -> None:
        next_beat = looked_at = time.monotonic()
        try:
            while not self._ended.wait(LOOK_SECONDS):
                now = time.monotonic()
                self._supervise(min(now - looked_at, LONGEST_LOOK_SECONDS))
                looked_at = now
                if self._lost.is_set():
                    continue
                is_due = now >= next_beat
                if is_due:
                    next_beat = now + settings.LEASE_SECONDS / 4
                if self._look(write=is_due) == Status.STOPPING:
                    self._stop.set()
        finally:
            faulthandler.cancel_dump_traceback_later()
            connection.close()

    def _supervise(self, seconds: float) -> None:
        """Count the seconds since the last look; kill this process if its training hangs."""
        self._run_seconds += seconds
        self._idle_seconds = 0.0 if self._has_progressed else self._idle_seconds + seconds
        self._has_progressed = False
        limit, longest_step = settings.MAX_RUN_SECONDS, settings.STALL_SECONDS + self._allowed_seconds
        self._expect_look()
        if limit is not None and self._run_seconds >= limit and not self._stop.is_set():
            self._reason = f"The time limit of {limit:g} s for a run (MAX_RUN_SECONDS) was reached."
            self._stop.set()
        if self._stop.is_set() or self._lost.is_set():
            self._stopping_seconds += seconds
        if self._stopping_seconds >= settings.STOP_GRACE_SECONDS:
            self._kill_process(self._record_forced_stop)
        elif self._idle_seconds >= longest_step:
            self._kill_process(self._record_stall)

    def _expect_look(self) -> None:
        """Let faulthandler end this process if no look follows, as when a training holds the interpreter."""
        longest_step = settings.STALL_SECONDS + self._allowed_seconds
        faulthandler.dump_traceback_later(longest_step + INTERPRETER_SECONDS, exit=True, file=STDERR)

    def _record_forced_stop(self) -> None:
        if self._lost.is_set():
            return
        ended = f"its process did not stop within {settings.STOP_GRACE_SECONDS:g} s and was killed"
        text = f"{self._reason} Stopped; {ended}. What it learned since its last checkpoint is lost."
        leases.release(self._lease, Status.STOPPED, text.strip())
        reconciliation.offer_next()  # to the process that takes the place of this one

    def _record_stall(self) -> None:
        held = Q(status__in=HELD, lease_token=self._lease.token)
        what = f"made no progress for {self._idle_seconds:.0f} s"
        reconciliation.take_over(self._lease.run_id, is_lost=held, what=what)

    def _kill_process(self, record: Callable[[], None]) -> None:
        """Record why, and kill this process; if the database is unavailable, the scheduler takes the run over."""
        try:
            record()
        except (LeaseLostError, RunStateError):  # taken over or ended meanwhile: the trainer is about to leave
            self._lost.set()
            self._stopping_seconds = 0.0
            return
        except Error as error:
            logger.warning("run %s is left to the scheduler: %s", self._lease.run_id, error)
        logger.error("run %s hangs: its process is killed; these are its threads", self._lease.run_id)
        faulthandler.dump_traceback(file=STDERR)
        os.kill(os.getpid(), signal.SIGKILL)

    def _look(self, *, write: bool) -> Status | None:
        """The run's state; None if the lease is lost, or while the database is away: it expires if that lasts."""
        try:
            return leases.heartbeat(self._lease) if write else leases.current_status(self._lease)
        except LeaseLostError:
            self._lost.set()
            return None
        except Error as error:
            logger.warning("the heartbeat of run %s could not be written: %s", self._lease.run_id, error)
            connection.close()
            return None
