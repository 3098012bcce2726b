"""One lab on five hosts: a database with Redis (and a bucket), two webs, two workers; the scheduler is beside a web."""

import os
import re
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from tests import postgres, redis_servers
from tests.accounts import CREATION, NAME
from tests.faults.cluster import clocks
from tests.faults.cluster.client import Client
from tests.faults.cluster.hosts import OWN_ADDRESS, Host, Network, Service
from tests.faults.cluster.traps import Traps
from tests.lab import store_small_pen_strokes
from tests.processes import until

WEB_PORT, REDIS_PORT, BUCKET_PORT = 8000, 6379, 5000
LEASE_SECONDS = 4.0
SCHEDULER_SECONDS = 1.0
SETTINGS: Final = {
    "LEASE_SECONDS": str(LEASE_SECONDS),
    "SCHEDULER_SECONDS": str(SCHEDULER_SECONDS),
    "REQUEUE_SECONDS": "4",
    "WORKER_SLOTS": "1",
    "DIGITLAB_AUTH": "login",
    "SECRET_KEY": "of a cluster that exists for some minutes",
    "RATE_SUBMISSIONS": "100000/hour",
    "RATE_PREDICTIONS": "1000000/minute",
    "LOG_LEVEL": "INFO",
    "DIGITLAB_MNIST": "",
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
}
_CELERY: Final = (sys.executable, "-m", "celery", "--quiet", "-A", "digitlab")
COMMANDS: Final = {
    "web": (sys.executable, "manage.py", "web", "--host", "0.0.0.0", "--port", str(WEB_PORT)),
    "worker": (*_CELERY, "worker", "--without-gossip", "--without-mingle"),
    "scheduler": (*_CELERY, "beat", "--pidfile="),
}
# The bucket, for the hosts to share.
_MAKE_BUCKET: Final = (
    "import boto3, sys; boto3.client('s3', endpoint_url=sys.argv[1], region_name='us-east-1')"
    ".create_bucket(Bucket='digit-lab')"
)


