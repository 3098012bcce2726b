"""Versions, and runs that still train, as tables and curves side by side."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from inference.reports.correction_score import Score
from inference.reports.downsampling import downsampled
from inference.reports.per_digit import is_confusion, ten_or_none, with_elapsed
from inference.reports.reliability import Bin, Reliability
from inference.reports.reliability_diagram import Diagram, diagram_of
from inference.reports.statistics import wilson_interval
from nnlib import count_parameters
from nnlib.vocabulary import LossName
from weblib import labels
from weblib.templatetags import readable

Value = float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A version, or a run that has not left one yet, as a comparison sees it."""

    key: str  # "version 3", "run 42": unique among those compared
    kind: str
    number: int
    title: str
    address: str
    status: str
    config: dict[str, Any]
    metrics: dict[str, Any]
    loss: LossName
    history: Sequence[dict[str, Any]]
    layer_sizes: Sequence[int]
    size_bytes: int | None = None
    answers: bytes = b""  # one digit per test image
    judged_by: str = ""  # which test images
    prediction_seconds: float | None = None
    became: int | None = None  # the version that a completed run left
    corrections: Score | None = None
    varied: str = ""  # its configuration as far as it differs from the others
    is_guessing: bool = False  # it learned nothing: it is the best in no row

    @property
    def is_live(self) -> bool:
        """Whether more epochs may come."""
        return self.kind == "run" and self.status in {"queued", "running", "stopping"}

    @property
    def test_count(self) -> int:
        """How many test images it was judged by; 0 where that is not known."""
        return len(self.answers) or sum(map(sum, self.metrics.get("confusion") or []))

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of its test accuracy."""
        accuracy, count = self.metrics.get("test_accuracy"), self.test_count
        return wilson_interval(round(accuracy * count), count) if accuracy is not None and count else None

    @property
    def reliability(self) -> Reliability | None:
        """How sure it is against how often it is right; None where that is not known."""
        return Reliability.of(self.metrics)

    def curve(self) -> dict[str, Any]:
        """What the page's chart draws, thinned where it is long; `count` says how many epochs there are."""
        history = downsampled(self.history)
        return {
            "kind": self.kind,
            "number": self.number,
            "title": self.title,
            "is_live": self.is_live,
            "loss": self.loss,
            "count": len(self.history),
            "history": with_elapsed(self.history, history),
        }


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


def configuration_table(compared: Sequence[Compared], *, hide_equal: bool = False) -> list[Row]:
    """The configurations side by side."""
    rows = [
        _row(labels.field_title(field), [labels.value_text(one.config.get(field)) for one in compared])
        for field in labels.ordered_fields([one.config for one in compared])
    ]
    return [row for row in rows if not (hide_equal and row.is_equal)]


def were_judged_alike(compared: Sequence[Compared]) -> bool:
    """Whether all were judged by the same test images, as far as it is known."""
    return len({one.judged_by for one in compared if one.judged_by}) < 2


def losses_of(compared: Sequence[Compared]) -> list[LossName]:
    """The losses of those compared, each once; errors of different ones cannot be compared."""
    return list(dict.fromkeys(one.loss for one in compared))


def results_table(compared: Sequence[Compared]) -> list[Row]:
    """What was measured of each; a row that may stay empty is left out where it is.

    The best of a row is marked, where all were measured by the same. An error is named after its loss.
    """
    table = [row for measure in MEASURES if (row := _results_row(measure, compared)) is not None]
    intervals = [one.interval for one in compared]
    if any(intervals):
        texts = [f"{100 * i[0]:.2f} to {100 * i[1]:.2f} %" if i else readable.NOTHING for i in intervals]
        table.insert(1, Row("with 95 % confidence", [Cell(text) for text in texts], is_equal=len(set(texts)) == 1))
    return table


def digit_table(compared: Sequence[Compared], name: str) -> list[Row]:
    """Precision or recall (`name`) of every digit; [] where none was evaluated."""
    best = max if were_judged_alike(compared) else None
    columns = [ten_or_none(one.metrics.get(name)) for one in compared]
    if not any(value is not None for column in columns for value in column):
        return []
    rows = enumerate(zip(*columns, strict=True))
    return [_measured_row(f"{digit}", _percent, best, list(values), compared) for digit, values in rows]


def diagrams(compared: Sequence[Compared]) -> list[tuple[Compared, Diagram | None]]:
    """The reliability diagram of each, None where there is none; [] where there is none."""
    found = [(one, diagram_of(one.metrics)) for one in compared]
    return found if any(diagram for _, diagram in found) else []


def reliability_table(compared: Sequence[Compared]) -> list[Row]:
    """The reliability diagrams in numbers: per range of being sure, which share of each one's answers is right."""
    found = [one.reliability for one in compared]
    columns = [{one.low: one for one in reliability.after} if reliability else {} for reliability in found]
    ranges = {one.low: one.range for column in columns for one in column.values()}
    return [_row(ranges[low], [_share_of(column.get(low)) for column in columns]) for low in sorted(ranges)]


