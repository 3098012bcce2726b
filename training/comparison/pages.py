"""The page that puts versions and runs side by side, and the same as a table for other programs."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final, Self

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from datasets.digit_images import data_url
from inference.errors import ArtifactError, VersionNotFoundError
from inference.registry import selectors
from inference.reports import per_digit
from inference.reports.paired_test import FLIPS, Flip
from inference.serving.prediction import MAX_VERSIONS
from training.comparison import side_by_side, tables
from training.comparison.side_by_side import Comparison, PairFound
from training.comparison.tables import Compared
from training.errors import ComparisonError
from training.runs.selectors import live_runs
from weblib import labels
from weblib.whole_numbers import numbers_said, whole_number

FLIPS_PER_PAGE: Final = 28
LIVE_RUNS_OFFERED: Final = 20
CURVES: Final = ("train_error", "test_error", "train_accuracy", "test_accuracy", "seconds")


@dataclass(frozen=True, slots=True)
class Asked:
    """The query of a comparison; invalid parts of an address are ignored."""

    numbers: tuple[int, ...]
    runs: tuple[int, ...]
    hides_equal: bool
    is_timed: bool
    first: int | None
    second: int | None
    flip: Flip
    page: int

    @classmethod
    def read(cls, query: QueryDict) -> Self:
        """`?numbers=3,5&runs=42&a=3&b=5&flips=lost&page=2&equal=hide&timing=1`."""
        numbers, runs = (numbers_said(query.getlist(name)) for name in ("numbers", "runs"))
        wanted = query.get("flips", "")
        return cls(
            numbers=tuple(numbers[: side_by_side.MOST]),
            runs=tuple(runs[: max(0, side_by_side.MOST - len(numbers))]),
            hides_equal=query.get("equal") == "hide",
            is_timed=query.get("timing") == "1",
            first=whole_number(query.get("a", "")),
            second=whole_number(query.get("b", "")),
            flip=next((kind for kind in FLIPS if kind == wanted), "flipped"),
            page=max(1, whole_number(query.get("page", "")) or 1),
        )

    def address(self, **changes: Any) -> str:
        """The address of this comparison, with some of it changed; a value of None is left out."""
        said = {
            "numbers": ",".join(map(str, self.numbers)) or None,
            "runs": ",".join(map(str, self.runs)) or None,
            "a": self.first,
            "b": self.second,
            "flips": None if self.flip == "flipped" else self.flip,
            "page": None,
            "equal": "hide" if self.hides_equal else None,
            "timing": "1" if self.is_timed else None,
            **changes,
        }
        query = QueryDict(mutable=True)
        query.update({name: str(value) for name, value in said.items() if value is not None})
        return f"?{query.urlencode(safe=',')}"

    def with_version(self, run: Compared) -> str:
        """The address with the version that a run left in the place of the run."""
        numbers = dict.fromkeys((*self.numbers, run.became))
        runs = [str(number) for number in self.runs if number != run.number]
        return self.address(numbers=",".join(map(str, numbers)), runs=",".join(runs) or None)


@require_safe
@ensure_csrf_cookie
def compare(request: HttpRequest) -> HttpResponse:
    """Two to `MOST` versions and runs side by side, all of it in the address; `?choose=1` shows a choice instead.

    `?part=results` is the table of results alone, for a page that is open while a run trains.
    """
    asked = Asked.read(request.GET)
    if request.GET.get("choose") == "1":
        return render(request, "training/comparison/compare.html", _choices(asked))
    found, sentence = _compared(request, asked)
    if found is None:
        return render(request, "training/comparison/compare.html", {"sentence": sentence, **_choices(asked)})
    results = {
        "compared": found.compared,
        "results": tables.results_table(found.compared),
        "endings": [(one, asked.with_version(one)) for one in found.compared if one.became],
    }
    if request.GET.get("part") == "results":
        return render(request, "training/comparison/_results.html", results)
    pair = found.pair_of(asked.first, asked.second)
    drawers = [one for one in found.compared if one.kind == "version"]
    context = {
        **results,
        "asked": asked,
        "sentence": sentence,
        "not_fair": not found.is_fair,
        "losses": [(loss, labels.loss_title(loss)) for loss in found.losses],
        "configuration": tables.configuration_table(found.compared, hide_equal=asked.hides_equal),
        "digit_tables": [
            (title, name, rows)
            for title, name in (("Recall", "recall"), ("Precision", "precision"))
            if (rows := tables.digit_table(found.compared, name))
        ],
        "diagrams": tables.diagrams(found.compared),
        "reliability": tables.reliability_table(found.compared),
        "curves": [one.curve() for one in found.compared],
        "choose_address": asked.address(choose="1"),
        "equal_address": asked.address(equal=None if asked.hides_equal else "hide"),
        "timing_address": "" if asked.is_timed or not asked.numbers else asked.address(timing="1"),
        "csv_address": asked.address(),
        "json_address": asked.address(),
        "drawers": drawers,
        "readers": drawers[:MAX_VERSIONS],
        **_pair_context(found, pair, asked),
    }
    return render(request, "training/comparison/compare.html", context)


@require_safe
def compare_csv(request: HttpRequest) -> HttpResponse:
    """Everything that the page shows: a section, a name and a detail per line, then a column for each compared."""
    asked = Asked.read(request.GET)
    found, sentence = _compared(request, asked)
    if found is None:
        return HttpResponse(f"{sentence}\n", status=400, content_type="text/plain; charset=utf-8")
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="digitlab-side_by_side.csv"'
    writer = csv.writer(response)
    writer.writerow(["section", "name", "detail", *(_inert(one.title) for one in found.compared)])
    writer.writerows(_lines(found, found.pair_of(asked.first, asked.second)))
    return response


def _compared(request: HttpRequest, asked: Asked) -> tuple[Comparison | None, str]:
    """What is compared, and a sentence about what is not."""
    sentence = ""
    wanted = [(name[:-1], number) for name in ("numbers", "runs") for number in numbers_said(request.GET.getlist(name))]
    said, too_many = len(wanted), wanted[side_by_side.MOST :]
    if too_many:
        names = ", ".join(f"{'version' if kind == 'number' else 'run'} {number}" for kind, number in too_many)
        sentence = f"At most {side_by_side.MOST} fit side by side. Left out: {names}."
    try:
        return side_by_side.compare(asked.numbers, asked.runs, is_timed=asked.is_timed), sentence
    except ComparisonError:
        return None, "One more is needed to compare." if said == 1 else ""
    except (VersionNotFoundError, ArtifactError) as error:
        return None, labels.sentence(error)


def _choices(asked: Asked) -> dict[str, Any]:
    return {
        "choices": selectors.all_versions(),
        "most_compared": side_by_side.MOST,
        "live_runs": live_runs()[:LIVE_RUNS_OFFERED],
        "champion": selectors.champion_number(),
        "ticked": asked.numbers,
        "ticked_runs": asked.runs,
    }


def _pair_context(found: Comparison, pair: PairFound | None, asked: Asked) -> dict[str, Any]:
    if pair is None:
        return {}
    images = side_by_side.flips(pair, asked.flip)
    pages = max(1, -(-len(images) // FLIPS_PER_PAGE))
    page = min(asked.page, pages)
    shown = images[(page - 1) * FLIPS_PER_PAGE : page * FLIPS_PER_PAGE]
    chosen = {"a": pair.first.number, "b": pair.second.number}
    counts = pair.pair.counts if pair.pair else {}
    return {
        "pair": pair,
        "flips": [(*image, data_url(pair.held_out.images[image[0]]), _kind(image)) for image in shown if pair.held_out],
        "flip_total": len(images),
        "flip_filters": [
            (title, counts.get(kind, 0), asked.address(**chosen, flips=kind), kind == asked.flip)
            for kind, title in FLIPS.items()
        ],
        "flip_page": page,
        "flip_pages": pages,
        "earlier": asked.address(**chosen, page=page - 1) if page > 1 else "",
        "later": asked.address(**chosen, page=page + 1) if page < pages else "",
        "swap": asked.address(a=pair.second.number, b=pair.first.number),
        "agreements": [
            (one, [(cell, asked.address(a=cell.first.number, b=cell.second.number) if cell else "") for cell in cells])
            for one, cells in found.agreement_table()
        ]
        if len(found.judged) > 2
        else [],
        "judged": found.judged,
        "confusions": [
            (one, per_digit.confusion_rows(one.metrics.get("confusion"))) for one in (pair.first, pair.second)
        ],
        "difference": tables.confusion_difference(
            pair.first.metrics.get("confusion"), pair.second.metrics.get("confusion")
        ),
    }


def _kind(image: tuple[int, int, int, int]) -> str:
    """What became of it from the first to the second."""
    _, truth, first, second = image
    return "lost" if first == truth else "gained" if second == truth else "misread"


def _lines(found: Comparison, pair: PairFound | None) -> Iterator[Sequence[Any]]:
    yield "results", "Loss", "", *(one.loss for one in found.compared)
    for measure in tables.MEASURES:
        yield "results", measure.title, "", *(measure.value(one) for one in found.compared)
    for index, end in enumerate(("from", "to")):
        ends = ((one.interval or (None, None))[index] for one in found.compared)
        yield "results", "Test accuracy with 95 % confidence", end, *ends
    for row in tables.configuration_table(found.compared):
        yield "configuration", row.title, "", *(_inert(cell.text) for cell in row.cells)
    for name in ("precision", "recall"):
        for digit in range(10):
            values = (one.metrics.get(name) or [None] * 10 for one in found.compared)
            yield name, digit, "", *(ten[digit] for ten in values)
    for truth in range(10):
        for answer in range(10):
            matrices = (one.metrics.get("confusion") for one in found.compared)
            yield "confusion", truth, answer, *(matrix[truth][answer] if matrix else None for matrix in matrices)
    yield from _reliability_lines(found)
    histories = [{epoch["epoch"]: epoch for epoch in one.history} for one in found.compared]
    for number in sorted(set().union(*histories)):
        for name in CURVES:
            yield name, number, "", *(history.get(number, {}).get(name) for history in histories)
    yield from _pair_lines(found, pair)


def _reliability_lines(found: Comparison) -> Iterator[Sequence[Any]]:
    """Per bin how many test images are in it, how sure the answers are, and which share is right."""
    calibrations = [one.metrics.get("calibration") or {} for one in found.compared]
    for name in ("before", "after"):
        columns = [calibration.get("bins", {}).get(name, []) for calibration in calibrations]
        count = max(map(len, columns))
        for index, detail in product(range(count), ("count", "confidence", "accuracy")):
            values = (column[index][detail] if index < len(column) else None for column in columns)
            yield f"reliability {name} calibration", f"bin {index + 1} of {count}", detail, *values


def _pair_lines(found: Comparison, pair: PairFound | None) -> Iterator[Sequence[Any]]:
    if pair is None or pair.pair is None:
        return
    name = f"{pair.first.number} and {pair.second.number}"
    yield "pair", name, "agreement", pair.pair.agreement
    yield "pair", name, "p value", pair.pair.p_value
    for kind in FLIPS:
        if kind == "flipped":
            continue
        for image, truth, first, second in side_by_side.flips(pair, kind):
            answers = {pair.first.key: first, pair.second.key: second}
            yield kind, f"image {image}", f"truth {truth}", *(answers.get(one.key) for one in found.compared)


def _inert(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
