"""Writes of the findings of runs: computed when a run ends and kept in its row, so that a list reads no epoch."""

from typing import Any, Final, cast

from inference.registry.findings import Stored, findings_of
from nnlib.vocabulary import LossName
from training.models import EPOCH_FIELDS, Epoch, Run
from training.states import ENDED

AT_ONCE: Final = 50
NOT_FINITE: Final = "not_finite"
"""The finish reason of a run whose error became infinite or no number."""


def record_findings(run: Run) -> None:
    """Compute the findings of a run that has ended, and write them; call it in the transaction that ends the run."""
    rows = Epoch.objects.filter(run=run).order_by("epoch").values(*EPOCH_FIELDS)
    history = cast("list[dict[str, Any]]", list(rows))
    run.findings = _found(run, history)
    # A run that was resumed meanwhile has an end of its own again.
    Run.objects.filter(pk=run.pk, status__in=ENDED).update(findings=run.findings)


def fill_findings() -> None:
    """Compute those of some runs that a release before 0.2 ended; the scheduler calls it until all have them."""
    missing = Run.objects.filter(findings__isnull=True, status__in=ENDED).select_related("version")
    for run in missing.defer("version__history", "version__test_predictions").order_by("pk")[:AT_ONCE]:
        record_findings(run)


def _found(run: Run, history: list[dict[str, Any]]) -> list[Stored]:
    loss: LossName = run.config.get("loss", "cross_entropy")
    metrics = None if run.version is None else run.version.metrics
    is_finite = run.finish_reason != NOT_FINITE
    return findings_of(history, loss=loss, config=run.config, metrics=metrics, is_finite=is_finite)
