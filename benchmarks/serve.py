"""How many predictions a second one web process answers, and how soon a drawing has its answer.

    make bench-serve ARGS="--rounds 3 --seconds 5"

`POST /api/v1/predict` with 784 pixels over 16 connections, by wrk, compared with LitServe and BentoML serving the same
network; they take turns. Then `/ws/predict/` with a drawing, one after another, for one version and for twenty.
Each server has one worker process; wrk has the other core.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from math import cos, pi, sin
from pathlib import Path

import numpy as np

from nnlib import Architecture, Network
from tests.lab import free_port

FOLDER = Path(__file__).resolve().parent / "serving"
CONNECTIONS = 16
MANY_VERSIONS = 20


class Server:
    """A process that serves predictions at one address, until it is closed."""

    def __init__(self, name: str, path: str, command: Sequence[str], port: int, environment: dict[str, str]) -> None:
        self.name, self.port, self.url = name, port, f"http://127.0.0.1:{port}{path}"
        self.rates: list[float] = []
        self.p99s: list[float] = []
        self.costs: list[float] = []
        self._process = subprocess.Popen(  # noqa: S603 -- our own commands
            command,
            cwd=FOLDER if name != "Digit Lab" else FOLDER.parents[1],
            env={**os.environ, **environment},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait(self, body: bytes) -> None:
        """Until it answers a prediction."""
        deadline = time.monotonic() + 90
        while True:
            try:
                request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})  # noqa: S310
                urllib.request.urlopen(request, timeout=5).read()  # noqa: S310 -- our own address
            except OSError as error:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"{self.name} did not start: {error}") from error
                time.sleep(0.3)
            else:
                return

    def load(self, script: Path, seconds: int) -> None:
        """Ask as fast as it answers, and note the rate and the slowest hundredth."""
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", str(script), self.url]
        spent = processor_seconds(self._process.pid)
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
        if "Non-2xx" in told:
            raise SystemExit(f"{self.name} answered with errors:\n{told}")
        spent = processor_seconds(self._process.pid) - spent
        rate, p99 = re.search(r"Requests/sec:\s+([\d.]+)", told), re.search(r"99%\s+([\d.]+)(us|ms|s)", told)
        count = re.search(r"(\d+) requests in", told)
        if rate is None or p99 is None or count is None:
            raise SystemExit(f"wrk said:\n{told}")
        self.costs.append(1e6 * spent / int(count[1]))
        self.rates.append(float(rate[1]))
        self.p99s.append(float(p99[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[p99[2]])

    def close(self) -> None:
        """End the process and those that it started."""
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(10)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)


def main() -> None:
    """Start, measure in turns, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="per round and server")
    parser.add_argument("--drawings", type=int, default=1000)
    parser.add_argument(
        "--others", type=_absolute, help="the bin folder of an environment that holds LitServe and BentoML"
    )
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        parser.error("wrk is not installed: it is Debian's package of that name")
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(DIGITLAB_DATA_DIR=folder, DJANGO_SETTINGS_MODULE="digitlab.settings", LOG_LEVEL="WARNING")
        prepare(Path(folder))
        body = json.dumps({"pixels": np.random.default_rng(0).integers(0, 256, 784).tolist()})
        script = Path(folder) / "post.lua"
        script.write_text(
            f'wrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\nwrk.body = [[{body}]]\n'
        )
        servers = started(Path(folder), options.others)
        try:
            for server in servers:
                server.wait(body.encode())
            for _ in range(options.rounds):
                for server in servers:
                    server.load(script, options.seconds)
            tell_rates(servers)
            tell_drawings(servers[0].port, options.drawings)
        finally:
            for server in servers:
                server.close()


def processor_seconds(session: int) -> float:
    """What the processes of a session have used so far."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def prepare(folder: Path) -> None:
    """A database with twenty versions of 784-250-10, the first of which is the champion and what the others serve."""
    import django  # noqa: PLC0415 -- settings are read from the environment set above

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from inference.model_files.pickle.network_pickle import network_to_bytes  # noqa: PLC0415
    from inference.registry.services import import_version  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    architecture = Architecture((784, 250, 10), "relu", "softmax")
    for seed in range(MANY_VERSIONS):
        network = Network.initialised(architecture, initializer="he", rng=np.random.default_rng(seed))
        import_version(network_to_bytes(network), name=f"Network {seed}")
        if seed == 0:
            (w1, w2), (b1, b2) = network.weights, network.biases
            np.savez(folder / "weights.npz", w1=w1, b1=b1, w2=w2, b2=b2)


def _absolute(text: str) -> Path:
    """A path that still names the same folder in a process that starts elsewhere."""
    return Path(text).absolute()


def started(folder: Path, others: Path | None) -> list[Server]:
    """Ours, and those of the others that are installed."""
    from digitlab.processes import web_server  # noqa: PLC0415 -- Django is set up by now

    one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "BENCH_WEIGHTS": str(folder / "weights.npz")}
    ours = free_port()
    servers = [Server("Digit Lab", "/api/v1/predict", web_server.command("127.0.0.1", ours), ours, one_thread)]
    if others is None:
        return servers
    quiet = {**one_thread, "BENTOML_HOME": str(folder / "bento"), "BENTOML_DO_NOT_TRACK": "True", "PYTHONPATH": ""}
    port = free_port()
    command = [str(others / "python"), str(FOLDER / "litserve_server.py"), str(port)]
    servers.append(Server("LitServe", "/predict", command, port, quiet))
    port = free_port()
    command = [str(others / "bentoml"), "serve", "bentoml_service:Reader", "--host", "127.0.0.1", "--port", str(port)]
    servers.append(Server("BentoML", "/predict", [*command, "-q"], port, quiet))
    return servers


def tell_rates(servers: list[Server]) -> None:
    """The table of requests a second."""
    rounds = len(servers[0].rates)
    say(f"POST predict, 784 pixels, {CONNECTIONS} connections, one worker each; medians of {rounds} rounds\n")
    say("| server | requests a second | p99 | processor time of one | Digit Lab's rate is |")
    say("| --- | ---: | ---: | ---: | ---: |")
    ours = statistics.median(servers[0].rates)
    for server in servers:
        rate, p99, cost = (statistics.median(values) for values in (server.rates, server.p99s, server.costs))
        say(f"| {server.name} | {rate:,.0f} | {p99:.1f} ms | {cost:.0f} µs | {ours / rate:.1f} times |")


def tell_drawings(port: int, drawings: int) -> None:
    """How soon a drawing over the WebSocket has its answer."""
    from websockets.sync.client import connect  # noqa: PLC0415

    strokes = [[[140 + 60 * cos(2 * pi * i / 60), 140 + 90 * sin(2 * pi * i / 60)] for i in range(61)]]
    with connect(f"ws://127.0.0.1:{port}/ws/predict/", compression=None) as socket:
        for count in (1, MANY_VERSIONS):
            versions = list(range(1, count + 1))
            took = []
            for number in range(-20, drawings):
                started_at = time.perf_counter()
                socket.send(json.dumps({"id": number, "strokes": strokes, "brush": 20, "versions": versions}))
                answer = json.loads(socket.recv())
                if number >= 0:
                    took.append(1000 * (time.perf_counter() - started_at))
                if len(answer["results"]) != count:
                    raise SystemExit(f"expected {count} answers, got {answer}")
            took.sort()
            p50, p99 = statistics.median(took), took[int(0.99 * len(took))]
            say(f"\n/ws/predict/, a drawing of 61 points, {count} versions: p50 {p50:.1f} ms, p99 {p99:.1f} ms")


def say(text: str) -> None:
    """Write a line now."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
