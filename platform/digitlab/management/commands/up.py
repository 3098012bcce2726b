"""`manage.py up`: the whole lab on one machine, until Ctrl-C."""

import fcntl
import signal
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from digitlab.processes.ports import DEFAULT_PORT, free_port, requested_port
from digitlab.processes.supervisor import Supervisor

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SECONDS_BETWEEN_CHECKS = 0.5


class Command(BaseCommand):
    help = "Start Redis, a worker, the scheduler and the web server, and keep them running until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, help=f"Default: PORT, else the first free one from {DEFAULT_PORT}.")
        parser.add_argument("--host", default=settings.VALUES["HOST"], help="Default: 127.0.0.1.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 -- Django's signature
        signal.signal(signal.SIGTERM, _interrupt)
        signal.signal(signal.SIGHUP, _interrupt)
        if settings.AUTH_MODE == "local" and options["host"] not in LOOPBACK:
            raise CommandError(
                "In local mode there are no accounts, so only this machine is served: DIGITLAB_AUTH=login opens it."
            )
        with _only_one(settings.DATA_DIR):
            host = options["host"]
            supervisor = Supervisor(host, free_port(host, requested_port(options["port"])), report=self.stderr.write)
            try:
                call_command("migrate", interactive=False, verbosity=0)
                call_command("import_starter", verbosity=0)
                supervisor.start()
                supervisor.wait_until_ready()
                self.stdout.write(f"Digit Lab is ready at {supervisor.address}")
                self.stdout.write("Ctrl-C stops it.")
                self.stdout.flush()
                while True:
                    time.sleep(SECONDS_BETWEEN_CHECKS)
                    supervisor.restart_dead()
            except KeyboardInterrupt:
                self.stdout.write("\nStopping: runs are saved and continue at the next start.")
            except ChildProcessError as error:
                raise CommandError(str(error)) from error
            finally:
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    signal.signal(number, signal.SIG_IGN)
                supervisor.stop()
        self.stdout.write("Stopped.")


def _interrupt(_number: int, _frame: Any) -> None:
    raise KeyboardInterrupt


class _only_one:  # noqa: N801 -- reads as a statement
    """Holds the data folder: of two labs in one folder the second is refused."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "up.lock"

    def __enter__(self) -> None:
        self._file: IO[str] = self._path.open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CommandError(
                f"A lab runs in {self._path.parent} already; DIGITLAB_DATA_DIR names another folder."
            ) from error

    def __exit__(self, *_: object) -> None:
        self._file.close()
