"""Names for the arrays that nnlib passes around. Shapes are in the docstrings of those who take them."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Float32Array: TypeAlias = NDArray[np.float32]
"""Parameters, pixels and activations as they are used."""

FloatArray: TypeAlias = NDArray[np.floating[Any]]
"""float32 in production, float64 in gradient checks."""

SampleArray: TypeAlias = NDArray[np.uint8 | np.float32]
"""Samples as they are given: uint8 in 0..255 or float32 in [0, 1]."""

LabelArray: TypeAlias = NDArray[np.integer[Any]]
"""Class numbers, from 0."""
