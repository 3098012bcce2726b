"""Titles of configuration fields and values, shared by the form and every page that shows a configuration."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

FIELD_TITLES: Final[dict[str, str]] = {
    "dataset": "Data set",
    "hidden_layers": "Hidden layers",
    "activation": "Activation",
    "loss": "Error (loss)",
    "initializer": "Weight initialization",
    "shuffle": "Shuffle",
    "optimizer": "Optimizer",
    "learning_rate": "Learning rate",
    "schedule": "Learning-rate schedule",
    "batch_size": "Batch size",
    "epochs": "Epochs (maximum)",
    "error_threshold": "Error threshold",
    "patience": "Early stopping (patience, in epochs)",
    "validation_share": "Validation share",
    "keep": "Network to keep",
    "l2": "Weight decay (L2)",
    "dropout": "Dropout",
    "augmentation": "Augmentation",
    "seed": "Seed",
    "engine": "Engine",
    "from_version": "Starts from version",
}

# What a field is called before its value in one line; the values of the others speak for themselves.
_SHORT_TITLES: Final[dict[str, str]] = {
    "initializer": "initialization",
    "shuffle": "shuffle",
    "learning_rate": "learning rate",
    "schedule": "schedule",
    "batch_size": "batch size",
    "epochs": "epochs",
    "error_threshold": "error threshold",
    "patience": "patience",
    "validation_share": "validation",
    "keep": "keep",
    "l2": "weight decay",
    "dropout": "dropout",
    "augmentation": "augmentation",
    "seed": "seed",
    "from_version": "from version",
}
# What a row shows where no field differs.
_SUMMARY: Final = ("dataset", "hidden_layers", "optimizer")

_VALUE_TITLES: Final[dict[str, str]] = {
    "mnist": "MNIST",
    "pen-strokes": "Pen strokes",
    "mnist+pen-strokes": "MNIST and pen strokes",
    "corrections": "Corrections",
    "relu": "ReLU",
    "sgd": "SGD",
    "rmsprop": "RMSProp",
    "adamw": "AdamW",
    "cross_entropy": "Cross-entropy",
    "nnlib": "nnlib (ours)",
    "keras": "Keras (TensorFlow)",
    "one_cycle": "One cycle",
}
_NOTHING: Final = "–"


def field_title(field: str) -> str:
    """What people call a field; a field that is new here is spelt out."""
    return FIELD_TITLES.get(field, field.replace("_", " ").capitalize())


def choice_title(value: str) -> str:
    """What people call one of a field's fixed values."""
    return _VALUE_TITLES.get(value, value.replace("_", " ").capitalize())


def loss_title(loss: str) -> str:
    """What people call a loss inside a sentence: "cross-entropy"."""
    return choice_title(loss).lower()


def value_text(value: Any) -> str:
    """A field's value in a table: `[300, 100]` is "300, 100", True is "yes", None a dash."""
    if value is None or value == "":
        return _NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, float):
        return f"{value:g}"
    return choice_title(value) if isinstance(value, str) else str(value)


def configuration_rows(config: dict[str, Any]) -> list[tuple[str, str]]:
    """A stored configuration as titles and values, known fields first and in their order."""
    return [(field_title(field), value_text(config[field])) for field in ordered_fields([config])]


def ordered_fields(configs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Every field of several configurations: known ones in their order, then the others."""
    found = dict.fromkeys(field for config in configs for field in config)
    return [field for field in FIELD_TITLES if field in found] + [field for field in found if field not in FIELD_TITLES]


def varied(configs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Per configuration its values of the fields in which they differ, in one line: "100-50 · learning rate 0.01".

    Data set, layers and optimizer where they differ in nothing; "" for a configuration that is not known.
    """
    known = [config for config in configs if config]
    fields = [
        field for field in ordered_fields(known) if any(config.get(field) != known[0].get(field) for config in known)
    ]
    return [_in_one_line(config, fields or _SUMMARY) if config else "" for config in configs]


def _in_one_line(config: Mapping[str, Any], fields: Iterable[str]) -> str:
    parts = []
    for field in fields:
        value = config.get(field)
        text = "-".join(map(str, value)) if isinstance(value, list | tuple) else value_text(value)
        parts.append(f"{_SHORT_TITLES[field]} {text}" if field in _SHORT_TITLES else text)
    return " · ".join(parts)


def sentence(error: Exception) -> str:
    """An error's words as a sentence for a page."""
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