class Cluster:
    """The five hosts, between entering and leaving.

    Args:
        folder: of everything that is written; short, as sockets are in it.
        has_shared_folder: whether all hosts see one data folder, as by NFS; else each has its own, and model files are
            in a bucket.
    """

    def __init__(self, folder: Path, *, has_shared_folder: bool = True) -> None:
        self.database, self.web, self.other_web, *self.workers = (
            Host(name, number)
            for number, name in enumerate(("database", "web-1", "web-2", "worker-1", "worker-2"), start=1)
        )
        self.hosts = [self.database, self.web, self.other_web, *self.workers]
        self.has_shared_folder = has_shared_folder
        self.services: dict[tuple[str, str], Service] = {}
        self.redis: Service | None = None
        self._folder, self._stack = folder, ExitStack()
        self._library: Path | None = None
        # What the processes of a host are started with beside the common settings.
        self.extra: dict[str, dict[str, str]] = {}

    def __enter__(self) -> Self:
        try:
            self._begin()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    # What stories use.

    def url(self, web: Host) -> str:
        """Where the pages of that web are."""
        return f"http://{web.address}:{WEB_PORT}"

    def client(self, web: Host, *, has_session: bool = False) -> Client:
        """A client of that web."""
        client = Client(self.url(web), token=self._token)
        if has_session:
            client.log_in()
        return client

    def data_dir(self, host: Host) -> Path:
        """The data folder that the host sees."""
        return self._folder / ("shared" if self.has_shared_folder else f"data-{host.name}")

    def log(self, host: Host, service: str) -> str:
        """What a process of that host has logged."""
        return self._log(host, service).read_text(errors="replace")

    def ends_of_logs(self) -> str:
        """The last lines of every process that are no accesses."""
        parts = []
        for path in sorted((self._folder / "logs").glob("*.log")):
            lines = [line for line in path.read_text(errors="replace").splitlines() if "uvicorn.access" not in line]
            parts.append("\n".join([f"== {path.name}", *lines[-40:]]))
        return "\n".join(parts)

    def kill(self, host: Host) -> None:
        """Everything on the host is gone at once, and nobody is told."""
        self.network.kill(host)

    def restart(self, host: Host, **extra: str) -> None:
        """Start a host, which may run, and its processes with these settings."""
        if host.is_up:
            self.kill(host)
        self.network.start(host)
        self.extra[host.name] = extra
        for service in self._services_of(host):
            self._start(host, service)

    def set_clock(self, host: Host, seconds: float) -> None:
        """Start the host again with a clock that is ahead by so many seconds."""
        self._library = self._library or clocks.build(self._folder)
        self.restart(host, **clocks.environment(self._library, seconds))

    def lose_redis(self) -> None:
        """Kill Redis and remove its files."""
        assert self.redis is not None
        self.redis.kill()
        shutil.rmtree(self._folder / "redis")

    def start_redis(self) -> None:
        """Start Redis, with what its folder holds."""
        folder = self._folder / "redis"
        folder.mkdir(exist_ok=True)
        server = next(iter(redis_servers.servers().values()))
        options = {
            "--bind": self.database.address,
            "--port": str(REDIS_PORT),
            "--protected-mode": "no",
            "--dir": str(folder),
            "--appendonly": "yes",
            "--save": "",
        }
        command = (str(server), *(part for pair in options.items() for part in pair))
        self.redis = self.database.spawn(*command, environment=self._environment(self.database), log=self._log_of_redis)

    def repair(self) -> None:
        """Let every host run with the common settings, and wait until all is well."""
        for host in self.hosts[1:]:
            if host.is_up:
                self.network.plug_in(host)
            if not host.is_up or self.extra.get(host.name):
                self.restart(host)
            for service in self._services_of(host):
                if not self.services[host.name, service].is_alive:
                    self._start(host, service)
        self.wait_until_well()

    def wait_until_well(self) -> None:
        """Return once both webs call every part of the lab healthy."""
        for web in (self.web, self.other_web):
            until(partial(_is_well, Client(self.url(web), token="")), what=f"health of {web.name}")
        until(lambda: self.live_workers() >= len(self.workers), what="both workers")

    def live_workers(self) -> int:
        """How many workers have renewed their key in Redis."""
        import redis

        with redis.Redis(self.database.address, REDIS_PORT, socket_timeout=5) as client:
            hosts = {key.split(b":")[2] for key in client.scan_iter("digitlab:worker:*")}
        return len(hosts)

    # How it starts.

    def _begin(self) -> None:
        (self._folder / "logs").mkdir(parents=True)
        self.traps = Traps(self._folder / "traps")
        self.network = Network(self.hosts)
        self._stack.callback(self.network.remove)
        for host in self.hosts:
            self._stack.callback(host.power_off)
            self.network.start(host)
            store = self.data_dir(host) / "datasets"
            if self.has_shared_folder or host in self.workers:
                store_small_pen_strokes(store)
        postgres_folder = self._folder / "postgres"
        postgres_folder.mkdir()
        self._database_url = self._stack.enter_context(
            postgres.server(postgres_folder, address=self.database.address, prefix=self.database.prefix)
        )
        self.start_redis()
        self._store = {} if self.has_shared_folder else self._start_bucket()
        for command in ("migrate --no-input", "import_starter"):
            self._manage(*command.split())
        self._manage("shell", "-c", CREATION)
        self._token = self._manage("create_token", NAME).split()[-1]
        for host in self.hosts:
            for service in self._services_of(host):
                self._start(host, service)
        self.wait_until_well()

    def _services_of(self, host: Host) -> tuple[str, ...]:
        if host in self.workers:
            return ("worker",)
        return {self.web.name: ("web",), self.other_web.name: ("web", "scheduler")}.get(host.name, ())

    def _start(self, host: Host, service: str) -> None:
        environment = self._environment(host)
        log = self._log(host, service)
        self.services[host.name, service] = host.spawn(*COMMANDS[service], environment=environment, log=log)

    def _start_bucket(self) -> dict[str, str]:
        address = f"http://{self.database.address}:{BUCKET_PORT}"
        server = (sys.executable, "-m", "moto.server", "-H", self.database.address, "-p", str(BUCKET_PORT))
        environment = {**os.environ, **SETTINGS}
        self.database.spawn(*server, environment=environment, log=self._folder / "logs" / "bucket.log")
        until(lambda: Client(address, token="").page("/moto-api/").status == 200, what="the bucket's server")
        self.web.check(sys.executable, "-c", _MAKE_BUCKET, address, environment=environment)
        return {"DIGITLAB_MODEL_STORE": f"s3://digit-lab/networks?endpoint_url={address}&region_name=us-east-1"}

    def _manage(self, *arguments: str) -> str:
        return self.web.check(sys.executable, "manage.py", *arguments, environment=self._environment(self.web))

    def _environment(self, host: Host) -> dict[str, str]:
        path = os.pathsep.join([str(self.traps.site), os.environ.get("PYTHONPATH", "")])
        return {
            **os.environ,
            **SETTINGS,
            "DATABASE_URL": getattr(self, "_database_url", ""),
            "REDIS_URL": f"redis://{self.database.address}:{REDIS_PORT}/0",
            "ALLOWED_HOSTS": ",".join([OWN_ADDRESS, *(one.address for one in self.hosts)]),
            "DIGITLAB_DATA_DIR": str(self.data_dir(host)),
            "PYTHONPATH": path,
            **self.traps.environment,
            **getattr(self, "_store", {}),
            **self.extra.get(host.name, {}),
        }

    def _log(self, host: Host, service: str) -> Path:
        return self._folder / "logs" / f"{host.name}-{service}.log"

    @property
    def _log_of_redis(self) -> Path:
        return self._folder / "logs" / "redis.log"


def _is_well(client: Client) -> bool:
    return client.page("/healthz").status == 200


def seconds_until(condition: Callable[[], Any], *, within_seconds: float = 60.0, what: str = "it") -> float:
    """How long it took until `condition` was true."""
    began = time.monotonic()
    until(condition, within_seconds=within_seconds, what=what)
    return time.monotonic() - began


def host_of(worker: str) -> str:
    """The host in the name of a process, such as "worker-1-3fa9c1:4711"; nothing for no process."""
    return re.sub(r"-[0-9a-f]{6}:\d+$", "", worker)
