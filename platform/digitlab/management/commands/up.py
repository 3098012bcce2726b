"""`manage.py up`: the whole lab on one machine, until Ctrl-C."""

import signal
import socket
import time
from argparse import ArgumentParser
from typing import Any
from urllib.parse import urljoin

import segno
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from digitlab.accounts.first_account import first_account_path
from digitlab.processes.network_addresses import in_url, network_addresses
from digitlab.processes.ports import DEFAULT_PORT, free_port, requested_port
from digitlab.processes.supervisor import Supervisor
from weblib.folder_lock import FolderInUseError, held

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
EVERY_ADDRESS = {"0.0.0.0", "::"}  # noqa: S104 -- only compared
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
                "In local mode there are no accounts, so only this machine is served. To serve others, start it with "
                "DIGITLAB_AUTH=login: it prints its addresses, and a link that creates the first account."
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
        others = network_addresses() if host in EVERY_ADDRESS else []
        names = [*map(in_url, others), socket.gethostname(), f"{socket.gethostname()}.local"] if others else []
        free = free_port(host, requested_port(port))
        supervisor = Supervisor(host, free, report=self.stderr.write, more_hosts=names)
        try:
            call_command("migrate", interactive=False, verbosity=0)
            call_command("import_starter", verbosity=0)
            supervisor.start()
            supervisor.wait_until_ready()
            self.stdout.write(f"Digit Lab is ready at {supervisor.address}")
            self._lead_others_on(supervisor.address, [supervisor.address_at(in_url(one)) for one in others])
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

    def _lead_others_on(self, here: str, elsewhere: list[str]) -> None:
        """Print where other machines reach the lab, and how the first account is made."""
        if elsewhere:
            self.stdout.write(f"On other machines: {'  '.join(elsewhere)}")
        path = first_account_path() if settings.AUTH_MODE == "login" else ""
        address = (elsewhere or [here])[0]
        if path:
            address = urljoin(address, path)
            self.stdout.write(f"Create the first account, within a day: {address}")
        if (elsewhere or path) and self.stdout.isatty():
            segno.make(address).terminal(compact=True)


def _interrupt(_number: int, _frame: Any) -> None:
    raise KeyboardInterrupt
