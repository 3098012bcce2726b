"""Versions and runs side by side: what is compared, by which images, and what flipped between two of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from django.urls import reverse

from datasets.held_out import HeldOut, held_out_images, judged_by
from inference.errors import VersionNotFoundError
from inference.models import ModelVersion
from inference.registry import selectors as versions
from inference.registry.findings import has_learned_nothing
from inference.registry.findings_services import findings_of_version
from inference.reports.correction_score import Score, scores_for_page
from inference.reports.paired_test import FLIPS, Flip, Pair
from inference.reports.prediction_time import prediction_seconds
from nnlib.shape import CLASSES, PIXELS
from nnlib.vocabulary import LossName
from training.comparison.tables import (
    Compared,
    configuration_table,
    digit_table,
    losses_of,
    reliability_table,
    results_table,
    were_judged_alike,
)
from training.errors import ComparisonError
from training.models import Run
from training.runs import selectors as runs
from weblib import labels

MOST: Final = versions.MAX_COMPARED


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions and runs or more, at most `MOST`, in the order asked."""

    compared: tuple[Compared, ...]

    @property
    def judged(self) -> list[Compared]:
        """Those whose answers to test images are known: any two of them make a pair."""
        return [one for one in self.compared if one.answers]

    @property
    def is_fair(self) -> bool:
        """Whether all were judged by the same images, as far as it is known."""
        return were_judged_alike(self.compared)

    @property
    def losses(self) -> list[LossName]:
        """The losses that their errors are means of."""
        return losses_of(self.compared)

    def find(self, number: int | None) -> Compared | None:
        """The version of that number, if its answers are known."""
        return next((one for one in self.judged if one.number == number), None)

    def pair(self, first: Compared, second: Compared) -> "PairFound":
        """Two of those that were judged, on their images."""
        if first.judged_by != second.judged_by:
            return PairFound(
                first, second, None, None, "They were judged by different test images: no image can be held against it."
            )
        held_out = held_out_images(first.judged_by)
        if held_out is None:
            return PairFound(
                first,
                second,
                None,
                None,
                "The test images are not on this machine: a run on their data set, or manage.py prepare_datasets, "
                "brings them.",
            )
        pair = Pair.of(held_out.labels, first.answers, second.answers)
        return PairFound(first, second, held_out, pair, "" if pair else "Their answers do not fit the test images.")

    def pair_of(self, first: int | None, second: int | None) -> "PairFound | None":
        """The versions of these numbers, else the first two that were judged; None where there are no two."""
        judged = self.judged
        if len(judged) < 2:
            return None
        a = self.find(first) or next(one for one in judged if one.number != second)
        b = self.find(second)
        if b is None or b is a:
            b = next(one for one in judged if one is not a)
        return self.pair(a, b)

    def agreement_table(self) -> list[tuple[Compared, list["PairFound | None"]]]:
        """Every two of those that were judged; None on the diagonal."""
        judged = self.judged
        found = {(a.key, b.key): self.pair(a, b) for i, a in enumerate(judged) for b in judged[i + 1 :]}
        return [
            (a, [None if a is b else found.get((a.key, b.key)) or found[b.key, a.key].turned() for b in judged])
            for a in judged
        ]


@dataclass(frozen=True, slots=True)
class PairFound:
    """Two of those compared; `pair` is None where they cannot be held against each other, for the `reason`."""

    first: Compared
    second: Compared
    held_out: HeldOut | None
    pair: Pair | None
    reason: str = ""

    def turned(self) -> "PairFound":
        """The same, with first and second exchanged."""
        turned = self.pair and Pair(self.pair.truth, self.pair.second, self.pair.first)
        return PairFound(self.second, self.first, self.held_out, turned, self.reason)

    @property
    def sentence(self) -> str:
        """What the flips prove, in words; or why nothing can be said."""
        return self.pair.sentence(self.first.title, self.second.title) if self.pair else self.reason


def compare(numbers: Sequence[int], run_ids: Sequence[int], *, is_timed: bool = False) -> Comparison:
    """Versions of these numbers, then runs of these ids.

    Args:
        numbers: of versions, each once.
        run_ids: of runs, each once.
        is_timed: whether their predictions are timed, which takes a moment for each that was not timed before.

    Raises:
        VersionNotFoundError: there is no such version, or no such run.
        ComparisonError: fewer than two, or more than `MOST` of them.
    """
    if not versions.MIN_COMPARED <= len(numbers) + len(run_ids) <= MOST:
        raise ComparisonError(
            f"expected {versions.MIN_COMPARED} to {MOST} different versions and runs; got {len(numbers) + len(run_ids)}"
        )
    found = versions.get_versions(numbers)
    answers = versions.test_predictions(found)
    scores = scores_for_page([version.number for version in found])
    compared = [_version(version, answers[version.number], scores.get(version.number)) for version in found]
    if is_timed:
        seconds = {version.number: prediction_seconds(version) for version in found}
        compared = [replace(one, prediction_seconds=seconds[one.number]) for one in compared]
    compared += [_run(_get_run(run_id)) for run_id in run_ids]
    lines = labels.varied([one.config for one in compared])
    return Comparison(tuple(replace(one, varied=line) for one, line in zip(compared, lines, strict=True)))


