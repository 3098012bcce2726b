"""Corrections as a data set: few pictures that matter, among many that must not be forgotten.

A network that learns thirty pictures alone forgets the rest (McCloskey and Cohen, "Catastrophic interference in
connectionist networks", 1989). So the corrections are rehearsed with `REHEARSED` images of what networks here usually
learn from (Robins, "Catastrophic forgetting, rehearsal and pseudorehearsal", 1995): two of MNIST for each of pen
strokes where both are at hand. Each correction is repeated until all of them make up `SHARE` of the rehearsed images,
at most `MOST_REPEATS` times; with the augmentation of the run, each repetition is another picture. It is tested on the
test images of the first rehearsed data set, to show what is forgotten; the score on the corrections themselves is in
`inference.reports.correction_score`.
"""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from datasets.errors import DatasetUnavailableError
from datasets.stored import CorrectionsTaken, Dataset, fingerprint_of
from weblib.atomic_files import write_atomically

KEY: Final = "corrections"
LEAST: Final = 10
"""With fewer there is more to lose than to learn."""
REHEARSED: Final = 30_000
SHARE: Final = 0.05
MOST_REPEATS: Final = 50
RECIPE: Final[dict[str, Any]] = {
    "dataset": KEY,
    "optimizer": "adam",
    "learning_rate": 0.001,
    "schedule": "cosine",
    "batch_size": 128,
    "epochs": 5,
    "augmentation": "mild",
    "error_threshold": None,
    "patience": None,
    "shuffle": True,
    "engine": "nnlib",
}
"""What the form suggests for fine-tuning a version; the measurements are in docs/benchmarks.md (decision 9)."""
_SEED: Final = 1


@dataclass(frozen=True, slots=True)
class Taken:
    """The corrections as they were when a run took them, and the data sets to rehearse.

    Attributes:
        x: `(n, 784)` uint8, ink 255.
        y: `(n,)` uint8.
        rehearsed: keys of data sets; the first is tested on.
        newest_id: of the corrections; 0 where it is not known, as in files of older programs.
    """

    x: NDArray[np.uint8]
    y: NDArray[np.uint8]
    rehearsed: tuple[str, ...]
    newest_id: int = 0

    @classmethod
    def now(cls, rehearsed: Sequence[str]) -> Self:
        """What there is now.

        Raises:
            DatasetUnavailableError: fewer than `LEAST` corrections.
        """
        # Here, because models need Django set up, and scripts locate data sets without it.
        from datasets.samples.selectors import labelled_samples  # noqa: PLC0415

        samples = labelled_samples()
        if len(samples.x) < LEAST:
            raise DatasetUnavailableError(too_few(len(samples.x)))
        return cls(samples.x, samples.y, tuple(rehearsed), max(samples.ids))

    @classmethod
    def kept(cls, path: Path) -> Self:
        """What `keep` wrote.

        Raises:
            DatasetUnavailableError: it is damaged.
        """
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
                newest_id = int(file["newest_id"]) if "newest_id" in file else 0
                return cls(file["x"], file["y"], tuple(json.loads(str(file["rehearsed"]))), newest_id)
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise DatasetUnavailableError(f"the corrections that this run took cannot be read: {error}") from error

    def keep(self, path: Path) -> None:
        """Write it down, whole or not at all."""
        buffer = io.BytesIO()
        rehearsed = np.array(json.dumps(self.rehearsed))
        np.savez_compressed(buffer, x=self.x, y=self.y, rehearsed=rehearsed, newest_id=np.array(self.newest_id))
        write_atomically(path, [buffer.getvalue()])


def count_now() -> int:
    """How many corrections there are."""
    from datasets.samples.selectors import count  # noqa: PLC0415 -- as above

    return count()


def too_few(count: int) -> str:
    """Why `count` corrections cannot be trained on."""
    so_far = f"there {'is' if count == 1 else 'are'} {count or 'none'} so far"
    return f"at least {LEAST} corrections are needed, and {so_far}: draw digits and say which they are"


def assembled(taken: Taken, rehearsed: Sequence[Dataset]) -> Dataset:
    """The corrections, repeated, among images of the `rehearsed` data sets, in one fixed random order."""
    rng = np.random.Generator(np.random.PCG64(_SEED))
    chosen = [
        (data.x_train[rows], data.y_train[rows])
        for data, wanted in zip(rehearsed, _counts(len(rehearsed)), strict=True)
        for rows in [np.sort(rng.permutation(len(data.x_train))[:wanted])]
    ]
    repeats = min(MOST_REPEATS, ceil(SHARE * sum(len(x) for x, _ in chosen) / len(taken.x)))
    x = np.concatenate([*(x for x, _ in chosen), np.tile(taken.x, (repeats, 1))])
    y = np.concatenate([*(y for _, y in chosen), np.tile(taken.y, repeats)])
    order = rng.permutation(len(x))
    tested = rehearsed[0]
    prints = [np.frombuffer(bytes.fromhex(data.fingerprint), np.uint8) for data in rehearsed]
    fingerprint = fingerprint_of(taken.x, taken.y, *prints)
    noted = CorrectionsTaken(len(taken.x), taken.newest_id or None)
    return Dataset(KEY, x[order], y[order], tested.x_test, tested.y_test, fingerprint, noted)


def _counts(parts: int) -> list[int]:
    """How many images of each rehearsed data set: two thirds of the first, where there are two."""
    return [REHEARSED] if parts == 1 else [REHEARSED * 2 // 3, REHEARSED // 3]
