"""The saved state of a training: plain values only, checked when it is loaded."""

from dataclasses import asdict, dataclass
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
    """

    architecture: Architecture
    recipe: Recipe
    data: str
    parameters: Float32Array
    optimizer: dict[str, Any]
    generator: Any
    progress: dict[str, Any]


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
    }


def unpack_state(packed: Any, *, architecture: Architecture, recipe: Recipe, data: str) -> TrainingState:
    """The state that was packed by `pack_state`.

    Raises:
        StateError: If its format is wrong, or it belongs to another architecture, recipe or data set.
    """
    if not isinstance(packed, dict) or packed.get("format") != FORMAT or packed.get("version") != VERSION:
        raise StateError(f"expected a state of format {FORMAT!r}, version {VERSION}, got {packed!r:.80}")
    keys = {"format", "version", "architecture", "recipe", "data", "parameters", "optimizer", "generator", "progress"}
    if packed.keys() != keys:
        raise StateError(f"expected a state with {sorted(keys)}, got {sorted(packed)}")
    wanted = {"architecture": _plain(architecture), "recipe": recipe.as_dict(), "data": data}
    for name, value in wanted.items():
        if packed[name] != value:
            raise StateError(f"the state is of another {name}: expected {value!r:.300}, got {packed[name]!r:.300}")
    parameters = packed["parameters"]
    shape = (architecture.parameter_count,)
    if not isinstance(parameters, np.ndarray) or parameters.shape != shape or parameters.dtype != np.float32:
        raise StateError(f"expected float32 parameters of shape {shape}, got {parameters!r:.80}")
    generator = packed["generator"]
    if not isinstance(generator, dict) or generator.get("bit_generator") != "PCG64":
        raise StateError(f"expected the state of a PCG64 generator, got {generator!r:.80}")
    return TrainingState(architecture, recipe, data, parameters, packed["optimizer"], generator, packed["progress"])


def _plain(architecture: Architecture) -> dict[str, Any]:
    return asdict(architecture) | {"layer_sizes": list(architecture.layer_sizes)}
