"""`manage.py up`: the whole lab on one machine, until Ctrl-C."""

import signal
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from digitlab.processes.ports import DEFAULT_PORT, free_port, requested_port
from digitlab.processes.supervisor import Supervisor
from weblib.folder_lock import FolderInUseError, held

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
        try:
            with held(settings.DATA_DIR):
                self._run(options["host"], options["port"])
        except FolderInUseError as error:
            raise CommandError(
                f"{str(error)[:1].upper()}{str(error)[1:]}; DIGITLAB_DATA_DIR names another folder."
            ) from error
        self.stdout.write("Stopped.")

    def _run(self, host: str, port: int | None) -> None:
        supervisor = Supervisor(host, free_port(host, requested_port(port)), report=self.stderr.write)
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


def _interrupt(_number: int, _frame: Any) -> None:
    raise KeyboardInterrupt