def as_json(comparison: Comparison, found: PairFound | None) -> dict[str, Any]:
    """Everything that the page shows, as numbers."""
    rows = {"results": results_table(comparison.compared), "configuration": configuration_table(comparison.compared)}
    rows |= {name: digit_table(comparison.compared, name) for name in ("precision", "recall")}
    rows["reliability"] = reliability_table(comparison.compared)
    return {
        "compared": [
            {
                "kind": one.kind,
                "number": one.number,
                "title": one.title,
                "status": one.status,
                "loss": one.loss,
                "test_count": one.test_count,
                "test_accuracy_interval": one.interval,
                "calibration": one.metrics.get("calibration"),
                "prediction_seconds": one.prediction_seconds,
                "test_fingerprint": one.judged_by,
            }
            for one in comparison.compared
        ],
        "tables": {
            name: [{"title": row.title, "values": [cell.text for cell in row.cells]} for row in table]
            for name, table in rows.items()
        },
        "is_fair": comparison.is_fair,
        "is_of_one_loss": len(comparison.losses) == 1,
        "pairs": [
            _pair_json(comparison.pair(a, b))
            for index, a in enumerate(comparison.judged)
            for b in comparison.judged[index + 1 :]
        ],
        "flipped": _flips_json(found),
    }


def flips(found: PairFound, kind: Flip) -> list[tuple[int, int, int, int]]:
    """The images that flipped: number, truth, answer of the first, answer of the second."""
    pair = found.pair
    if pair is None:
        return []
    chosen = pair.indices(kind)
    columns = (chosen, pair.truth[chosen], pair.first[chosen], pair.second[chosen])
    return cast("list[tuple[int, int, int, int]]", list(zip(*(column.tolist() for column in columns), strict=True)))


def _pair_json(found: PairFound) -> dict[str, Any]:
    pair = found.pair
    known = {} if pair is None else {"agreement": pair.agreement, "p_value": pair.p_value, "counts": pair.counts}
    return {"first": found.first.number, "second": found.second.number, "sentence": found.sentence, **known}


def _flips_json(found: PairFound | None) -> dict[str, Any] | None:
    if found is None:
        return None
    images = [
        {"image": image, "truth": truth, "first": first, "second": second, "kind": kind}
        for kind in FLIPS
        if kind != "flipped"
        for image, truth, first, second in flips(found, kind)
    ]
    return {"first": found.first.number, "second": found.second.number, "images": images}


def _version(version: ModelVersion, answers: bytes, corrections: Score | None) -> Compared:
    return Compared(
        key=f"version {version.number}",
        kind="version",
        number=version.number,
        title=version.title,
        address=reverse("version", args=[version.number]),
        status="completed",
        config=version.config,
        metrics=version.metrics,
        loss=version.loss,
        history=version.history,
        layer_sizes=version.layer_sizes,
        size_bytes=version.size_bytes,
        answers=answers,
        corrections=corrections,
        is_guessing=has_learned_nothing(findings_of_version(version)),
        judged_by=judged_by(version.dataset, version.dataset_fingerprint, version.metrics),
    )


def _run(run: Run) -> Compared:
    latest = run.latest or {}
    names = ("test_accuracy", "test_error", "train_accuracy", "train_error")
    metrics = {name: latest[name] for name in names if name in latest}
    if run.last_epoch:
        metrics |= {"epochs": run.last_epoch, "seconds": run.train_seconds}
    return Compared(
        key=f"run {run.pk}",
        kind="run",
        number=run.pk,
        title=run.title,
        address=reverse("run", args=[run.pk]),
        status=run.status,
        config=run.config,
        metrics=metrics,
        loss=run.configuration.loss,
        history=cast("list[dict[str, Any]]", runs.epochs_after(run.pk)),
        layer_sizes=(PIXELS, *run.config["hidden_layers"], CLASSES),
        became=run.version.number if run.version else None,
        is_guessing=has_learned_nothing(run.findings),
    )


def _get_run(run_id: int) -> Run:
    try:
        return runs.get_run(run_id)
    except (Run.DoesNotExist, OverflowError):
        raise VersionNotFoundError(f"there is no run {run_id}") from None
