"""The saved state of a training: plain values only, checked when it is loaded."""

from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np

from nnlib.architecture import Architecture
from nnlib.arrays import Float32Array
from nnlib.errors import StateError
from nnlib.recipe import Recipe

FORMAT = "nnlib-training"
VERSION = 1


@dataclass(frozen=True, slots=True)
class TrainingState:
    """Everything that a training needs to continue exactly.

    Attributes:
        architecture: Of the network.
        recipe: Of the training.
        data: Fingerprint of the training data.
        parameters: `(parameter_count,)`.
        optimizer: What `Optimizer.state` returned.
        generator: State of the bit generator.
        progress: What `Progress.state` returned.
        best: `(parameter_count,)`, after the epoch with the lowest validation error; None unless the recipe keeps it.
    """

    architecture: Architecture
    recipe: Recipe
    data: str
    parameters: Float32Array
    optimizer: dict[str, Any]
    generator: Any
    progress: dict[str, Any]
    best: Float32Array | None = None


def pack_state(state: TrainingState) -> dict[str, Any]:
    """`state` as dicts, lists, strings, numbers, None and arrays only."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "architecture": _plain(state.architecture),
        "recipe": state.recipe.as_dict(),
        "data": state.data,
        "parameters": state.parameters,
        "optimizer": state.optimizer,
        "generator": state.generator,
        "progress": state.progress,
        "best": state.best,
    }


def unpack_state(packed: Any, *, architecture: Architecture, recipe: Recipe, data: str) -> TrainingState:
    """The state that was packed by `pack_state`.

    Raises:
        StateError: If its format is wrong, or it belongs to another architecture, recipe or data set.
    """
    if not isinstance(packed, dict) or packed.get("format") != FORMAT or packed.get("version") != VERSION:
        raise StateError(f"expected a state of format {FORMAT!r}, version {VERSION}, got {packed!r:.80}")
    packed = {"best": None, **packed}  # states of older releases have none
    keys = {*(field.name for field in fields(TrainingState)), "format", "version"}
    if packed.keys() != keys:
        raise StateError(f"expected a state with {sorted(keys)}, got {sorted(packed)}")
    packed["recipe"] = Recipe.completed(packed["recipe"])
    wanted = {"architecture": _plain(architecture), "recipe": recipe.as_dict(), "data": data}
    for name, value in wanted.items():
        if packed[name] != value:
            raise StateError(f"the state is of another {name}: expected {value!r:.300}, got {packed[name]!r:.300}")
    shape = (architecture.parameter_count,)
    for name in ("parameters", "best"):
        vector = packed[name]
        is_vector = isinstance(vector, np.ndarray) and vector.shape == shape and vector.dtype == np.float32
        if not is_vector and not (name == "best" and vector is None):
            raise StateError(f"expected {name} as float32 of shape {shape}, got {vector!r:.80}")
    generator = packed["generator"]
    if not isinstance(generator, dict) or generator.get("bit_generator") != "PCG64":
        raise StateError(f"expected the state of a PCG64 generator, got {generator!r:.80}")
    return TrainingState(
        architecture,
        recipe,
        data,
        packed["parameters"],
        packed["optimizer"],
        generator,
        packed["progress"],
        packed["best"],
    )


def _plain(architecture: Architecture) -> dict[str, Any]:
    plain = asdict(architecture) | {"layer_sizes": list(architecture.layer_sizes)}
    if architecture.convolutions:
        return plain | {"convolutions": list(map(asdict, architecture.convolutions))}
    del plain["convolutions"]  # as before there were convolutions
    return plain
