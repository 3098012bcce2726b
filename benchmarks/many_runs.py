"""A data folder with as many runs, epochs and versions as a busy lab has after years; nothing is trained."""

import math
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from datasets import catalogue, pen_strokes, stored
from datasets.ink.preprocessing import PREPROCESSING_ID
from datasets.models import Sample
from datasets.samples.services import MAX_CORRECTIONS
from inference.models import ModelVersion, VersionCounter
from inference.registry.services import store_network
from inference.reports.metrics import answer_metrics, calibration
from nnlib import Architecture, Network
from training.configuration.run_config import RunConfig
from training.models import EPOCH_FIELDS, Run, RunEvent, RunTag
from training.states import Status

LONG_RUN_EPOCHS: Final = 10_000
TEST_IMAGES: Final = 10_000
DRAWN_POINTS: Final = 150
TAGS: Final = ("baseline", "dropout", "wide", "deep", "class-7b", "paper")
DATASETS: Final = ("pen-strokes", "mnist", "mnist+pen-strokes")
STATES: Final = (*(Status.COMPLETED,) * 16, Status.STOPPED, Status.STOPPED, Status.FAILED, Status.QUEUED)


def fill(*, runs: int, epochs: int, versions: int, seed: int = 1) -> None:
    """Write `runs` runs with `epochs` epochs, one of them with `LONG_RUN_EPOCHS`, `versions`, and corrections."""
    rng = np.random.default_rng(seed)
    per_run = (epochs - LONG_RUN_EPOCHS) // (runs - 1)
    labels = _store_test_images()
    with transaction.atomic():
        made = _write_versions(versions, per_run, labels, rng)
        _write_runs(runs, per_run, made, rng)
        _write_epochs(runs, per_run, rng)
        _write_corrections(rng)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def epoch_numbers(count: int, rng: np.random.Generator) -> Iterator[dict[str, Any]]:
    """The epochs of one run: an error that falls, and the noise of a real one."""
    rate, floor = rng.uniform(0.02, 0.5), rng.uniform(0.005, 0.05)
    for number in range(1, count + 1):
        error = floor + 0.4 * math.exp(-rate * number) + 0.002 * rng.random()
        yield {
            "epoch": number,
            "train_error": error,
            "train_accuracy": 1 - error / 2,
            "test_error": error + 0.01,
            "test_accuracy": 1 - error / 2 - 0.005,
            "learning_rate": 0.001,
            "seconds": 0.5 + rng.random(),
        }


