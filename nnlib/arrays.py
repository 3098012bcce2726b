"""Array types. Shapes are stated in the docstrings of the functions that take or return them."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Float32Array: TypeAlias = NDArray[np.float32]
"""Parameters, pixels and activations in production."""

FloatArray: TypeAlias = NDArray[np.floating[Any]]
"""float32 in production, float64 in gradient checks."""

Layers: TypeAlias = Sequence[FloatArray]
"""One array per layer, first layer first: weights `(inputs, outputs)` or biases `(outputs,)`."""

SampleArray: TypeAlias = NDArray[np.uint8 | np.float32]
"""Samples as given by the caller: uint8 in 0..255 or float32 in [0, 1]."""

LabelArray: TypeAlias = NDArray[np.integer[Any]]
"""Class numbers, from 0."""
