"""How much sooner are runs done with two workers than with one, with the defaults of docker-compose.yml?

    python -m benchmarks.scale --runs 6 --rounds 5

Starts the worker command of the compose file, once and twice, in turns; each worker has one slot. Redis is real, and so
is PostgreSQL where it is installed; runs are submitted at once and train on MNIST (DIGITLAB_MNIST), else pen strokes.
"""

import argparse
import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests import postgres
from tests.lab import ROOT, free_port, store_small_pen_strokes

COMPOSE = (ROOT / "docker-compose.yml").read_text()
START_SECONDS = 60.0
BLAS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def main() -> None:
    """Print the median seconds with one worker and with two, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sqlite", action="store_true", help="Instead of PostgreSQL.")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        for name in BLAS:
            os.environ.pop(name, None)
        os.environ |= {"DIGITLAB_DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "digitlab.settings"}
        os.environ |= {
            "WORKER_SLOTS": compose_default("WORKER_SLOTS"),
            "LOG_LEVEL": "ERROR",
            "PYTHONWARNINGS": "ignore",
        }
        os.environ["REDIS_URL"] = stack.enter_context(redis(folder))
        if postgres.programs() and not options.sqlite:
            server = stack.enter_context(tempfile.TemporaryDirectory())
            os.environ["DATABASE_URL"] = stack.enter_context(postgres.server(Path(server)))
        measure(folder, runs=options.runs, rounds=options.rounds)


def measure(folder: Path, *, runs: int, rounds: int) -> None:
    """Let one worker and two take turns."""
    import django  # noqa: PLC0415 -- settings are read from the environment set above

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    import datasets  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    store_small_pen_strokes(folder / "datasets")
    dataset = "mnist" if os.environ.get("DIGITLAB_MNIST") else "pen-strokes"
    datasets.load(dataset)
    seconds: dict[int, list[float]] = {1: [], 2: []}
    for number in range(rounds):
        for count in (1, 2) if number % 2 == 0 else (2, 1):
            with workers(count):
                seconds[count].append(train(runs, dataset))
    one, two = (statistics.median(seconds[count]) for count in (1, 2))
    sys.stdout.write(
        f"{runs} runs on {dataset}, {rounds} rounds, {len(os.sched_getaffinity(0))} cores, "
        f"{'PostgreSQL' if 'DATABASE_URL' in os.environ else 'SQLite'}\n"
        f"one worker: {one:.1f} s ({_spread(seconds[1])}); two: {two:.1f} s ({_spread(seconds[2])}); "
        f"two are {one / two:.2f} times one\n"
    )


def train(runs: int, dataset: str) -> float:
    """Submit `runs` at once; seconds until the last is completed."""
    from training.configuration.run_config import RunConfig  # noqa: PLC0415 -- Django is set up by now
    from training.models import Run  # noqa: PLC0415
    from training.runs.services import submit_run  # noqa: PLC0415

    epochs = 3 if dataset == "mnist" else 40
    begin = time.monotonic()
    config = RunConfig(dataset=dataset, epochs=epochs, hidden_layers=(250,), batch_size=64)
    numbers = [submit_run(config).pk for _ in range(runs)]
    while Run.objects.filter(pk__in=numbers, status="completed").count() < runs:
        if Run.objects.filter(pk__in=numbers, status="failed").exists():
            raise SystemExit("a run failed")
        time.sleep(0.05)
    return time.monotonic() - begin


@contextlib.contextmanager
def workers(count: int) -> Iterator[None]:
    """`count` workers that are ready; they stop as containers do."""
    from digitlab.processes.presence import count_live  # noqa: PLC0415 -- Django is set up by now
    from weblib.redis_client import redis_client  # noqa: PLC0415

    command = json.loads(re.findall(r"^    command: (\[\"celery\", .*\"worker\".*\])$", COMPOSE, re.MULTILINE)[0])
    processes = [
        subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, stdout=subprocess.DEVNULL)  # noqa: S603 -- ours
        for _ in range(count)
    ]
    try:
        deadline = time.monotonic() + START_SECONDS
        with redis_client() as client:
            while count_live(client, "worker") < count:
                if time.monotonic() > deadline:
                    raise SystemExit("the workers did not start")
                time.sleep(0.1)
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(40)


@contextlib.contextmanager
def redis(folder: Path) -> Iterator[str]:
    """The address of a Redis of its own."""
    from digitlab.processes import embedded_redis  # noqa: PLC0415 -- needs no settings

    port = free_port()
    process = subprocess.Popen(  # noqa: S603 -- ours
        [embedded_redis.find_server(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    try:
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(10)


def compose_default(name: str) -> str:
    """The default of a variable in the compose file."""
    return re.findall(rf"^    {name}: \$\{{{name}:-(.*)\}}$", COMPOSE, re.MULTILINE)[0]


def _spread(seconds: list[float]) -> str:
    return f"{min(seconds):.1f} to {max(seconds):.1f}"


if __name__ == "__main__":
    main()
