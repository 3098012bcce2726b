"""`manage.py up`: the whole lab on one machine, until Ctrl-C."""

import fcntl
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

import redis
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from digitlab import embedded_redis, redis_address
from digitlab.children import Child
from digitlab.worker_signals import redis_client

DEFAULT_PORT = 8000
PORTS_TRIED = 20
# Pages answer while every core trains, and while a data set is fetched that nobody has asked for yet.
NICE = 3
NICE_FOR_DATASETS = 10
MANAGE = settings.BASE_DIR / "manage.py"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
READY_SECONDS = 60.0


class Command(BaseCommand):
    help = "Start Redis, a worker, the scheduler and the web server, and keep them running until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, help=f"Default: PORT, else the first free one from {DEFAULT_PORT}.")
        parser.add_argument("--host", default=os.environ.get("HOST", "127.0.0.1"), help="Default: 127.0.0.1.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002 -- Django's signature
        signal.signal(signal.SIGTERM, _interrupt)
        signal.signal(signal.SIGHUP, _interrupt)
        self._children: list[Child] = []
        if settings.AUTH_MODE == "local" and options["host"] not in LOOPBACK:
            raise CommandError(
                "In local mode nobody logs in, so only this machine is served: DIGITLAB_AUTH=login opens it."
            )
        with _only_one(settings.DATA_DIR):
            host, port = options["host"], _free_port(options["host"], _wanted_port(options["port"]))
            try:
                call_command("migrate", interactive=False, verbosity=0)
                call_command("import_starter", verbosity=0)
                self._start(host, port)
                self._wait_until_ready(host, port)
                self._mind()
            except KeyboardInterrupt:
                self.stdout.write("\nStopping: runs are saved and go on at the next start.")
            except ChildProcessError as error:
                raise CommandError(str(error)) from error
            finally:
                self._stop()
        self.stdout.write("Stopped.")

    def _start(self, host: str, port: int) -> None:
        environment = {**os.environ, "REDIS_URL": settings.REDIS_URL, "PYTHONUNBUFFERED": "1"}
        if not os.environ.get("REDIS_URL"):
            socket_path = redis_address.embedded_socket(settings.DATA_DIR)
            command = embedded_redis.command(embedded_redis.find_server(), socket_path, settings.DATA_DIR / "redis")
            self._add("redis", command, environment)
        self._wait_for_redis()
        celery = [sys.executable, "-m", "celery", "-A", "digitlab"]
        self._add(
            "worker",
            [*celery, "worker", "--without-gossip", "--without-mingle", "-l", "warning"],
            environment,
            nice=NICE,
        )
        self._add("scheduler", [*celery, "beat", "--pidfile=", "-l", "warning"], environment)
        self._add("web", web_command(host, port), {**environment, **_one_thread(environment)})
        # So that the form knows whether MNIST can be had before anybody asks for it.
        prepare = [sys.executable, str(MANAGE), "prepare_datasets"]
        self._add("datasets", prepare, environment, lasting=False, nice=NICE_FOR_DATASETS)

    def _add(self, name: str, command: list[str], environment: dict[str, str], **manners: Any) -> None:
        log = settings.DATA_DIR / "logs" / f"{name}.log"
        child = Child(name, command, environment=environment, log=log, **manners)
        self._children.append(child)
        child.start()

    def _wait_for_redis(self) -> None:
        deadline = time.monotonic() + 10.0
        while True:
            try:
                with redis_client(timeout_seconds=1.0) as client:
                    client.ping()
                    return
            except redis.RedisError as error:
                for child in self._children:
                    child.mind()
                if time.monotonic() > deadline:
                    raise CommandError(f"Redis at {settings.REDIS_URL} does not answer: {error}") from error
                time.sleep(0.05)

    def _wait_until_ready(self, host: str, port: int) -> None:
        """Print the address once everything lives; say what is missing when that takes too long."""
        shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 -- only compared
        address = f"http://{shown}:{port}/"
        deadline = time.monotonic() + READY_SECONDS
        while not (health := _health(address + "healthz")).startswith("200"):
            self._tell(child.mind() for child in self._children)
            if time.monotonic() > deadline:
                raise CommandError(f"The lab did not come up within {READY_SECONDS:.0f} seconds: {health}")
            time.sleep(0.1)
        self.stdout.write(f"Digit Lab is ready at {address}")
        self.stdout.write("Ctrl-C stops it.")
        self.stdout.flush()

    def _mind(self) -> None:
        while True:
            time.sleep(0.5)
            self._tell(child.mind() for child in self._children)

    def _tell(self, sentences: Any) -> None:
        for sentence in sentences:
            if sentence:
                self.stderr.write(sentence)

    def _stop(self) -> None:
        """First those who ask, then those who work, last the one that carries messages between them."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        grace = {"datasets": 0.0, "web": 5.0, "scheduler": 3.0, "worker": 20.0, "redis": 5.0}
        for name, seconds in grace.items():
            for child in self._children:
                if child.name == name:
                    child.stop(grace_seconds=seconds)


def _interrupt(_number: int, _frame: Any) -> None:
    raise KeyboardInterrupt


def _one_thread(environment: dict[str, str]) -> dict[str, str]:
    """The web process answers single drawings: threads would only wait for each other."""
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    return {name: "1" for name in names if name not in environment or environment[name] == os.environ.get(name)}


def web_command(host: str, port: int) -> list[str]:
    """The web process: pages, API and WebSockets."""
    options = {
        "--host": host,
        "--port": str(port),
        "--lifespan": "off",
        "--log-level": "warning",
        # Without a limit, an open WebSocket kept the server from stopping.
        "--timeout-graceful-shutdown": "3",
        "--http": "digitlab.one_write:OneWriteProtocol",
        "--ws-per-message-deflate": "false",
        "--ws-max-size": str(2 * 1024 * 1024),
    }
    return [
        sys.executable,
        "-m",
        "uvicorn",
        "digitlab.asgi:application",
        *(part for pair in options.items() for part in pair),
        "--no-access-log",
    ]


def _wanted_port(option: int | None) -> int | None:
    """The port that was asked for, on the command line or by PORT; None when nobody did.

    Raises:
        CommandError: it is none.
    """
    text = os.environ.get("PORT", "") if option is None else str(option)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) < 65536):
        raise CommandError(f"The port is a number from 1 to 65535; got {text!r}")
    return int(text)


def _free_port(host: str, wanted: int | None) -> int:
    """`wanted` if it is free, or the first free one where none was asked for.

    Raises:
        CommandError: it is taken; the message says what to do.
    """
    if wanted is not None:
        if _is_free(host, wanted):
            return wanted
        raise CommandError(f"Port {wanted} is taken. Choose another: make run PORT={wanted + 1}")
    for port in range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TRIED):
        if _is_free(host, port):
            return port
    raise CommandError(
        f"The ports {DEFAULT_PORT} to {DEFAULT_PORT + PORTS_TRIED - 1} are taken. Choose one: make run PORT=…"
    )


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _health(url: str) -> str:
    """Status and body of the health page, or why there is none."""
    try:
        with urllib.request.urlopen(url, timeout=2.0) as response:  # noqa: S310 -- our own http address
            return f"{response.status} {response.read(500).decode()}"
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read(500).decode()}"
    except OSError as error:
        return str(error)


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
