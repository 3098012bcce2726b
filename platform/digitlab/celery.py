"""The Celery application: what workers and the scheduler are started with."""

import logging
import os
import sys
from pathlib import Path

from digitlab.processes import blas_threads, role

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digitlab.settings")
os.environ.update(blas_threads.limit_to_one())
logging.captureWarnings(capture=True)
if Path(sys.argv[0]).name in {"celery", "__main__.py"}:  # not the web process, which only sends
    role.begin("scheduler" if "beat" in sys.argv else "worker")

from typing import Any

from celery import Celery
from celery.beat import ScheduleEntry, Scheduler
from django.db import close_old_connections

app = Celery("digitlab")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["training", "storage"])


@app.on_after_finalize.connect
def _connect_signals(**_kwargs: Any) -> None:
    from digitlab.processes import worker_signals  # noqa: PLC0415 -- needs the settings

    worker_signals.connect()


class LocalScheduler(Scheduler):
    """Runs each due task itself instead of sending it: busy workers or a Redis away cannot hold it up."""

    def setup_schedule(self) -> None:
        """Take the schedule from the settings; nothing is kept on disk."""
        self.merge_inplace(self.app.conf.beat_schedule)
        for entry in self.schedule.values():
            # Due at the start: a lab that runs for some hours a day would never reach the end of a longer interval.
            entry.last_run_at -= entry.schedule.run_every

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Report that the scheduler lives, and run what is due."""
        from digitlab.processes import presence  # noqa: PLC0415 -- needs the settings

        presence.report_alive("scheduler")
        return float(super().tick(*args, **kwargs))

    def apply_async(self, entry: ScheduleEntry, producer: Any = None, advance: bool = True, **kwargs: Any) -> None:  # noqa: ARG002, FBT001, FBT002 -- Celery's signature
        """Run `entry`'s task here; an error is logged by the caller and the next turn comes all the same."""
        due = self.reserve(entry) if advance else entry
        close_old_connections()
        try:
            self.app.tasks[due.task].run(*(due.args or ()), **(due.kwargs or {}))
        finally:
            close_old_connections()
