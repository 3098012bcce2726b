"""Tables and curves of one version's evaluation: confusion matrix, precision and recall, error per epoch."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from inference.models import ModelVersion
from inference.reports.downsampling import downsampled


def confusion_rows(confusion: Any) -> list[list[tuple[int, float]]]:
    """Per true digit, per answer: how many images, and which share of that digit's; [] where it was never measured."""
    if not is_confusion(confusion):
        return []
    return [[(count, count / (sum(row) or 1)) for count in row] for row in confusion]


def class_rows(metrics: dict[str, Any]) -> list[tuple[int, float | None, float | None]]:
    """Per digit its precision and recall; [] where neither was measured."""
    precision, recall = ten_or_none(metrics.get("precision")), ten_or_none(metrics.get("recall"))
    if not any(value is not None for value in precision + recall):
        return []
    return list(zip(range(10), precision, recall, strict=True))


def curve(version: ModelVersion) -> dict[str, Any]:
    """The error curve that the page of one version draws, thinned where it is long."""
    history = version.history
    return {
        "number": version.number,
        "title": version.title,
        "count": len(history),
        "history": with_elapsed(history, downsampled(history)),
    }


def with_elapsed(history: Sequence[dict[str, Any]], chosen: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The chosen epochs, each with the seconds of training up to its end."""
    elapsed = dict(
        zip((epoch["epoch"] for epoch in history), accumulate(epoch["seconds"] for epoch in history), strict=True)
    )
    return [{**epoch, "elapsed": round(elapsed[epoch["epoch"]], 3)} for epoch in chosen]


def is_confusion(value: Any) -> bool:
    """Whether a stored value is a confusion matrix of ten digits."""
    return (
        isinstance(value, list) and len(value) == 10 and all(isinstance(row, list) and len(row) == 10 for row in value)
    )


def ten_or_none(values: Any) -> list[float | None]:
    """A stored list of one number per digit; ten times None where it is none."""
    return values if isinstance(values, list) and len(values) == 10 else [None] * 10