def _store_test_images() -> np.ndarray[Any, Any]:
    """A small pen-strokes data set with as many test images as the real one; its labels."""
    train_x, train_y, x, y = pen_strokes.generate(seed=1, train=500, test=500)
    arrays = (train_x, train_y, np.concatenate([x] * (TEST_IMAGES // 500)), np.tile(y, TEST_IMAGES // 500))
    stored.store(arrays, _folder())
    return arrays[3]


def _folder() -> Path:
    return Path(settings.DATASETS_DIR) / f"pen-strokes-{catalogue.PEN_STROKES_VERSION}-{catalogue.PEN_STROKES_SEED}"


def _config(index: int) -> dict[str, Any]:
    return RunConfig(
        dataset=DATASETS[index % len(DATASETS)], learning_rate=0.001 * (1 + index % 7), seed=index
    ).as_json()


def _write_versions(count: int, per_run: int, labels: Any, rng: np.random.Generator) -> list[ModelVersion]:
    network = Network.initialised(Architecture((784, 250, 10), "relu", "softmax"), initializer="he", rng=rng)
    artifact = store_network(network)
    fingerprint = stored.open_stored("pen-strokes", _folder()).fingerprint
    first = (ModelVersion.objects.order_by("-number").values_list("number", flat=True).first() or 0) + 1
    versions = []
    for number in range(first, first + count):
        history = list(epoch_numbers(LONG_RUN_EPOCHS if number == first else per_run, rng))
        wrong = rng.random(TEST_IMAGES) < rng.uniform(0.01, 0.06)
        answers = np.where(wrong, rng.integers(0, 10, TEST_IMAGES), labels).astype(np.uint8)
        versions.append(
            ModelVersion(
                number=number,
                name=f"Version of series {number % 17}",
                source=ModelVersion.Source.RUN,
                architecture={"layer_sizes": [784, 250, 10], "activation": "relu", "output": "softmax"},
                config=_config(number),
                metrics={
                    **answer_metrics(labels, answers),
                    "test_error": history[-1]["test_error"],
                    "train_error": history[-1]["train_error"],
                    "calibration": calibration(_shares(answers, rng), labels),
                    "epochs": len(history),
                    "seconds": sum(epoch["seconds"] for epoch in history),
                },
                history=history,
                test_predictions=answers.tobytes(),
                dataset="pen-strokes",
                dataset_fingerprint=fingerprint,
                preprocessing="ink-28x28-v1",
                artifact=artifact.name,
                size_bytes=artifact.size_bytes,
                sha256=artifact.sha256,
                notes="What was thought of it.",
            )
        )
    made = ModelVersion.objects.bulk_create(versions, batch_size=50)
    VersionCounter.objects.update_or_create(pk=1, defaults={"last_number": first + count - 1})
    return made


def _shares(answers: np.ndarray[Any, Any], rng: np.random.Generator) -> np.ndarray[Any, Any]:
    """`(n, 10)` probabilities of which the largest are the answers', most of them near 1."""
    sure = 1 - 0.6 * rng.random(len(answers)) ** 8
    shares = np.repeat(((1 - sure) / 9)[:, None], 10, axis=1)
    shares[np.arange(len(answers)), answers] = sure
    return shares.astype(np.float32)


def _write_runs(count: int, per_run: int, versions: list[ModelVersion], rng: np.random.Generator) -> None:
    now = timezone.now()
    runs = []
    for index in range(count):
        length = LONG_RUN_EPOCHS if index == 0 else per_run
        latest = list(epoch_numbers(3, rng))[-1] | {"epoch": length, "test_accuracy": float(rng.uniform(0.9, 0.995))}
        version = versions[index] if index < len(versions) else None
        status = Status.COMPLETED if version else STATES[index % len(STATES)]
        runs.append(
            Run(
                name=f"Run of series {index % 23}" if index % 3 else "",
                config=_config(index),
                status=status,
                max_epochs=length,
                last_epoch=length,
                latest=latest,
                curve=[round(float(value), 6) for value in np.geomspace(0.4, 0.01, 48)],
                train_seconds=float(length * rng.uniform(0.5, 2.0)),
                offered_at=now,
                started_at=now - timedelta(minutes=10),
                finished_at=now,
                version=version,
            )
        )
    Run.objects.bulk_create(runs, batch_size=500)
    RunEvent.objects.bulk_create(
        (RunEvent(run=run, status=run.status, text=text) for run in runs for text in ("Submitted.", "Started.")),
        batch_size=5000,
    )
    RunTag.objects.bulk_create(
        (RunTag(run=run, word=TAGS[index // 2 % len(TAGS)]) for index, run in enumerate(runs) if index % 2),
        batch_size=5000,
    )


def _write_epochs(runs: int, per_run: int, rng: np.random.Generator) -> None:
    columns = ", ".join(("run_id", *EPOCH_FIELDS))
    marks = ", ".join(["%s"] * (1 + len(EPOCH_FIELDS)))
    ids = list(Run.objects.order_by("id").values_list("id", flat=True)[:runs])
    rows = chain.from_iterable(
        ((run_id, *epoch.values()) for epoch in epoch_numbers(LONG_RUN_EPOCHS if index == 0 else per_run, rng))
        for index, run_id in enumerate(ids)
    )
    with connection.cursor() as cursor:
        while batch := list(islice(rows, 50_000)):
            cursor.executemany(f"INSERT INTO training_epoch ({columns}) VALUES ({marks})", batch)  # noqa: S608


def _write_corrections(rng: np.random.Generator) -> None:
    data = stored.open_stored("pen-strokes", _folder())
    corrections = []
    for index in range(MAX_CORRECTIONS):
        image, label = data.x_test[index % TEST_IMAGES], int(data.y_test[index % TEST_IMAGES])
        points = np.cumsum(rng.normal(0, 6, (DRAWN_POINTS, 2)), axis=0).round(1) + 140
        corrections.append(
            Sample(
                label=label,
                form=Sample.Form.STROKES,
                strokes=[points.tolist()],
                brush=20.0,
                pixels=image.tobytes(),
                preprocessing=PREPROCESSING_ID,
                digit=label if index % 3 else (label + 1) % 10,
                answered_by=1,
                author="local",
            )
        )
    Sample.objects.bulk_create(corrections, batch_size=500)
