"""Writes what was measured of an imported version: once, and nothing else of it changes."""

import time
from typing import Any, Final

from django.db import transaction
from django.db.models import Q

from inference.labels import NO_TEST_IMAGES
from inference.models import ModelVersion
from inference.registry.findings_services import computed_findings

NOT_FINISHED: Final = "a worker began to measure it and did not come to an end"
# After this long an evaluation that failed is tried again: the model file may have been repaired.
RETRY_SECONDS: Final = 24 * 3600.0
# Another worker may have test images, or this one later.
RETRY_SECONDS_WITHOUT_IMAGES: Final = 30.0


def is_due_for_measurement(prefix: str = "") -> Q:
    """The condition that no evaluation of a version failed of late.

    Args:
        prefix: of a related version's fields, such as "version__".
    """
    now, noted = time.time(), f"{prefix}metrics__not_measured"
    return (
        Q(**{f"{noted}__isnull": True})
        | Q(**{f"{noted}__tried_at__lt": now - RETRY_SECONDS})
        | Q(**{f"{noted}__reason": NO_TEST_IMAGES, f"{noted}__tried_at__lt": now - RETRY_SECONDS_WITHOUT_IMAGES})
    )


def needs_measurement(version: ModelVersion) -> bool:
    """Whether a worker is to evaluate it: an import without figures, or a state of a run that was published by hand.

    Those have `measured: false` until then; the version of a run's end is measured before it is published.
    """
    if version.source == ModelVersion.Source.IMPORT:
        return version.test_accuracy is None
    return version.metrics.get("measured") is False


def record_measurement(number: int, metrics: dict[str, Any], test_predictions: bytes) -> bool:
    """Add to a version what it is worth on test images; False where that is known, or the version is gone or trashed.

    Args:
        number: of the version.
        metrics: `test_accuracy` among them.
        test_predictions: one byte per test image.
    """
    with transaction.atomic():
        version = _unmeasured(number)
        if version is None:
            return False
        version.metrics = {**version.metrics, **metrics, "measured": True}
        version.metrics.pop("not_measured", None)
        version.test_predictions = test_predictions
        version.findings = computed_findings(version)
        version.save(update_fields=["metrics", "test_predictions", "findings"])
    return True


def record_failed_measurement(number: int, reason: str, *, tried_at: float) -> bool:
    """Note why a version cannot be measured, and when that was found; True where the reason is new.

    Args:
        number: of the version.
        reason: in plain words.
        tried_at: seconds since 1970.
    """
    with transaction.atomic():
        version = _unmeasured(number)
        if version is None:
            return False
        known = _known_reason(version)
        _note(version, reason, tried_at)
    return known != reason


def begin_measurement(number: int, *, tried_at: float) -> None:
    """Note that a measurement begins: one that its worker dies of is not offered again at once.

    Args:
        number: of the version.
        tried_at: seconds since 1970.
    """
    with transaction.atomic():
        version = _unmeasured(number)
        if version is not None:
            _note(version, _known_reason(version) or NOT_FINISHED, tried_at)


def _known_reason(version: ModelVersion) -> str:
    reason: str = version.metrics.get("not_measured", {}).get("reason", "")
    return reason


def _note(version: ModelVersion, reason: str, tried_at: float) -> None:
    version.metrics = {**version.metrics, "measured": False, "not_measured": {"reason": reason, "tried_at": tried_at}}
    version.save(update_fields=["metrics"])


def _unmeasured(number: int) -> ModelVersion | None:
    """The version, locked until the transaction ends; of two callers at once, the second reads what the first wrote."""
    locked = ModelVersion.objects.select_for_update().filter(number=number)
    version = locked.defer("history", "test_predictions").first()
    return version if version is not None and needs_measurement(version) else None
