"""Versions as tables and curves: what the pages of one version and of several side by side show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from types import MappingProxyType
from typing import Any, Final

from inference import wording
from inference.models import ModelVersion
from inference.templatetags import readable
from inference.yardstick import Score


@dataclass(frozen=True, slots=True)
class Cell:
    """One version's value in a row."""

    text: str
    is_best: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One field or metric of every version."""

    title: str
    cells: list[Cell]
    is_equal: bool


def numbers_in(texts: Sequence[str]) -> list[int]:
    """The version numbers in `numbers=3,5` or `numbers=3&numbers=5`, each once, what is no number left out."""
    parts = chain.from_iterable(text.split(",") for text in texts)
    words = (part.strip() for part in parts)
    return list(dict.fromkeys(int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 10))


def configuration_table(versions: Sequence[ModelVersion], *, hide_equal: bool = False) -> list[Row]:
    """The configurations side by side."""
    rows = [
        _row(wording.field_title(field), [wording.value_text(version.config.get(field)) for version in versions])
        for field in wording.ordered_fields([version.config for version in versions])
    ]
    return [row for row in rows if not (hide_equal and row.is_equal)]


def metrics_table(
    versions: Sequence[ModelVersion], corrections: Mapping[int, Score] = MappingProxyType({})
) -> list[Row]:
    """What was measured of each, the best of a row marked, and how each reads people's `corrections`."""
    rows = [
        _metric_row(title, [value(version) for version in versions], show, best) for title, value, show, best in METRICS
    ]
    if corrections:
        scores = [corrections.get(version.number) for version in versions]
        shares = [None if score is None else score.accuracy for score in scores]
        rows.insert(1, _metric_row("Your corrections", shares, _percent, max))
    return rows


def confusion_rows(confusion: Any) -> list[list[tuple[int, float]]]:
    """Per true digit, per answer: how many images, and which share of that digit's; [] where it was never measured."""
    if not _is_square_of_ten(confusion):
        return []
    return [[(count, count / (sum(row) or 1)) for count in row] for row in confusion]


def class_rows(metrics: dict[str, Any]) -> list[tuple[int, float | None, float | None]]:
    """Per digit its precision and recall; [] where neither was measured."""
    precision, recall = _ten(metrics.get("precision")), _ten(metrics.get("recall"))
    if not any(value is not None for value in precision + recall):
        return []
    return list(zip(range(10), precision, recall, strict=True))


def curve(version: ModelVersion) -> dict[str, Any]:
    """The error curve that a page's chart draws."""
    return {"number": version.number, "title": version.title, "history": version.history}


def _metric(name: str) -> Callable[[ModelVersion], float | None]:
    def value(version: ModelVersion) -> float | None:
        found = version.metrics.get(name)
        return None if found is None else float(found)

    return value


def _percent(share: float) -> str:
    return readable.percent(share)


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _kilobytes(value: float) -> str:
    return f"{value / 1000:,.0f} kB"


# Title, value, how it is written, and which of several is best.
METRICS: Final[
    list[tuple[str, Callable[[ModelVersion], float | None], Callable[[float], str], Callable[..., float] | None]]
] = [
    ("Test accuracy", _metric("test_accuracy"), _percent, max),
    ("Test error", _metric("test_error"), readable.error_number, min),
    ("Training accuracy", _metric("train_accuracy"), _percent, None),
    ("Training error", _metric("train_error"), readable.error_number, None),
    ("Epochs", _metric("epochs"), _count, None),
    ("Training time", _metric("seconds"), readable.duration, None),
    ("Weights and biases", lambda version: version.parameter_count, _count, None),
    ("Model file", lambda version: version.size_bytes, _kilobytes, None),
]


def _metric_row(
    title: str,
    values: list[float | None],
    show: Callable[[float], str],
    best: Callable[..., float] | None,
) -> Row:
    known = [value for value in values if value is not None]
    top = best(known) if best and len(set(known)) > 1 else None
    cells = [Cell(readable.NOTHING if v is None else show(v), v is not None and v == top) for v in values]
    return Row(title, cells, all(a == b for a, b in pairwise(values)))


def _row(title: str, texts: list[str]) -> Row:
    return Row(title, [Cell(text) for text in texts], len(set(texts)) == 1)


def _is_square_of_ten(value: Any) -> bool:
    return (
        isinstance(value, list) and len(value) == 10 and all(isinstance(row, list) and len(row) == 10 for row in value)
    )


def _ten(values: Any) -> list[float | None]:
    return values if isinstance(values, list) and len(values) == 10 else [None] * 10
