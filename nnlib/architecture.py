"""The architecture of a network: the sizes of its layers and their activations."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import get_args

from nnlib.errors import ArchitectureError
from nnlib.vocabulary import ActivationName, OutputName


@dataclass(frozen=True, slots=True)
class Architecture:
    """Fully connected layers of these sizes, inputs first, such as `(784, 250, 10)`; valid by construction.

    `activation` is that of the hidden layers, `output` that of the last layer.

    Raises:
        ArchitectureError: If there are fewer than two layers, an empty layer or an unknown activation.
    """

    layer_sizes: tuple[int, ...]
    activation: ActivationName
    output: OutputName

    def __post_init__(self) -> None:
        if not isinstance(self.layer_sizes, tuple) or len(self.layer_sizes) < 2:
            raise ArchitectureError(f"layer_sizes must be a tuple of at least 2 sizes, got {self.layer_sizes!r}")
        for size in self.layer_sizes:
            if isinstance(size, bool) or not isinstance(size, int) or size < 1:
                raise ArchitectureError(f"every layer size must be an int of at least 1, got {size!r}")
        if self.activation not in get_args(ActivationName):
            raise ArchitectureError(f"activation must be one of {get_args(ActivationName)}, got {self.activation!r}")
        if self.output not in get_args(OutputName):
            raise ArchitectureError(f"output must be one of {get_args(OutputName)}, got {self.output!r}")

    @property
    def inputs(self) -> int:
        """Number of input values per sample."""
        return self.layer_sizes[0]

    @property
    def outputs(self) -> int:
        """Number of output values per sample."""
        return self.layer_sizes[-1]

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """`(inputs, outputs)` of every weight matrix, first layer first."""
        return tuple(pairwise(self.layer_sizes))

    @property
    def parameter_count(self) -> int:
        """Number of weights and biases."""
        return count_parameters(self.layer_sizes)


def count_parameters(layer_sizes: Sequence[int]) -> int:
    """Weights and biases of fully connected layers of these sizes, inputs first."""
    return sum((inputs + 1) * outputs for inputs, outputs in pairwise(layer_sizes))
