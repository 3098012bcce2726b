"""How soon after an epoch is committed do all watchers of its run have it?

    python -m benchmarks.live --watchers 200 --epochs 100

Starts the real program, writes epochs as a worker does, and receives them over real WebSockets in another process.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path

from tests.lab import Lab

SECONDS_BETWEEN_EPOCHS = 0.2


def watch(port: int, run_id: int, watchers: int, epochs: int, pipe: Connection) -> None:
    """Receive every epoch on every socket; send back `[(epoch, time)]` of each watcher, and our own processor time."""
    pipe.send(asyncio.run(_watch(port, run_id, watchers, epochs, pipe)))


async def _watch(
    port: int, run_id: int, watchers: int, epochs: int, pipe: Connection
) -> tuple[list[list[tuple[int, float]]], float]:
    from websockets.asyncio.client import connect  # noqa: PLC0415 -- in the watchers' process only

    ready = asyncio.Semaphore(0)

    async def one() -> list[tuple[int, float]]:
        got: list[tuple[int, float]] = []
        async with connect(f"ws://127.0.0.1:{port}/ws/runs/{run_id}/", compression=None) as socket:
            await socket.recv()
            ready.release()
            while len(got) < epochs:
                message = json.loads(await socket.recv())
                if message["type"] == "epoch.finished":
                    got.append((message["epoch"]["epoch"], time.time()))
        return got

    tasks = [asyncio.create_task(one()) for _ in range(watchers)]
    for _ in tasks:
        await ready.acquire()
    pipe.send("ready")
    began = time.process_time()
    received = await asyncio.gather(*tasks)
    return received, time.process_time() - began


def write_epochs(run_id: int, epochs: int) -> dict[int, float]:
    """Write epochs as a worker does; the time at which each was committed."""
    from django.db import transaction  # noqa: PLC0415 -- Django is set up by now

    from training.worker import leases  # noqa: PLC0415

    lease = leases.claim(run_id)
    if lease is None:
        raise SystemExit("the run was taken by a worker")
    times: dict[int, float] = {}
    numbers = dict.fromkeys(
        ("train_error", "train_accuracy", "test_error", "test_accuracy", "learning_rate", "seconds"), 0.5
    )
    for epoch in range(1, epochs + 1):
        time.sleep(SECONDS_BETWEEN_EPOCHS)
        leases.heartbeat(lease)

        def note(epoch: int = epoch) -> None:
            times[epoch] = time.time()

        with transaction.atomic():
            # Called before the ring goes out: what that takes belongs to the way to the page.
            transaction.on_commit(note)
            leases.record_epoch(lease, {"epoch": epoch, **numbers}, checkpoint="", curve=[])
    return times


def main() -> None:
    """Print the share of epochs that came, and how long they took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--watchers", type=int, default=200)
    parser.add_argument("--epochs", type=int, default=100)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(DIGITLAB_DATA_DIR=folder, DJANGO_SETTINGS_MODULE="digitlab.settings")
        lab = Lab(Path(folder)).start()
        try:
            measure(lab, watchers=options.watchers, epochs=options.epochs)
        finally:
            lab.stop()


def measure(lab: Lab, *, watchers: int, epochs: int) -> None:
    """Write to one run and watch it with all."""
    import django  # noqa: PLC0415 -- settings are read from the environment set above

    django.setup()
    from training.configuration.run_config import RunConfig  # noqa: PLC0415
    from training.runs.services import submit_run  # noqa: PLC0415

    run = submit_run(RunConfig(dataset="pen-strokes", epochs=epochs), enqueue=False)
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    arguments = (lab.port, run.pk, watchers, epochs, theirs)
    process = multiprocessing.get_context("spawn").Process(target=watch, args=arguments)
    process.start()
    ours.recv()
    written = write_epochs(run.pk, epochs)
    received, seconds = ours.recv()
    process.join()
    whole = sum([epoch for epoch, _ in got] == list(range(1, epochs + 1)) for got in received)
    delays = sorted(1000 * (moment - written[epoch]) for got in received for epoch, moment in got)
    median, p99 = statistics.median(delays), delays[int(0.99 * len(delays))]
    sys.stdout.write(
        f"{watchers} watchers, {epochs} epochs: {whole} watchers got every epoch once and in order\n"
        f"committed to received: median {median:.0f} ms, p99 {p99:.0f} ms, most {delays[-1]:.0f} ms\n"
        f"of that the watchers' own process needs {1000 * seconds / epochs:.0f} ms an epoch for all of them\n"
    )


if __name__ == "__main__":
    main()
