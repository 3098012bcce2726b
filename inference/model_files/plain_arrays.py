"""A network out of arrays that another program named, such as `W1, b1`, `fc1.weight`, `coefs_0`, `kernel` or `arr_0`.

Which array is which follows from names and shapes alone, so that nothing needs to be unpacked before it is known.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from inference.errors import ArtifactError
from inference.model_files.checked_network import checked_network, checked_sizes
from inference.model_files.import_options import ImportOptions
from nnlib import Network
from nnlib.shape import CLASSES, MAX_LAYERS, PIXELS

Shape = tuple[int, ...]
Role = Literal["weights", "biases"]
_ROLES: Final[dict[str, Role]] = {
    **dict.fromkeys(("w", "weight", "weights", "kernel", "kernels", "coef", "coefs"), "weights"),
    **dict.fromkeys(("b", "bias", "biases", "intercept", "intercepts"), "biases"),
}
_STATISTICS: Final = ("running_mean", "running_var", "moving_mean", "moving_variance")
_REMEDY: Final = "save only the weights and biases, with numbered names: W1, b1, W2, b2 …"


@dataclass(frozen=True, slots=True)
class PlannedLayer:
    """Which arrays make a layer of `size` (inputs, outputs); `is_transposed`: the weights are (outputs, inputs)."""

    size: tuple[int, int]
    weights: str
    is_transposed: bool
    biases: str | None


@dataclass(frozen=True, slots=True)
class _Named:
    """An array by its name."""

    name: str
    shape: Shape
    # Its name without the word for its role.
    stem: tuple[str, ...]

    @property
    def order(self) -> tuple[Any, ...]:
        """By this, `W2` is before `W10`."""
        return tuple((part.isdigit(), int(part) if part.isdigit() else 0, part) for part in self.stem)

    @property
    def has_number(self) -> bool:
        return any(part.isdigit() for part in self.stem)


def network_of(
    shapes: Mapping[str, Shape],
    array: Callable[[str], NDArray[Any]],
    options: ImportOptions,
    *,
    activation: Any = None,
    output: Any = None,
) -> Network:
    """The network of the arrays with these names and shapes.

    Args:
        shapes: Per name the shape of an array of floats.
        array: The array of a name; called once it is known which are needed.
        options: What is said in addition to the file.
        activation: What the file says; None for nothing.
        output: What the file says; None for nothing.

    Raises:
        ArtifactError: names and shapes do not make one network, or something else of it is missing.
    """
    layers = planned(shapes)
    sizes = checked_sizes([layer.size[0] for layer in layers] + [layers[-1].size[1]])
    functions = options.functions(_ours(activation), _ours(output), has_hidden_layers=len(layers) > 1)
    weights = [array(layer.weights).T if layer.is_transposed else array(layer.weights) for layer in layers]
    biases = [
        np.zeros(layer.size[1], np.float32) if layer.biases is None else array(layer.biases).reshape(-1)
        for layer in layers
    ]
    return checked_network(sizes, *functions, weights, biases)


def planned(shapes: Mapping[str, Shape]) -> list[PlannedLayer]:
    """The layers that arrays of these names and shapes make, from pixels to digits.

    All weights are (inputs, outputs), or all (outputs, inputs): a layer that is not square shows which, and there is
    one, as pixels and digits differ in number. Where two layers could be exchanged, numbers in their names order them.
    Biases belong to the weights of the same name, else to those of their size; a network may have none.

    Raises:
        ArtifactError: there is no such network, or more than one.
    """
    weights, biases = _by_role(shapes)
    for is_transposed in (False, True):
        chain = _chain(weights, is_transposed=is_transposed)
        if chain is not None:
            _check_order(chain)
            of = _paired(chain, biases, is_transposed=is_transposed)
            return [
                PlannedLayer(_size(one, is_transposed=is_transposed), one.name, is_transposed, of.get(one.name))
                for one in chain
            ]
    found = ", ".join(f"{one.name} {one.shape}" for one in weights)[:300]
    raise ArtifactError(
        f"expected matrices that lead from {PIXELS} inputs to {CLASSES} outputs; got {found or 'none'}; {_REMEDY}"
    )


def _ours(function: Any) -> Any:
    """Our name of a function that other programs write as `ReLU` or, as scikit-learn does, as `logistic`."""
    name = function.lower() if isinstance(function, str) else function
    return "sigmoid" if name == "logistic" else name


def _by_role(shapes: Mapping[str, Shape]) -> tuple[list[_Named], list[_Named]]:
    """Weights and biases, each in the order of their names; what is a single number is left out."""
    found: dict[Role, list[_Named]] = {"weights": [], "biases": []}
    for name, shape in shapes.items():
        if any(word in name.lower() for word in _STATISTICS):
            raise ArtifactError(f"expected dense layers; {name[:60]!r} is of a batch normalization: export it as ONNX")
        role, stem = _role(name)
        if role is None and math.prod(shape) == 1:
            continue
        role = role or ("biases" if len(shape) < 2 or 1 in shape else "weights")
        if len(shape) > 2 or (role == "weights" and len(shape) < 2) or (role == "biases" and not _is_row(shape)):
            raise ArtifactError(f"expected {role} of a dense layer in {name[:60]!r}; got shape {str(shape)[:60]}")
        found[role].append(_Named(name, shape, stem))
    if len(found["weights"]) >= MAX_LAYERS:
        raise ArtifactError(f"expected at most {MAX_LAYERS - 1} weight matrices; got {len(found['weights'])}")
    return sorted(found["weights"], key=lambda one: one.order), sorted(found["biases"], key=lambda one: one.order)


def _role(name: str) -> tuple[Role | None, tuple[str, ...]]:
    """What a name says that its array is, and the rest of the name: `fc1.weight` is the weights of `fc 1`."""
    parts = [part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+", name)]
    roles = {_ROLES[part] for part in parts if part in _ROLES}
    if len(roles) != 1:
        return None, tuple(parts)
    return roles.pop(), tuple(part for part in parts if part not in _ROLES)


def _is_row(shape: Shape) -> bool:
    return len(shape) == 1 or (len(shape) == 2 and 1 in shape)


def _size(one: _Named, *, is_transposed: bool) -> tuple[int, int]:
    first, second = one.shape
    return (second, first) if is_transposed else (first, second)


def _chain(weights: Sequence[_Named], *, is_transposed: bool) -> list[_Named] | None:
    """All `weights` in the first order, by name, in which the outputs of each are the inputs of the next."""

    def continued(width: int, left: Sequence[_Named]) -> list[_Named] | None:
        if not left:
            return [] if width == CLASSES else None
        tried = set[int]()
        for index, one in enumerate(left):
            inputs, outputs = _size(one, is_transposed=is_transposed)
            if inputs == width and outputs not in tried:
                tried.add(outputs)
                rest = continued(outputs, [*left[:index], *left[index + 1 :]])
                if rest is not None:
                    return [one, *rest]
        return None

    return continued(PIXELS, weights) if weights else None


def _check_order(alike: Iterable[_Named]) -> None:
    """Refuse arrays of one shape whose names do not order them."""
    groups: dict[Shape, list[_Named]] = {}
    for one in alike:
        groups.setdefault(one.shape, []).append(one)
    for group in groups.values():
        if sum(not one.has_number for one in group) > 1:
            names = " and ".join(one.name[:60] for one in group)
            raise ArtifactError(f"expected numbers in the names of {names}, which have one shape")


def _paired(chain: Sequence[_Named], biases: Sequence[_Named], *, is_transposed: bool) -> dict[str, str]:
    """The name of the biases of each of the weights; empty where there are none."""
    if not biases:
        return {}
    size_of = {one.name: _size(one, is_transposed=is_transposed)[1] for one in chain}
    by_stem = {one.stem: one for one in biases}
    if len(biases) == len(by_stem) == len(chain) and by_stem.keys() == {one.stem for one in chain}:
        pairs = [(one, by_stem[one.stem]) for one in chain]
    else:
        _check_order(biases)
        left, pairs = list(biases), []
        for one in chain:
            fitting = next((other for other in left if math.prod(other.shape) == size_of[one.name]), None)
            if fitting is not None:
                left.remove(fitting)
                pairs.append((one, fitting))
    if len(pairs) < max(len(chain), len(biases)) or any(math.prod(b.shape) != size_of[w.name] for w, b in pairs):
        sizes = ", ".join(str(size_of[one.name]) for one in chain)
        found = ", ".join(f"{one.name} {one.shape}" for one in biases)[:300]
        raise ArtifactError(f"expected biases of the sizes {sizes}, or none at all; got {found}; {_REMEDY}")
    return {w.name: b.name for w, b in pairs}
