"""`manage.py web`: the web process alone, as containers start it."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from digitlab.processes import web_server
from digitlab.processes.ports import DEFAULT_PORT, requested_port


class Command(BaseCommand):
    help = "Serve pages, API and WebSockets; the database must be migrated, and Redis and a worker run elsewhere."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, help=f"Default: PORT, else {DEFAULT_PORT}.")
        parser.add_argument("--host", default=settings.VALUES["HOST"], help="Default: 127.0.0.1.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 -- Django's signature
        command = web_server.command(options["host"], requested_port(options["port"]) or DEFAULT_PORT)
        # The server takes this process's place: its number, and the signals that are sent to it.
        os.execve(command[0], command, {**os.environ, **web_server.environment()})  # noqa: S606 -- the command is ours
