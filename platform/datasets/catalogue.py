"""The catalogue of data sets: which exist, whether each is available, and how it is made on first use."""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
from django.conf import settings

from datasets import mnist, worker_reports
from datasets.errors import DatasetUnavailableError
from datasets.samples import rehearsal
from datasets.stored import Arrays, Dataset, Progress, fingerprint_of, is_stored, open_stored, store
from weblib import labels

State = Literal["ready", "on_first_use", "unavailable"]
PEN_STROKES_SEED: Final = 1
PEN_STROKES_VERSION: Final = 1
# A failed download is tried again after this long, sooner when a run needs it.
FAILURE_SECONDS: Final = 600.0
STORED_KEYS: Final = ("mnist", "pen-strokes")
TRAIN_COUNTS: Final = {"mnist": 60_000, "pen-strokes": 60_000, "mnist+pen-strokes": 120_000}
"""Images to learn from; those of `corrections` are counted in the database."""
_ON_WORKERS: Final = "On the workers' disks; this web process has no copy of it, so it shows no samples."
_LAST_ATTEMPT: Final[dict[bool, float]] = {}
"""When this process last reached the host of the download (True), and when it last did not, in monotonic seconds."""


@dataclass(frozen=True, slots=True)
class DatasetStatus:
    """What the form says of a data set; `note` is for people, `tested_on` the key whose test images count."""

    key: str
    title: str
    train_count: int
    test_count: int
    state: State
    note: str
    tested_on: str

    def as_json(self) -> dict[str, Any]:
        """The status as the API sends it."""
        return asdict(self)


def availability() -> list[DatasetStatus]:
    """Every data set and whether it can be trained on, here or by a worker: nothing is fetched or made.

    That takes a look at the disk, at what workers reported, and, every ten minutes where MNIST would be downloaded, at
    most two seconds to find out whether it can be.
    """
    missing = [key for key in STORED_KEYS if not is_at_hand(key)]
    on_workers = worker_reports.reported(missing) if missing else frozenset()
    mnist_state: State
    mnist_state, mnist_note = ("ready", _ON_WORKERS) if "mnist" in on_workers else _mnist_state()
    strokes_ready = "pen-strokes" in on_workers or is_at_hand("pen-strokes")
    strokes_note = "" if strokes_ready else "Drawn by our own writer on first use: about a minute."
    both_ready = mnist_state == "ready" and strokes_ready
    both_state: State = mnist_state if mnist_state == "unavailable" else "ready" if both_ready else "on_first_use"
    return [
        DatasetStatus("mnist", "MNIST", TRAIN_COUNTS["mnist"], 10_000, mnist_state, mnist_note, "mnist"),
        DatasetStatus(
            "pen-strokes",
            "Pen strokes",
            TRAIN_COUNTS["pen-strokes"],
            10_000,
            "ready" if strokes_ready else "on_first_use",
            strokes_note,
            "pen-strokes",
        ),
        DatasetStatus(
            "mnist+pen-strokes",
            "MNIST and pen strokes",
            TRAIN_COUNTS["mnist+pen-strokes"],
            10_000,
            both_state,
            mnist_note or strokes_note,
            "mnist",
        ),
        _corrections_status(),
    ]


def is_at_hand(key: str) -> bool:
    """Whether the data set is stored on the disk; nothing is loaded."""
    return is_stored(folder_of(key))


def report_stored() -> None:
    """Report the data sets of this worker to the web processes."""
    worker_reports.report(key for key in STORED_KEYS if is_at_hand(key))


def default_key() -> str:
    """The data set that a form starts with: MNIST where it can be had."""
    is_missing = _mnist_state()[0] == "unavailable" and not worker_reports.reported(["mnist"])
    return "pen-strokes" if is_missing else "mnist"


def refusal(key: str) -> str:
    """Why the data set cannot be trained on here, with the remedy; empty if it can. Lost connections are tried anew."""

    def status_now() -> DatasetStatus:
        return next(status for status in availability() if status.key == key)

    status = status_now()
    if status.state == "unavailable" and not settings.MNIST_FILE and _is_reachable(anew=True):
        _failure_file().unlink(missing_ok=True)
        status = status_now()
    return status.note if status.state == "unavailable" else ""


def load(key: str, progress: Progress = lambda _share: None, *, kept: Path | None = None) -> Dataset:
    """The data set, made or fetched first if need be.

    Args:
        key: one of `RunConfig.dataset`.
        progress: called with the share done in [0, 1] while it is made; may raise to cancel.
        kept: a file that a run has of its own: data that change are written there when they are first taken, and read
            from there when the run goes on.

    Raises:
        DatasetUnavailableError: it cannot be had; the message says how to supply it.
    """
    if key == "mnist+pen-strokes":
        return _joined(load("mnist", progress), load("pen-strokes", progress))
    if key == rehearsal.KEY:
        return _load_corrections(progress, kept)
    folder = folder_of(key)
    if not is_stored(folder):
        store(_made(key, progress), folder)
    return open_stored(key, folder)


