"""Prints, side by side, how long each engine needs for an epoch of MNIST, and for 97 % and 98 % of it.

    DIGITLAB_MNIST=mnist.npz python benchmarks/training.py --repeats 5

Every engine lives in a process of its own per number of threads, and they take turns epoch by epoch, so that what else
the machine does falls on all of them alike. Figures are medians. Engines that are not installed are left out.
"""

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

EPOCH_GFLOP = 2 * 60_000 * (2 * 784 * 250 + 3 * 250 * 10) / 1e9
"""Matrix products of an epoch of 784-250-10: forward and the weights' gradients, and the second layer's way back."""

THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
SLOWING_VARIABLES = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


class Worker:
    """An engine in a process of its own. `ask` returns None when it is not installed."""

    def __init__(self, engine: str, threads: int) -> None:
        root = Path(__file__).resolve().parent
        kept = {name: value for name, value in os.environ.items() if name not in SLOWING_VARIABLES}
        environment = kept | dict.fromkeys(THREAD_VARIABLES, str(threads)) | {"TF_CPP_MIN_LOG_LEVEL": "3"}
        environment["PYTHONPATH"] = os.pathsep.join([str(root.parent), kept.get("PYTHONPATH", "")])
        self._process = subprocess.Popen(  # noqa: S603 (our own file)
            [sys.executable, str(root / "engines.py"), engine],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            text=True,
        )

    def ask(self, line: str) -> float | None:
        """The answer to a line, see `engines.py`."""
        if self._process.poll() is not None or self._process.stdin is None or self._process.stdout is None:
            return None
        try:
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            return None
        answer = self._process.stdout.readline()
        return float(answer) if answer else None

    def close(self) -> None:
        """End the process."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()


def say(text: str = "") -> None:
    """Write a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def sgemm_rate(threads: int) -> float:
    """GFLOP/s of NumPy's product of (128, 784) and (784, 250) float32: the first layer's, the best of many."""
    program = (
        "import numpy as np, time\n"
        "x, w, y = np.ones((128, 784), 'f'), np.ones((784, 250), 'f'), np.empty((128, 250), 'f')\n"
        "def once():\n"
        "    t = time.perf_counter(); np.matmul(x, w, out=y); return time.perf_counter() - t\n"
        "print(2 * 128 * 784 * 250 / min(once() for _ in range(2000)) / 1e9)"
    )
    kept = {name: value for name, value in os.environ.items() if name not in SLOWING_VARIABLES}
    environment = kept | dict.fromkeys(THREAD_VARIABLES, str(threads))
    done = subprocess.run(  # noqa: S603 (the program above)
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def epoch_seconds(
    names: tuple[str, ...], *, threads: int, batch_sizes: list[int], repeats: int
) -> dict[tuple[str, int], list[float]]:
    """Seconds of every epoch by engine and batch size; an engine that is not installed is left out."""
    workers = {name: Worker(name, threads) for name in names}
    seconds: dict[tuple[str, int], list[float]] = {}
    for batch_size in batch_sizes:
        for repeat in range(repeats + 1):
            for name, worker in workers.items():
                took = worker.ask(str(batch_size))
                if took is not None and repeat > 0:  # the first epoch warms up
                    seconds.setdefault((name, batch_size), []).append(took)
    for worker in workers.values():
        worker.close()
    return seconds


def epoch_table(*, threads: int, batch_sizes: list[int], repeats: int) -> None:
    """Median seconds of an epoch by engine and batch size, and how many times nnlib's they are."""
    names = ("nnlib", "PyTorch", "Keras", "scikit-learn")
    seconds = epoch_seconds(names, threads=threads, batch_sizes=batch_sizes, repeats=repeats)
    floor = EPOCH_GFLOP / sgemm_rate(threads)
    say(f"\nAn epoch of 784-250-10 with Adam, {threads} thread(s); the floor of its products is {floor:.2f} s\n")
    say("| engine | " + " | ".join(f"batch {size}" for size in batch_sizes) + " |")
    say("| --- |" + " ---: |" * len(batch_sizes))
    for name in names:
        cells = []
        for size in batch_sizes:
            if (name, size) not in seconds:
                cells.append("not installed")
                continue
            median, ours = statistics.median(seconds[name, size]), statistics.median(seconds["nnlib", size])
            beside = f"{median / floor:.2f}x the floor" if name == "nnlib" else f"{median / ours:.2f}x nnlib"
            cells.append(f"{median:.3f} s ({beside})")
        say(f"| {name} | " + " | ".join(cells) + " |")


def growth_table(*, batch_sizes: list[int], epochs: int) -> None:
    """Whether our epochs take longer the longer one trains: median seconds at the start and at the end."""
    say(f"\nThe first and the last five of {epochs} epochs, 1 thread\n")
    say("| batch | first | last | growth |\n| ---: | ---: | ---: | ---: |")
    for size in batch_sizes:
        worker = Worker("nnlib", 1)
        seconds = [worker.ask(str(size)) or 0.0 for _ in range(epochs + 1)][1:]  # the first warms up
        worker.close()
        first, last = statistics.median(seconds[:5]), statistics.median(seconds[-5:])
        say(f"| {size} | {first:.3f} s | {last:.3f} s | {100 * (last / first - 1):+.1f} % |")


def classic_table(*, repeats: int) -> None:
    """Median seconds of an epoch with batches of one: ours and the original's."""
    workers = {name: Worker(name, 1) for name in ("nnlib Classic", "original")}
    taken: dict[str, list[float]] = {name: [] for name in workers}
    for _ in range(repeats):
        for name, worker in workers.items():
            took = worker.ask("1")
            if took is not None:
                taken[name].append(took)
    for worker in workers.values():
        worker.close()
    ours, original = (statistics.median(taken[name]) for name in workers)
    say("\nAn epoch of the Classic recipe (batch 1), 1 thread\n")
    say("| engine | seconds |\n| --- | ---: |")
    say(f"| nnlib | {ours:.2f} |\n| original (6,000 samples, scaled) | {original:.2f} ({original / ours:.1f}x) |")


def convolution_table(*, batch_sizes: list[int], repeats: int) -> None:
    """Median seconds of an epoch with convolutions, by engine and batch size, and how many times nnlib's they are."""
    names = ("nnlib convolution", "PyTorch convolution", "PyTorch convolution, channels last")
    taken = epoch_seconds(names, threads=1, batch_sizes=batch_sizes, repeats=repeats)
    say("\nAn epoch of 16x5, 32x5 and 128 units with Adam, 1 thread\n")
    say("| engine | " + " | ".join(f"batch {size}" for size in batch_sizes) + " |")
    say("| --- |" + " ---: |" * len(batch_sizes))
    for name in names:
        cells = []
        for size in batch_sizes:
            if (name, size) not in taken:
                cells.append("not installed")
                continue
            median, ours = statistics.median(taken[name, size]), statistics.median(taken[names[0], size])
            cells.append(f"{median:.1f} s" + ("" if name == names[0] else f" ({median / ours:.2f}x nnlib)"))
        say(f"| {name} | " + " | ".join(cells) + " |")


def accuracy_table(*, threads: int, seeds: int) -> None:
    """Median seconds of training until a share of the test set is read right: Adam, 0.001, batch 128."""
    workers = {name: Worker(name, threads) for name in ("nnlib", "PyTorch", "Keras", "scikit-learn")}
    reached: dict[tuple[str, float], list[float]] = {}
    for _ in range(seeds):
        for name, worker in workers.items():
            if worker.ask("fresh") is None:
                continue
            elapsed, goals = 0.0, [0.97, 0.98]
            for _epoch in range(25):
                elapsed += worker.ask("128") or 0.0
                accuracy = worker.ask("accuracy") or 0.0
                while goals and accuracy >= goals[0]:
                    reached.setdefault((name, goals.pop(0)), []).append(elapsed)
                if not goals:
                    break
    for worker in workers.values():
        worker.close()
    say(f"\nSeconds of training to a test accuracy, the same plain recipe, {threads} thread(s)\n")
    say("| engine | 97 % | 98 % |\n| --- | ---: | ---: |")
    for name in workers:
        cells = [
            f"{statistics.median(reached[name, goal]):.1f}" if (name, goal) in reached else "-" for goal in (0.97, 0.98)
        ]
        say(f"| {name} | " + " | ".join(cells) + " |")


def main() -> None:
    """Print every requested table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5, help="epochs per figure")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--batches", type=int, nargs="+", default=[32, 128, 512])
    parser.add_argument("--epochs", type=int, default=20, help="over which the growth of an epoch's time is measured")
    parser.add_argument("--convolutions", type=int, default=3, help="epochs with convolutions; 0 leaves them out")
    parser.add_argument("--seeds", type=int, default=3, help="trainings per time to an accuracy; 0 leaves it out")
    arguments = parser.parse_args()
    if "DIGITLAB_MNIST" not in os.environ:
        parser.error("DIGITLAB_MNIST must name an mnist.npz")
    say(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}")
    started = time.perf_counter()
    for threads in arguments.threads:
        say(f"sgemm (128, 784) x (784, 250), {threads} thread(s): {sgemm_rate(threads):.0f} GFLOP/s")
    for threads in arguments.threads:
        epoch_table(threads=threads, batch_sizes=arguments.batches, repeats=arguments.repeats)
    if arguments.epochs:
        growth_table(batch_sizes=arguments.batches, epochs=arguments.epochs)
    classic_table(repeats=min(arguments.repeats, 3))
    if arguments.convolutions:
        convolution_table(batch_sizes=[128], repeats=arguments.convolutions)
    if arguments.seeds:
        accuracy_table(threads=max(arguments.threads), seeds=arguments.seeds)
    say(f"\nmeasured in {time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
