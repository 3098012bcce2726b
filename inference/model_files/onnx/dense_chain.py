"""Dense layers in a row, with scales and shifts of each value before, between and after them; all folded into layers.

For y = ((x s + t) W) u + v with vectors s, t, u, v the layer's weights are diag(s) W diag(u), its biases (t W) u + v.
"""

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from inference.errors import ArtifactError
from inference.model_files.checked_network import checked_network, sizes_of
from inference.model_files.import_options import ImportOptions
from nnlib import Network
from nnlib.shape import MAX_LAYERS

Float64Array = NDArray[np.float64]
ACTIVATIONS: Final = {"Sigmoid": "sigmoid", "Tanh": "tanh", "Relu": "relu"}
# The end of our own export of a network with sigmoid outputs: softmax(log sigmoid(z)).
_LOG_SIGMOID: Final = ("Neg", "Softplus", "Neg")
# What may follow the last layer, and the outputs it makes; logarithms of probabilities are read as the probabilities.
_OUTPUTS: Final[dict[tuple[str, ...], str | None]] = {
    (): None,
    ("Softmax",): "softmax",
    ("LogSoftmax",): "softmax",
    ("Softmax", "Log"): "softmax",
    ("LogSoftmax", "Exp"): "softmax",
    ("Sigmoid",): "sigmoid",
    (*_LOG_SIGMOID, "Softmax"): "sigmoid",
}


@dataclass(frozen=True, slots=True)
class Affine:
    """x · scale + shift, each a number or a vector `(width,)`."""

    scale: Float64Array = field(default_factory=lambda: np.ones(()))
    shift: Float64Array = field(default_factory=lambda: np.zeros(()))

    def then(self, other: "Affine") -> "Affine":
        """This, and `other` of the result."""
        return Affine(self.scale * other.scale, self.shift * other.scale + other.shift)

    @property
    def is_identity(self) -> bool:
        """Whether it leaves every value as it is."""
        return bool((self.scale == 1).all() and (self.shift == 0).all())


@dataclass(slots=True)
class _Layer:
    weights: NDArray[Any]
    before: Affine
    after: Affine = field(default_factory=Affine)
    # The operators that follow it.
    functions: list[str] = field(default_factory=list)


class DenseChain:
    """Collects the layers one after the other; nothing is computed before `network`."""

    def __init__(self) -> None:
        self._layers: list[_Layer] = []
        # Of the values that no layer has received yet.
        self._pending = Affine()

    @property
    def is_empty(self) -> bool:
        """Whether there is no layer yet."""
        return not self._layers

    def add_layer(self, weights: NDArray[Any]) -> None:
        """A layer of these weights `(inputs, outputs)` without biases.

        Raises:
            ArtifactError: they are no matrix of floats, or one layer too many.
        """
        if weights.ndim != 2 or weights.dtype.kind != "f" or len(self._layers) >= MAX_LAYERS:
            raise ArtifactError(f"expected matrices of floats as weights, in less than {MAX_LAYERS} layers")
        self._layers.append(_Layer(weights, self._pending))
        self._pending = Affine()

    def add_affine(self, affine: Affine) -> None:
        """Scale and shift the values that come out of the last layer, or go into the next."""
        if self._layers and not self._layers[-1].functions:
            self._layers[-1].after = self._layers[-1].after.then(affine)
        else:
            self._pending = self._pending.then(affine)

    def add_function(self, operator: str) -> None:
        """A function of each value, or of each row, after a layer.

        Raises:
            ArtifactError: there is no layer before it.
        """
        if not self._layers or not self._pending.is_identity:
            raise ArtifactError(f"expected {operator} after a dense layer")
        self._layers[-1].functions.append(operator)

    def network(self, activation: str | None, options: ImportOptions) -> Network:
        """The network of all layers.

        Args:
            activation: What the file says of hidden layers that it does not have.
            options: What is said about the file. A graph that ends with its logits has softmax outputs unless said
                otherwise.

        Raises:
            ArtifactError: the layers do not lead from pixels to digits, or differ in their activations.
        """
        if not self._pending.is_identity:
            raise ArtifactError(
                "expected probabilities or logits at the end; got a scale or shift after the last function"
            )
        *hidden, last = self._layers
        sizes = sizes_of([layer.weights for layer in self._layers])
        functions = options.functions(
            _common_activation(hidden) or activation,
            _output(last) or options.output or "softmax",
            has_hidden_layers=bool(hidden),
        )
        with np.errstate(all="ignore"):  # what is not finite is refused
            folded = [_folded(layer) for layer in self._layers]
        return checked_network(sizes, *functions, [w for w, _ in folded], [b for _, b in folded])


def _folded(layer: _Layer) -> tuple[NDArray[Any], Float64Array]:
    weights, before, after = layer.weights, layer.before, layer.after
    shift = after.shift
    if not before.is_identity:
        inputs = np.broadcast_to(before.shift, weights.shape[:1])
        shift = (inputs @ weights.astype(np.float64)) * after.scale + shift
    if (before.scale != 1).any() or (after.scale != 1).any():
        weights = before.scale.reshape(-1, 1) * weights * after.scale
    return weights, np.broadcast_to(shift, weights.shape[1:])


def _common_activation(hidden: list[_Layer]) -> str | None:
    """The activation of all hidden layers; None where there is none."""
    found = {tuple(layer.functions) for layer in hidden}
    if not found:
        return None
    names = sorted(" and ".join(functions) or "nothing" for functions in found)
    (functions, *others) = found
    if others or len(functions) != 1 or functions[0] not in ACTIVATIONS:
        raise ArtifactError(f"expected the same activation after each hidden layer; got {', '.join(names)[:200]}")
    return ACTIVATIONS[functions[0]]


def _output(last: _Layer) -> str | None:
    functions = tuple(last.functions)
    if functions not in _OUTPUTS:
        raise ArtifactError(f"expected Softmax or Sigmoid after the last layer; got {', '.join(functions)[:200]}")
    return _OUTPUTS[functions]
