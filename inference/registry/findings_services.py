"""Writes and reads of the findings of versions: kept in the row, so that a list computes none."""

from typing import Final

from django.db import transaction

from inference.models import ModelVersion
from inference.registry.findings import Stored, findings_of
from nnlib.evaluation import LOSS_OF

AT_ONCE: Final = 50


def computed_findings(version: ModelVersion) -> list[Stored]:
    """What is to be said of a version, from its history and figures."""
    return findings_of(
        version.history,
        loss=LOSS_OF[version.architecture["output"]],
        config=version.config,
        metrics=version.metrics,
    )


def findings_of_version(version: ModelVersion) -> list[Stored]:
    """The findings in the row; computed where a release before 0.2 wrote it."""
    known: list[Stored] | None = version.findings
    return computed_findings(version) if known is None else known


def fill_findings() -> None:
    """Compute those of some versions that a release before 0.2 wrote; the scheduler calls it until all have them."""
    missing = ModelVersion.everything.filter(findings__isnull=True).defer("test_predictions")
    for version in missing.order_by("pk")[:AT_ONCE]:
        with transaction.atomic():
            # What was written meanwhile is newer.
            row = ModelVersion.everything.filter(pk=version.pk, findings__isnull=True)
            row.update(findings=computed_findings(version))
