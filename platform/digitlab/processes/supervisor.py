"""Starts Redis, worker, scheduler and web on one machine, restarts what dies, and stops them in order."""

import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from typing import Any, Final

import redis
from django.conf import settings
from django.core.management.base import CommandError

from digitlab.processes import embedded_redis, redis_address, web_server
from digitlab.processes.supervised_process import SupervisedProcess
from weblib.redis_client import redis_client

# Pages answer while every core trains, and while a data set is fetched that no run needs yet.
NICE: Final = 3
NICE_FOR_DATASETS: Final = 10
READY_SECONDS: Final = 60.0
REDIS_SECONDS: Final = 10.0
# In the order of their stops: first the clients, then the workers, last the broker between them.
GRACE_SECONDS: Final = {"datasets": 0.0, "web": 5.0, "scheduler": 3.0, "worker": 20.0, "redis": 5.0}


class Supervisor:
    """The processes of one lab.

    Args:
        host: The address that the web process listens on.
        port: Its port.
        report: Called with each sentence about a process that died.
        more_hosts: Host names the site answers to besides those of ALLOWED_HOSTS, unless the user set it.
    """

    def __init__(
        self, host: str, port: int, *, report: Callable[[str], object], more_hosts: Iterable[str] = ()
    ) -> None:
        self._host, self._port, self._report = host, port, report
        self._more_hosts = list(more_hosts)
        self._processes: list[SupervisedProcess] = []
        self.address = self.address_at("127.0.0.1" if host in {"0.0.0.0", "::"} else host)  # noqa: S104 -- only compared

    def address_at(self, host: str) -> str:
        """The address of the site under a host name."""
        return f"http://{host}:{self._port}{settings.URL_PREFIX}/"

    def start(self) -> None:
        """Start every process, Redis first.

        Raises:
            CommandError: Redis does not answer.
        """
        environment = {**os.environ, "REDIS_URL": settings.REDIS_URL, "PYTHONUNBUFFERED": "1"}
        if self._more_hosts and not os.environ.get("ALLOWED_HOSTS"):
            environment["ALLOWED_HOSTS"] = ",".join([*settings.ALLOWED_HOSTS, *self._more_hosts])
        if not os.environ.get("REDIS_URL"):
            socket_path = redis_address.embedded_socket(settings.DATA_DIR)
            command = embedded_redis.command(embedded_redis.find_server(), socket_path, settings.DATA_DIR / "redis")
            self._add("redis", command, environment)
        self._wait_for_redis()
        celery = [sys.executable, "-m", "celery", "--quiet", "-A", "digitlab"]
        worker = [*celery, "worker", "--without-gossip", "--without-mingle"]
        self._add("worker", worker, environment, nice=NICE)
        self._add("scheduler", [*celery, "beat", "--pidfile="], environment)
        self._add("web", web_server.command(self._host, self._port), {**environment, **web_server.environment()})
        # So that the form shows whether MNIST is available before a run needs it.
        prepare = [sys.executable, str(settings.BASE_DIR / "manage.py"), "prepare_datasets"]
        self._add("datasets", prepare, environment, lasting=False, nice=NICE_FOR_DATASETS)

    def wait_until_ready(self) -> None:
        """Return once every part of the lab is healthy.

        Raises:
            CommandError: it took longer than `READY_SECONDS`; the message says what is missing.
        """
        deadline = time.monotonic() + READY_SECONDS
        while not (health := _health(self.address + "healthz")).startswith("200"):
            self.restart_dead()
            if time.monotonic() > deadline:
                raise CommandError(f"The lab did not become ready within {READY_SECONDS:.0f} seconds: {health}")
            time.sleep(0.1)

    def restart_dead(self) -> None:
        """Restart the processes that died.

        Raises:
            ChildProcessError: one has died too often; the message says how.
        """
        for process in self._processes:
            sentence = process.restart_if_dead()
            if sentence:
                self._report(sentence)

    def stop(self) -> None:
        """Stop every process; each gets its grace before it is killed."""
        for name, seconds in GRACE_SECONDS.items():
            for process in self._processes:
                if process.name == name:
                    process.stop(grace_seconds=seconds)

    def _add(self, name: str, command: list[str], environment: dict[str, str], **options: Any) -> None:
        log = settings.DATA_DIR / "logs" / f"{name}.log"
        process = SupervisedProcess(name, command, environment=environment, log=log, **options)
        self._processes.append(process)
        process.start()

    def _wait_for_redis(self) -> None:
        deadline = time.monotonic() + REDIS_SECONDS
        while True:
            try:
                with redis_client(timeout_seconds=1.0) as client:
                    client.ping()
                    return
            except redis.RedisError as error:
                for process in self._processes:
                    process.restart_if_dead()
                if time.monotonic() > deadline:
                    raise CommandError(f"Redis at {settings.REDIS_URL} does not answer: {error}") from error
                time.sleep(0.05)


def _health(url: str) -> str:
    """Status and body of the health page, or the error."""
    try:
        with urllib.request.urlopen(url, timeout=2.0) as response:  # noqa: S310 -- our own http address
            return f"{response.status} {response.read(500).decode()}"
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read(500).decode()}"
    except OSError as error:
        return str(error)
