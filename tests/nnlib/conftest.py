"""Small data to train on, and MNIST where it is at hand."""

import os
from typing import Any

import numpy as np
import pytest


@pytest.fixture(scope="session")
def digits() -> Any:
    """Ten blurry shapes with noise: 400 + 100 samples of 784 bytes, easy to learn."""
    rng = np.random.default_rng(5)
    shapes = rng.integers(0, 2, (10, 784)) * (rng.random(784) < 0.3)
    y = rng.integers(0, 10, 500).astype(np.uint8)
    x = (shapes[y] * rng.integers(60, 255, (500, 784))).astype(np.uint8)
    return x[:400], y[:400], x[400:], y[400:]


@pytest.fixture(scope="session")
def mnist() -> Any:
    """`x_train, y_train, x_test, y_test`, uint8, from the file that DIGITLAB_MNIST names."""
    path = os.environ.get("DIGITLAB_MNIST")
    if not path:
        pytest.skip("DIGITLAB_MNIST is not set")
    with np.load(path) as data:
        return (
            data["x_train"].reshape(-1, 784),
            data["y_train"],
            data["x_test"].reshape(-1, 784),
            data["y_test"],
        )
