"""Evaluates versions on test images: imports, and states of runs that were published by hand.

Of an import it also judges, on training images, whether its inputs have another scale.
"""

import logging
import time
from typing import Any

import numpy as np

from datasets.held_out import HeldOut, default_test_set, held_out_of
from datasets.training_sample import training_sample
from inference.errors import PLAIN_ERRORS, MeasurementError, VersionNotFoundError
from inference.labels import NO_TEST_IMAGES
from inference.models import ModelVersion
from inference.registry.measurement_services import (
    begin_measurement,
    needs_measurement,
    record_failed_measurement,
    record_measurement,
)
from inference.registry.selectors import get_version
from inference.registry.services import load_network
from inference.reports.input_scales import judged_scales
from inference.reports.metrics import measured, probabilities_of
from nnlib import Network
from nnlib.evaluation import LOSS_OF

logger = logging.getLogger(__name__)


def measure_version(number: int) -> None:
    """Measure a version that has no figures yet; nothing happens if that was done.

    A state of a run is measured on the test images of its data set; an import on those of MNIST, else of pen strokes.

    What cannot be measured is noted with its version, so that the scheduler does not offer it again and again.
    """
    try:
        version = get_version(number)
    except VersionNotFoundError:  # deleted or thrown away meanwhile
        return
    held_out = held_out_of(version.dataset) if version.dataset else default_test_set()
    if not needs_measurement(version):
        return
    if held_out is None:
        record_failed_measurement(number, NO_TEST_IMAGES, tried_at=time.time())
        return
    begin_measurement(number, tried_at=time.time())
    try:
        metrics, predictions = _measured(version, load_network(version), held_out)
    except Exception as error:  # the boundary: whatever it was, it must not come back every few seconds
        reason = str(error) if isinstance(error, PLAIN_ERRORS) else f"{type(error).__name__}: {error}"
        if record_failed_measurement(number, reason, tried_at=time.time()):
            logger.warning(
                "version %s is not measured: %s", number, reason, exc_info=not isinstance(error, PLAIN_ERRORS)
            )
    else:
        record_measurement(number, metrics, predictions)


def _measured(version: ModelVersion, network: Network, held_out: HeldOut) -> tuple[dict[str, Any], bytes]:
    with np.errstate(over="ignore", invalid="ignore"):  # the result is checked, and a failure has a message
        if not np.isfinite(probabilities_of(network, held_out.images)).all():
            raise MeasurementError("its answers to the test images are not numbers: its weights are too large")
        loss = LOSS_OF[network.architecture.output]
        metrics, predictions = measured(network, held_out.images, held_out.labels, loss=loss)
        sample = training_sample(held_out.key) if version.source == ModelVersion.Source.IMPORT else None
        if sample is not None:
            metrics["input_scale"] = judged_scales(network, sample)
    return {**metrics, "tested_on": held_out.key}, predictions.astype(np.uint8).tobytes()
