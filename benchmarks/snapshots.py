"""What do snapshots cost a training?

    python -m benchmarks.snapshots --epochs 6 --rounds 3        (needs DIGITLAB_MNIST, an idle machine)

Trains 784-250-10 with Adam and batches of 128 on MNIST as a worker does, with snapshots and without in turns, in a
fresh data folder. Compares the time between the first and the last event, and that of the whole run, which includes
publishing.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from typing import Any


def main() -> None:
    """Print the median times and the share that snapshots add."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hidden", default="250")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(DIGITLAB_DATA_DIR=folder, DJANGO_SETTINGS_MODULE="digitlab.settings")
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        import django  # noqa: PLC0415 -- settings are read from the environment set above

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415

        call_command("migrate", verbosity=0)
        measure(options.epochs, options.rounds, options.hidden)


def measure(epochs: int, rounds: int, hidden: str) -> None:
    """Train in turns."""
    seconds: dict[bool, list[float]] = {True: [], False: []}
    whole: dict[bool, list[float]] = {True: [], False: []}
    fingerprints: dict[bool, set[str]] = {True: set(), False: set()}
    train(1, hidden, with_snapshots=False)
    for turn in range(rounds):
        for with_snapshots in (True, False) if turn % 2 else (False, True):
            took, all_of_it, fingerprint = train(epochs, hidden, with_snapshots=with_snapshots)
            seconds[with_snapshots].append(took)
            whole[with_snapshots].append(all_of_it)
            fingerprints[with_snapshots].add(fingerprint)
    same = len(fingerprints[False] | fingerprints[True]) == 1
    sys.stdout.write(f"784-{hidden}-10, {epochs} epochs, {rounds} rounds each, medians\n")
    for title, times in (("training", seconds), ("whole run", whole)):
        plain, watched = statistics.median(times[False]), statistics.median(times[True])
        sys.stdout.write(
            f"{title}: without {plain:.3f} s, with snapshots {watched:.3f} s, {watched / plain - 1:+.1%} "
            f"(without {_listed(times[False])}; with {_listed(times[True])})\n"
        )
    sys.stdout.write(f"the networks are {'the same to the bit' if same else 'NOT the same'}\n")


def _listed(times: list[float]) -> str:
    return ", ".join(f"{one:.3f}" for one in times)


def train(epochs: int, hidden: str, *, with_snapshots: bool) -> tuple[float, float, str]:
    """One run as a worker does it: seconds from the first event to the last, all its seconds, its fingerprint."""
    from training.configuration.run_config import RunConfig  # noqa: PLC0415
    from training.models import Run  # noqa: PLC0415
    from training.runs import services  # noqa: PLC0415
    from training.worker import execution  # noqa: PLC0415
    from training.worker.snapshot_recorder import SnapshotRecorder  # noqa: PLC0415

    kept = (SnapshotRecorder.taken, SnapshotRecorder.keep)
    if not with_snapshots:
        SnapshotRecorder.taken = SnapshotRecorder.keep = lambda *_: None  # type: ignore[assignment, method-assign]
    moments: list[float] = []

    def observe(_event: Any) -> None:
        moments.append(time.perf_counter())

    try:
        config = RunConfig.model_validate({"dataset": "mnist", "hidden_layers": hidden, "epochs": epochs})
        run = services.submit_run(config, enqueue=False)
        started = time.perf_counter()
        execution.execute(run.pk, observe=observe)
        ended = time.perf_counter()
    finally:
        SnapshotRecorder.taken, SnapshotRecorder.keep = kept  # type: ignore[method-assign]
    done = Run.objects.select_related("version").get(pk=run.pk)
    if done.version is None:
        raise SystemExit(done.failure)
    return moments[-1] - moments[0], ended - started, done.version.sha256


if __name__ == "__main__":
    main()
