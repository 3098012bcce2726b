"""Measures imported versions on test images: `inference` publishes them, and knows no data set."""

import logging
import time
from typing import Any, Final

import numpy as np

from inference.errors import VersionNotFoundError
from inference.measurement_services import begin_measurement, record_failed_measurement, record_measurement
from inference.selectors import get_version, unmeasured_imports
from inference.services import load_network
from nnlib import Network
from training import queue
from training.config import LOSS_OF
from training.datasets.held_out import HeldOut, yardstick
from training.errors import MeasurementError
from training.evaluation import measured, probabilities_of
from training.execution import PLAIN

logger = logging.getLogger(__name__)

# A model file that could not be used may have been put right since.
SECONDS_BEFORE_ANOTHER_TRY: Final = 24 * 3600.0


def offer_unmeasured() -> None:
    """Put imports that nobody measured before the workers, unless some wait there already."""
    numbers = unmeasured_imports(tried_before=time.time() - SECONDS_BEFORE_ANOTHER_TRY)
    if not numbers or yardstick() is None or queue.has_messages(queue.MEASUREMENTS):
        return
    for number in numbers:
        queue.enqueue_measurement(number)


def measure_version(number: int) -> None:
    """Measure an import on MNIST's test images, else on those of pen strokes; nothing happens if that was done.

    What cannot be measured is noted with its version, so that the scheduler does not offer it again and again.
    """
    held_out = yardstick()
    try:
        version = get_version(number)
    except VersionNotFoundError:  # deleted or thrown away meanwhile
        return
    if held_out is None or version.test_accuracy is not None:
        return
    begin_measurement(number, tried_at=time.time())
    try:
        metrics, predictions = _measured(load_network(version), held_out)
    except Exception as error:  # the boundary: whatever it was, it must not come back every few seconds
        reason = str(error) if isinstance(error, PLAIN) else f"{type(error).__name__}: {error}"
        if record_failed_measurement(number, reason, tried_at=time.time()):
            logger.warning("version %s is not measured: %s", number, reason, exc_info=not isinstance(error, PLAIN))
    else:
        record_measurement(number, metrics, predictions)


def _measured(network: Network, held_out: HeldOut) -> tuple[dict[str, Any], bytes]:
    with np.errstate(over="ignore", invalid="ignore"):  # what comes of it is told in words
        if not np.isfinite(probabilities_of(network, held_out.images)).all():
            raise MeasurementError("its answers to the test images are not numbers: its weights are too large")
        loss = LOSS_OF[network.architecture.output]
        metrics, predictions = measured(network, held_out.images, held_out.labels, loss=loss)
    return {**metrics, "tested_on": held_out.key}, predictions.astype(np.uint8).tobytes()