def confusion_difference(first: Any, second: Any) -> list[list[tuple[int, float]]]:
    """Per true digit, per answer: how many images more `second` has there than `first`, and their share of the digit's.

    [] where one of the two was never measured.
    """
    if not (is_confusion(first) and is_confusion(second)):
        return []
    return [
        [(b - a, (b - a) / (sum(row_a) or 1)) for a, b in zip(row_a, row_b, strict=True)]
        for row_a, row_b in zip(first, second, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Measure:
    """A number of a version: its title, where it comes from, how it is written, and which of several is best.

    Attributes:
        is_judged: whether it depends on the version's test images.
        is_of_loss: whether it is a mean of the loss.
        note: what the number is of, where that differs between versions.
    """

    title: str
    value: Callable[[Compared], Value]
    show: Callable[[float], str]
    best: Callable[..., float] | None = None
    is_optional: bool = False
    is_judged: bool = False
    is_of_loss: bool = False
    note: Callable[[Compared], str] | None = None


def _metric(*names: str) -> Callable[[Compared], Value]:
    def value(one: Compared) -> Value:
        found: Any = one.metrics
        for name in names:
            found = found.get(name) if isinstance(found, dict) else None
        return float(found) if isinstance(found, int | float) else None

    return value


def _corrections_accuracy(one: Compared) -> Value:
    return None if one.corrections is None else one.corrections.accuracy


def _corrections_note(one: Compared) -> str:
    """How many drawings the accuracy is of; the version did not learn from these."""
    score = one.corrections
    if score is None:
        return ""
    return f"of {score.count:,}" if score.count else f"trained on all {score.learned_count:,}"


def _percent(share: float) -> str:
    return readable.percent(share)


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _file_size(value: float) -> str:
    return readable.file_size(int(value))


def _microseconds(seconds: float) -> str:
    return f"{1e6 * seconds:,.0f} µs"


def _two_digits(value: float) -> str:
    return f"{value:.2f}"


MEASURES: Final = [
    Measure("Test accuracy", _metric("test_accuracy"), _percent, max, is_judged=True),
    Measure("Test error", _metric("test_error"), readable.error_number, min, is_judged=True, is_of_loss=True),
    Measure("Training accuracy", _metric("train_accuracy"), _percent),
    Measure("Training error", _metric("train_error"), readable.error_number, is_of_loss=True),
    Measure("Drawn digits read right", _metric("drawn_accuracy"), _percent, max, is_optional=True),
    Measure("Your corrections", _corrections_accuracy, _percent, max, is_optional=True, note=_corrections_note),
    Measure(
        "Calibration error", _metric("calibration", "error_after"), _percent, min, is_optional=True, is_judged=True
    ),
    Measure(
        "… before calibration", _metric("calibration", "error_before"), _percent, min, is_optional=True, is_judged=True
    ),
    Measure("Temperature", _metric("calibration", "temperature"), _two_digits, is_optional=True),
    Measure("Epochs", _metric("epochs"), _count),
    Measure("Training time", _metric("seconds"), readable.duration),
    Measure("Weights and biases", lambda one: count_parameters(one.layer_sizes), _count),
    Measure("Model file", lambda one: one.size_bytes, _file_size),
    Measure("One prediction", lambda one: one.prediction_seconds, _microseconds, min, is_optional=True),
]


def _results_row(measure: Measure, compared: Sequence[Compared]) -> Row | None:
    """The row of a measure; None where it is optional and empty. No best is marked among what cannot be compared."""
    values = [measure.value(one) for one in compared]
    notes = [measure.note(one) if measure.note else "" for one in compared]
    if measure.is_optional and not any(notes) and all(value is None for value in values):
        return None
    title, losses = measure.title, losses_of(compared)
    if measure.is_of_loss and len(losses) == 1:
        title = f"{title} ({labels.loss_title(losses[0])})"
    elif measure.is_of_loss:
        notes = [labels.loss_title(one.loss) if v is not None else "" for one, v in zip(compared, values, strict=True)]
    are_alike = len({note for note, value in zip(notes, values, strict=True) if value is not None}) < 2
    is_fair = are_alike and (not measure.is_judged or were_judged_alike(compared))
    return _measured_row(title, measure.show, measure.best if is_fair else None, values, compared, notes=notes)


def _measured_row(
    title: str,
    show: Callable[[float], str],
    best: Callable[..., float] | None,
    values: Sequence[Value],
    compared: Sequence[Compared],
    *,
    notes: Sequence[str] = (),
) -> Row:
    """A row of numbers; `notes`, as many or none, stand after them."""
    known = {value for value in values if value is not None}
    eligible = [v for v, one in zip(values, compared, strict=True) if v is not None and not one.is_guessing]
    top = best(eligible) if best and eligible and len(known) > 1 else None
    texts = [readable.NOTHING if v is None else show(v) for v in values]
    if any(notes):
        texts = [f"{text} ({note})" if note else text for text, note in zip(texts, notes, strict=True)]
    cells = [
        Cell(text, v is not None and v == top and not one.is_guessing)
        for text, v, one in zip(texts, values, compared, strict=True)
    ]
    return Row(title, cells, all(a == b for a, b in pairwise(zip(texts, values, strict=True))))


def _share_of(answers: Bin | None) -> str:
    return f"{readable.percent(answers.accuracy, 1)} of {answers.count:,}" if answers else readable.NOTHING


def _row(title: str, texts: list[str]) -> Row:
    return Row(title, [Cell(text) for text in texts], len(set(texts)) == 1)
