"""Sentences about model versions."""

from typing import Any, Final

from weblib.labels import choice_title

_FILE_TITLES: Final = {"npz": "NumPy", "onnx": "ONNX"}

INPUT_SCALE_TITLES: Final = {
    "0..1": "0…1",
    "-1..1": "−1…1",
    "0..255": "0…255",
    "mnist-standardized": "the mean 0 and the deviation 1 of MNIST’s pixels",
}

# Why a version is not measured, where that is no failure.
NO_TEST_IMAGES: Final = "the worker has no test images"


def origin_text(origin: dict[str, Any]) -> str:
    """The origin of a version beyond its source, in a few words; "" if there is none."""
    if "published_by_hand" in origin:
        return origin["published_by_hand"] + (", in half precision" if origin.get("precision") == "half" else "")
    if "file" in origin:
        scale = origin.get("input_scale")
        scaled = "" if scale is None else f", inputs scaled to {INPUT_SCALE_TITLES.get(scale, scale)}"
        return f"{_FILE_TITLES.get(origin['file'], origin['file'])} file{scaled}"
    times = int(origin.get("attempts", 1)) - 1
    return "" if times < 1 else "resumed once" if times == 1 else f"resumed {times} times"


def measurement_text(metrics: dict[str, Any]) -> str:
    """The note on the metrics of a version that a worker measures: the test set, or why there are no metrics."""
    if "tested_on" in metrics:
        return f"Measured here on the test images of {choice_title(metrics['tested_on'])}."
    reason = metrics.get("not_measured", {}).get("reason")
    if reason and reason != NO_TEST_IMAGES:
        return f"Not measured: {reason}. It is tried again a day later."
    return "Not measured yet: a worker does so once it has the test images of MNIST or of pen strokes."
