"""Configurations that are one click away."""

from dataclasses import dataclass
from typing import Any, Final

import datasets


@dataclass(frozen=True, slots=True)
class Preset:
    """A named set of fields; what it leaves out keeps its default, and the data set is the one at hand."""

    key: str
    title: str
    summary: str
    fields: dict[str, Any]


PRESETS: Final[dict[str, Preset]] = {
    preset.key: preset
    for preset in (
        Preset(
            "classic",
            "Classic",
            "The original recipe to the letter: one sample at a time, until the average error falls below 0.016.",
            {
                "hidden_layers": [250],
                "activation": "sigmoid",
                "loss": "squared_error",
                "initializer": "uniform",
                "shuffle": False,
                "optimizer": "sgd",
                "learning_rate": 0.1,
                "schedule": "constant",
                "batch_size": 1,
                "epochs": 30,
                "error_threshold": 0.016,
            },
        ),
        Preset(
            "fast",
            "Fast",
            "98 % of MNIST's test digits in seconds.",
            {
                "hidden_layers": [250],
                "activation": "relu",
                "loss": "cross_entropy",
                "initializer": "he",
                "optimizer": "adam",
                "learning_rate": 0.01,
                "schedule": "one_cycle",
                "batch_size": 256,
                "epochs": 4,
            },
        ),
        Preset(
            "best",
            "Best",
            "Images bent, turned and thickened anew in every epoch: the best accuracy, in five minutes or so.",
            {
                "hidden_layers": [800],
                "activation": "relu",
                "loss": "cross_entropy",
                "initializer": "he",
                "optimizer": "adam",
                "learning_rate": 0.001,
                "schedule": "one_cycle",
                "batch_size": 128,
                "epochs": 120,
                "augmentation": "strong",
            },
        ),
    )
}


def preset_fields(key: str) -> dict[str, Any]:
    """The fields of a preset, on a data set that can be had here: MNIST, or else pen strokes."""
    return {**PRESETS[key].fields, "dataset": datasets.default_key()}
