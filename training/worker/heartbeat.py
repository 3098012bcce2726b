"""Keeps a lease alive from a thread of its own, and learns when the run should stop."""

import logging
import threading
import time
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import Error, connection

from training.errors import LeaseLostError, StopRequested, WorkerShutdown
from training.states import Status
from training.worker import leases, shutdown
from training.worker.leases import Lease

logger = logging.getLogger(__name__)

# A stop is answered within a second: this, plus the time to the next event of the trainer.
LOOK_SECONDS = 0.3


class Heartbeat:
    """Between entering and leaving, the lease's heartbeat goes on; `check()` raises what the trainer must know."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._ended = threading.Event()
        self._stop = threading.Event()
        self._lost = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat of run {lease.run_id}", daemon=True)

    def __enter__(self) -> Self:
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

    def check(self) -> None:
        """Answer at once when all is well.

        Raises:
            LeaseLostError: another worker holds the run.
            StopRequested: a stop of the run was requested.
            WorkerShutdown: this worker is shutting down.
        """
        if self._lost.is_set():
            raise LeaseLostError(f"run {self._lease.run_id} is no longer held by this worker")
        if self._stop.is_set():
            raise StopRequested
        if shutdown.is_requested():
            raise WorkerShutdown

    def _beat(self) -> None:
        next_beat = time.monotonic()
        try:
            while not self._ended.wait(LOOK_SECONDS):
                if time.monotonic() >= next_beat:
                    status = self._look(write=True)
                    next_beat = time.monotonic() + settings.LEASE_SECONDS / 4
                else:
                    status = self._look(write=False)
                if status == Status.STOPPING:
                    self._stop.set()
        except LeaseLostError:
            self._lost.set()
        finally:
            connection.close()

    def _look(self, *, write: bool) -> Status | None:
        """The run's state; None while the database is away: the lease runs out by itself if that lasts."""
        try:
            return leases.heartbeat(self._lease) if write else leases.current_status(self._lease)
        except Error as error:
            logger.warning("the heartbeat of run %s could not be written: %s", self._lease.run_id, error)
            connection.close()
            return None
