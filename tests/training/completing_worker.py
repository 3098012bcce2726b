"""A worker process for tests: `python -m … ID…` says that it is ready, waits for a line, then trains those runs."""

import sys

import django


def main(run_ids: list[int]) -> None:
    """Train each run to its end."""
    django.setup()
    import datasets
    from training.worker.execution import execute

    datasets.load("pen-strokes")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    for run_id in run_ids:
        if not execute(run_id):
            raise SystemExit(f"run {run_id} was not waiting")


if __name__ == "__main__":
    main([int(argument) for argument in sys.argv[1:]])
