"""Samples and labels as given by the caller, and the pixels that a network takes."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from nnlib.architecture import Architecture
from nnlib.arrays import Float32Array, LabelArray, SampleArray
from nnlib.errors import DataError, ShapeError
from nnlib.fast.input_order import InputOrder


def pixels(x: SampleArray) -> Float32Array:
    """`x` as float32 in [0, 1]: uint8 divided by 255, float32 unchanged."""
    if x.dtype == np.uint8:
        return np.divide(x, np.float32(255), dtype=np.float32)
    return np.asarray(x, np.float32)


def as_bytes(x: Float32Array) -> NDArray[np.uint8]:
    """`x` in [0, 1] as the nearest of 0..255: the inverse of `pixels`."""
    return np.rint(x * np.float32(255)).astype(np.uint8)


def check_samples(architecture: Architecture, x: SampleArray, y: LabelArray, *, name: str) -> None:
    """Raise unless `x` and `y` are a non-empty set of samples for this architecture.

    Raises:
        ShapeError: If `x` is not `(n, inputs)` or `y` not `(n,)`, with n at least 1.
        DataError: If `x` is neither uint8 nor float32, or a label is not a class number.
    """
    if x.ndim != 2 or x.shape[1] != architecture.inputs or len(x) == 0:
        raise ShapeError(f"{name} samples must be (n, {architecture.inputs}) with n of at least 1, got {x.shape}")
    if y.shape != (len(x),):
        raise ShapeError(f"{name} labels must be ({len(x)},), one per sample, got {y.shape}")
    if x.dtype not in (np.uint8, np.float32):
        raise DataError(f"{name} samples must be uint8 in 0..255 or float32 in [0, 1], got {x.dtype}")
    if not np.issubdtype(y.dtype, np.integer):
        raise DataError(f"{name} labels must be integers, got {y.dtype}")
    if y.min() < 0 or y.max() >= architecture.outputs:
        raise DataError(f"{name} labels must be in 0..{architecture.outputs - 1}, got {y.min()}..{y.max()}")


def fingerprint(x: SampleArray, y: LabelArray, order: InputOrder) -> str:
    """Hex digest of the labels, the input order and every 97th sample: cheap to compute, and differs for other data."""
    digest = hashlib.sha256(f"{x.shape} {x.dtype}".encode())
    digest.update(y.astype("<i8").tobytes())
    digest.update(order.inputs.astype("<i8").tobytes())
    digest.update(np.ascontiguousarray(x[::97]).tobytes())
    return digest.hexdigest()
