"""How long does every page and list take when the lab holds 10,000 runs and 1,000,000 epochs?

    make bench-pages ARGS="--runs 10000 --epochs 1000000 --rounds 15"
    make bench-pages ARGS=--postgres

Fills a data folder of its own (SQLite, a throw-away PostgreSQL, or the database that DATABASE_URL names), starts the
real web process, and requests every page in turn, round after round, so that what else the machine does falls on all
alike. The server's clock stops at the first byte of the answer, the client's when all of it has arrived.
"""

import argparse
import http.client
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from tests import postgres
from tests.lab import free_port

ROOT = Path(__file__).resolve().parents[1]
AIM_MS = 150.0
COMPARE_AIM_MS = 300.0
PAGES_DEEP = 20


class Answer(NamedTuple):
    """What one request took, in milliseconds, and how large its answer was."""

    server: float
    client: float
    size: int
    body: bytes


class Browser:
    """One connection that is kept, as a browser's."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def get(self, path: str) -> Answer:
        """Request a page that must exist."""
        started = time.perf_counter()
        self._connection.request("GET", path)
        response = self._connection.getresponse()
        body = response.read()
        client = 1000 * (time.perf_counter() - started)
        if response.status != 200:
            raise SystemExit(f"{path} is answered by {response.status}: {body[:300]!r}")
        timing = re.search(r"dur=([\d.]+)", response.headers["Server-Timing"])
        if timing is None:
            raise SystemExit("the web process runs without its stopwatch")
        return Answer(float(timing[1]), client, len(body), body)


def main() -> None:
    """Fill, start, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--epochs", type=int, default=1_000_000)
    parser.add_argument("--versions", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=15)
    place = parser.add_mutually_exclusive_group()
    place.add_argument("--data", type=Path, help="a folder to keep and use again; default: one that is thrown away")
    place.add_argument("--postgres", action="store_true", help="on a PostgreSQL that is thrown away")
    options = parser.parse_args()
    with ExitStack() as stack:
        if options.postgres:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="digitlab-postgres-")))
            os.environ["DATABASE_URL"] = stack.enter_context(postgres.server(folder))
        data = options.data or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        is_filled = (data / "filled").exists()
        os.environ.update(DIGITLAB_DATA_DIR=str(data), DJANGO_SETTINGS_MODULE="digitlab.settings")
        if not is_filled:
            fill(runs=options.runs, epochs=options.epochs, versions=options.versions)
            (data / "filled").touch()
        with web() as port:
            report(measure(Browser(port), rounds=options.rounds))


def fill(*, runs: int, epochs: int, versions: int) -> None:
    """Make the database and everything in it."""
    import django  # noqa: PLC0415 -- settings are read from the environment set above

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    from benchmarks import many_runs  # noqa: PLC0415

    started = time.perf_counter()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("import_starter", verbosity=0)
    many_runs.fill(runs=runs, epochs=epochs, versions=versions)
    seconds = time.perf_counter() - started
    sys.stdout.write(f"{runs:,} runs, {epochs:,} epochs and {versions:,} versions written in {seconds:.0f} s\n\n")


@contextmanager
def web() -> Iterator[int]:
    """The real web process, with a stopwatch around it; its port."""
    port = free_port()
    options = ("--host", "127.0.0.1", "--port", str(port), "--lifespan", "off", "--log-level", "warning")
    command = [sys.executable, "-m", "uvicorn", "benchmarks.timed_application:application", *options]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment)  # noqa: S603 -- our own command
    try:
        deadline = time.monotonic() + 30
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("the web process did not start")
            time.sleep(0.1)
        yield port
        resident = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())
        if resident:
            sys.stdout.write(f"\nThe web process holds {int(resident[1]) / 1000:.0f} MB after all this.\n")
    finally:
        process.terminate()
        process.wait(10)


def _answers(port: int) -> bool:
    try:
        return Browser(port).get("/runs/new/").size > 0
    except OSError:
        return False


def measure(browser: Browser, *, rounds: int) -> dict[str, list[Answer]]:
    """Every page `rounds` times, in another order each time, after one that is not counted."""
    pages = addresses(browser)
    taken: dict[str, list[Answer]] = {name: [] for name in pages}
    for path in pages.values():
        browser.get(path)
    order = list(pages)
    for _ in range(rounds):
        random.shuffle(order)
        for name in order:
            taken[name].append(browser.get(pages[name])._replace(body=b""))
    return taken


