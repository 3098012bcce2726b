"""Sentences about model versions."""

from typing import Any, Final

from weblib.labels import choice_title

_FILE_TITLES: Final = {"npz": "NumPy", "onnx": "ONNX"}


def origin_text(origin: dict[str, Any]) -> str:
    """How a version came to be beyond its source, in a few words; "" when there is nothing to tell."""
    if "file" in origin:
        return f"{_FILE_TITLES.get(origin['file'], origin['file'])} file"
    times = int(origin.get("attempts", 1)) - 1
    return "" if times < 1 else "resumed once" if times == 1 else f"resumed {times} times"


def measurement_text(metrics: dict[str, Any]) -> str:
    """What stands beside the figures of an imported version: by what it was measured, or why it was not."""
    if "tested_on" in metrics:
        return f"Measured here on the test images of {choice_title(metrics['tested_on'])}."
    reason = metrics.get("not_measured", {}).get("reason")
    if reason:
        return f"Not measured: {reason}. It is tried again a day later."
    return "Not measured yet: a worker does so once the test images of MNIST or of pen strokes are on this machine."