def _load_corrections(progress: Progress, kept: Path | None) -> Dataset:
    if kept is not None and kept.is_file():
        taken = rehearsal.Taken.kept(kept)
    else:
        taken = rehearsal.Taken.now(_rehearsed())
        if kept is not None:
            taken.keep(kept)
    return rehearsal.assembled(taken, [load(key, progress) for key in taken.rehearsed])


def _rehearsed() -> list[str]:
    """What is rehearsed with corrections: MNIST and pen strokes where at hand; nothing is downloaded for it."""
    has_mnist = is_stored(folder_of("mnist")) or bool(settings.MNIST_FILE and Path(settings.MNIST_FILE).is_file())
    has_strokes = is_stored(folder_of("pen-strokes"))
    return [*(["mnist"] if has_mnist else []), *(["pen-strokes"] if has_strokes or not has_mnist else [])]


def _corrections_status() -> DatasetStatus:
    count, rehearsed = rehearsal.count_now(), _rehearsed()
    among = " and ".join(map(labels.choice_title, rehearsed))
    tested = labels.choice_title(rehearsed[0])
    note = f"Repeated among images of {among}, so that little is forgotten. Tested on {tested}."
    lack = rehearsal.too_few(count)
    enough = count >= rehearsal.LEAST
    return DatasetStatus(
        rehearsal.KEY,
        "Corrections",
        count,
        10_000,
        "ready" if enough else "unavailable",
        note if enough else f"{lack[0].upper()}{lack[1:]}.",
        rehearsed[0],
    )


def _made(key: str, progress: Progress) -> Arrays:
    if key == "pen-strokes":
        from datasets import pen_strokes  # noqa: PLC0415 -- its templates are not needed by a form

        return pen_strokes.generate(seed=PEN_STROKES_SEED, progress=progress)
    if key != "mnist":
        raise DatasetUnavailableError(f"there is no data set {key!r}")
    try:
        arrays = mnist.fetch(settings.MNIST_FILE, progress)
    except DatasetUnavailableError as error:
        _remember_failure(str(error))
        raise
    _failure_file().unlink(missing_ok=True)
    return arrays


def _joined(first: Dataset, second: Dataset) -> Dataset:
    """Both training sets; tested on the first."""
    return Dataset(
        f"{first.key}+{second.key}",
        np.concatenate([first.x_train, second.x_train]),
        np.concatenate([first.y_train, second.y_train]),
        first.x_test,
        first.y_test,
        fingerprint_of(*(np.frombuffer(bytes.fromhex(part.fingerprint), np.uint8) for part in (first, second))),
    )


def folder_of(key: str) -> Path:
    """The folder in which the arrays of a data set are stored."""
    name = f"{key}-{PEN_STROKES_VERSION}-{PEN_STROKES_SEED}" if key == "pen-strokes" else key
    return Path(settings.DATASETS_DIR) / name


def _mnist_state() -> tuple[State, str]:
    if is_stored(folder_of("mnist")):
        return "ready", ""
    if settings.MNIST_FILE:
        if Path(settings.MNIST_FILE).is_file():
            return "on_first_use", "Read from the file that DIGITLAB_MNIST names, on first use."
        return "unavailable", f"DIGITLAB_MNIST names a file that is not there. {mnist.HOW_TO_SUPPLY}"
    lack = _recent_failure() or _download_lack()
    return ("unavailable", lack) if lack else ("on_first_use", "Downloaded through TensorFlow on first use.")


def _download_lack() -> str:
    """Why MNIST cannot be downloaded, or nothing."""
    if not mnist.can_download():
        return f"TensorFlow, which fetches MNIST, is not installed. {mnist.HOW_TO_SUPPLY}"
    if not _is_reachable():
        return f"MNIST cannot be downloaded: there is no connection to the internet. {mnist.HOW_TO_SUPPLY}"
    return ""


def _is_reachable(*, anew: bool = False) -> bool:
    """Whether the host of the download can be reached; the last answer counts for some minutes, unless `anew`."""
    now = time.monotonic()
    for answer, at in _LAST_ATTEMPT.items():
        if not anew and now - at < FAILURE_SECONDS:
            return answer
    _LAST_ATTEMPT.clear()
    reached = mnist.can_reach_download()
    _LAST_ATTEMPT[reached] = now
    return reached


def _failure_file() -> Path:
    return Path(settings.DATASETS_DIR) / "mnist-failure.json"


def _remember_failure(message: str) -> None:
    path = _failure_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"message": message, "at": time.time()}))


def _recent_failure() -> str:
    try:
        failure = json.loads(_failure_file().read_text())
    except (OSError, ValueError):
        return ""
    return str(failure["message"]) if time.time() - failure["at"] < FAILURE_SECONDS else ""