def addresses(browser: Browser) -> dict[str, str]:
    """Every page and list, first and deep pages, every order and filter."""
    run_sorts = ("number", "-test_accuracy", "test_accuracy", "test_error", "-test_error", "duration", "-duration")
    return {
        "draw": "/",
        "runs": "/runs/",
        "runs, deep": f"/runs/?cursor={deep(browser, '/api/v1/runs?limit=200')}",
        **{f"runs by {sort}": f"/runs/?sort={sort}" for sort in (*run_sorts, "status")},
        **{
            f"runs by {sort}, deep": f"/runs/?sort={sort}&cursor={deep(browser, f'/api/v1/runs?limit=200&sort={sort}')}"
            for sort in ("-test_accuracy", "duration", "status")
        },
        "runs completed": "/runs/?status=completed",
        "runs of MNIST": "/runs/?dataset=mnist",
        "runs with a tag": "/runs/?tag=wide",
        "runs with two filters, sorted": "/runs/?tag=deep&status=completed&sort=-test_accuracy",
        "runs by text": "/runs/?q=series+7",
        "runs by text, none": "/runs/?q=nowhere",
        "runs by several words": "/runs/?q=relu+250+wide",
        "runs of a loss by text, none": "/runs/?loss=cross_entropy&q=nowhere",
        "runs by ranges, sorted": "/runs/?min_epochs=1&max_epochs=5000&min_test_accuracy=0.1&sort=test_error",
        "runs of hidden layers, sorted": "/runs/?hidden_layers=64&sort=-duration",
        "new run": "/runs/new/",
        "run of 99 epochs": f"/runs/{run_id(browser, 'sort=number&limit=2', 1)}/",
        "run of 10,000 epochs": f"/runs/{run_id(browser, 'sort=number&limit=1', 0)}/",
        "versions": "/versions/",
        "versions, deep": "/versions/?cursor=100",
        **{f"versions by {sort}": f"/versions/?sort={sort}" for sort in (*run_sorts, "size")},
        "versions by text": "/versions/?q=series+7",
        "versions by text, none": "/versions/?q=nowhere",
        "versions by several words, sorted": "/versions/?q=adam+250&sort=test_error",
        "version of 99 epochs": "/versions/9/",
        "version of 10,000 epochs": "/versions/2/",
        "network": "/versions/9/network/",
        "aliases": "/versions/aliases/",
        "trash": "/versions/trash/",
        "compare 2": "/versions/compare/?numbers=8,9",
        "compare 8": "/versions/compare/?numbers=3,4,5,6,7,8,9,10",
        "compare 8, timed": "/versions/compare/?numbers=3,4,5,6,7,8,9,10&timing=1&flips=gained&page=3",
        "compare 7 and a run of 10,000 epochs": (
            f"/versions/compare/?numbers=3,4,5,6,7,8,9&runs={run_id(browser, 'sort=number&limit=1', 0)}"
        ),
        "compare 8, CSV": "/versions/compare.csv?numbers=3,4,5,6,7,8,9,10",
        "API runs": "/api/v1/runs",
        "API runs, 200": "/api/v1/runs?limit=200",
        "API runs, deep": f"/api/v1/runs?cursor={deep(browser, '/api/v1/runs?limit=200')}",
        "API run": f"/api/v1/runs/{run_id(browser, 'sort=number&limit=2', 1)}",
        "API epochs, 99": f"/api/v1/runs/{run_id(browser, 'sort=number&limit=2', 1)}/epochs",
        "API epochs, 10,000": f"/api/v1/runs/{run_id(browser, 'sort=number&limit=1', 0)}/epochs",
        "API versions": "/api/v1/versions?cursor=400",
        "API versions, 200": "/api/v1/versions?cursor=400&limit=200",
        "API version": "/api/v1/versions/9",
        "API version of 10,000 epochs": "/api/v1/versions/2",
        "API compare 8": "/api/v1/versions/compare?numbers=3,4,5,6,7,8,9,10",
        "API data sets": "/api/v1/datasets",
        "corrections": "/corrections/",
        "corrections, deep": "/corrections/?cursor=2000",
        "corrections of a digit": "/corrections/?label=7",
        "API corrections": "/api/v1/corrections",
        "API corrections, 200": "/api/v1/corrections?limit=200",
        "API corrections of a digit, deep": "/api/v1/corrections?label=7&limit=200&cursor=5000",
        "API accuracy of corrections": "/api/v1/corrections/accuracy?versions=3,4,5",
    }


def deep(browser: Browser, first: str) -> str:
    """The cursor of a page far down the list."""
    path, cursor = first, ""
    for _ in range(PAGES_DEEP):
        following = json.loads(browser.get(path).body)["next"]
        if following is None:
            break
        cursor = following
        path = f"{first}{'&' if '?' in first else '?'}cursor={cursor}"
    return cursor


def run_id(browser: Browser, query: str, index: int) -> int:
    """The id of a run in a list."""
    return int(json.loads(browser.get(f"/api/v1/runs?{query}").body)["items"][index]["id"])


def report(taken: dict[str, list[Answer]]) -> None:
    """A table, and what is above the aim."""
    sys.stdout.write(
        "| page | server, median | most | client, median | most | kB |\n| --- | ---: | ---: | ---: | ---: | ---: |\n"
    )
    for name, answers in taken.items():
        server, client = ([getattr(answer, clock) for answer in answers] for clock in ("server", "client"))
        sys.stdout.write(
            f"| {name} | {statistics.median(server):.0f} ms | {max(server):.0f} | {statistics.median(client):.0f} ms "
            f"| {max(client):.0f} | {answers[0].size / 1000:.0f} |\n"
        )
    slow = [name for name, answers in taken.items() if statistics.median(a.server for a in answers) > aim(name)]
    sys.stdout.write(f"\nAbove the aim of {AIM_MS:.0f} ms ({COMPARE_AIM_MS:.0f} for compared ones): {slow or 'none'}\n")


def aim(name: str) -> float:
    """The milliseconds that a page may take."""
    return COMPARE_AIM_MS if "compare" in name else AIM_MS


if __name__ == "__main__":
    main()
