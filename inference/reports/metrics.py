"""What a finished network is worth on its test set: the numbers that go with its version."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets import Labelled, probe_images
from datasets.stored import fingerprint_of
from inference.registry.kept_epoch import up_to_kept
from nnlib import Network, evaluate
from nnlib.calibration import calibration_error, fit_temperature, reliability, tempered
from nnlib.data.samples import pixels
from nnlib.shape import CLASSES
from nnlib.vocabulary import LossName

ROWS = 1000
Answers = tuple[NDArray[np.float32], NDArray[np.uint8]]
"""Probabilities `(n, 10)` and labels `(n,)`."""


def measured(
    network: Network,
    x: NDArray[np.uint8],
    y: NDArray[np.uint8],
    *,
    loss: LossName,
    config: Mapping[str, Any] | None = None,
    history: Sequence[Mapping[str, Any]] = (),
    validation: Labelled | None = None,
) -> tuple[dict[str, Any], NDArray[np.uint8]]:
    """The metrics of a version, and the digit it reads in each test image `(n,)`.

    `confusion[t][p]` counts images of digit t read as p. Precision and recall are shares in [0, 1] per digit; precision
    is None for a digit that was never answered. `calibration` is fitted on the validation images and judged on the test
    images; without validation images it is fitted on every other test image and judged on the rest: the mean distance
    between how sure the network is and how often it is right, before and after, and the bins of equal width over [0, 1]
    that it is the mean of.
    `drawn_accuracy` is the share of digits of our own writer that are read right, whatever the network learned from.
    """
    result = evaluate(network, x, y, loss=loss)
    held_out = None if validation is None else evaluate(network, *validation, loss=loss)
    fitted_on = None if validation is None or held_out is None else (held_out.probabilities, validation[1])
    metrics: dict[str, Any] = {
        "test_error": result.error,
        "test_fingerprint": fingerprint_of(x, y),
        **answer_metrics(y, result.predictions),
        "calibration": calibration(result.probabilities, y, validation=fitted_on),
        "drawn_accuracy": drawn_accuracy(network),
    }
    if history:
        last = up_to_kept(config or {}, history)[-1]
        metrics |= {
            "train_error": last["train_error"],
            "train_accuracy": last["train_accuracy"],
            "epochs": history[-1]["epoch"],
            "seconds": sum(epoch["seconds"] for epoch in history),
        }
    if held_out is not None:
        metrics |= {"validation_error": held_out.error, "validation_accuracy": held_out.accuracy}
    return metrics, result.predictions


def answer_metrics(truth: NDArray[np.uint8], answers: NDArray[np.uint8]) -> dict[str, Any]:
    """What can be said of answers `(n,)` alone."""
    confusion = confusion_matrix(truth, answers)
    return {
        "test_accuracy": float(np.mean(truth == answers)),
        "confusion": confusion.tolist(),
        "precision": _shares(confusion.diagonal(), confusion.sum(axis=0)),
        "recall": _shares(confusion.diagonal(), confusion.sum(axis=1)),
    }


def drawn_accuracy(network: Network) -> float:
    """Share in [0, 1] of drawn digits read right, which are preprocessed as a drawing on the canvas is."""
    drawn = probe_images.drawn_images()
    return float(np.mean(network.probabilities(drawn.pixels).argmax(axis=1) == drawn.labels))


def calibration(
    probabilities: NDArray[np.float32], y: NDArray[np.uint8], *, validation: Answers | None = None
) -> dict[str, Any]:
    """`temperature`; without and with it the calibration error in [0, 1] and its bins, on images not fitted on.

    Args:
        probabilities: `(n, 10)` of the test images.
        y: their labels `(n,)`.
        validation: the same of the validation images, which the temperature is then fitted on.
    """
    if validation is None:
        validation = (probabilities[::2], y[::2])
        probabilities, y, fitted_on = probabilities[1::2], y[1::2], "test"
    else:
        fitted_on = "validation"
    temperature = fit_temperature(*validation)
    after = tempered(probabilities, temperature)
    return {
        "temperature": temperature,
        "fitted_on": fitted_on,
        "error_before": calibration_error(probabilities, y),
        "error_after": calibration_error(after, y),
        "bins": {
            name: [asdict(one) for one in reliability(shares, y)]
            for name, shares in (("before", probabilities), ("after", after))
        },
    }


def probabilities_of(network: Network, x: NDArray[np.uint8]) -> NDArray[np.float32]:
    """`(n, 10)`: how likely each digit is in each of the images `(n, 784)`."""
    return np.concatenate([network.probabilities(pixels(x[start : start + ROWS])) for start in range(0, len(x), ROWS)])


def confusion_matrix(truth: NDArray[np.uint8], answers: NDArray[np.uint8]) -> NDArray[np.intp]:
    """`(10, 10)` counts: rows are what it was, columns what was read."""
    pairs = truth.astype(np.intp) * CLASSES + answers
    return np.bincount(pairs, minlength=CLASSES * CLASSES).reshape(CLASSES, CLASSES)


def _shares(hits: NDArray[np.intp], totals: NDArray[np.intp]) -> list[float | None]:
    return [float(hit / total) if total else None for hit, total in zip(hits, totals, strict=True)]
