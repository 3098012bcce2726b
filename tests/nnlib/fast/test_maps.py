"""Products with overlapping patches are those with plain patches."""

from typing import Any

import numpy as np
import pytest

from nnlib.convolution.product import patches
from nnlib.fast.maps import Maps, Patches


def drawn(kernel: int, channels: int, *, side: int, rows: int = 5) -> Any:
    maps = Maps(rows, side, channels, kernel // 2)
    maps.pixels[:] = np.random.default_rng(kernel).random(maps.pixels.shape, np.float32)
    fast = Patches(rows, side, channels, kernel)
    fast.fill(maps.windows)
    return maps, fast


def turned(x: Any) -> Any:
    """`x` `(n, side, side, outputs)` with rows and columns exchanged: the order of the products."""
    return x.swapaxes(1, 2)


@pytest.mark.parametrize("n", [1, 3, 5])
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("kernel", [1, 3, 5, 11])
@pytest.mark.parametrize("side", [3, 8])
def test_both_products_are_those_of_plain_patches(kernel: int, channels: int, side: int, n: int) -> None:
    maps, fast = drawn(kernel, channels, side=side)
    fast.fill(maps.windows[2 : 2 + n] if n < 5 else maps.windows)  # over what is left of other samples
    x = maps.pixels[2 : 2 + n] if n < 5 else maps.pixels
    rng = np.random.default_rng(0)
    w = rng.random((kernel * kernel * channels, 4), np.float32)
    dz, product = Maps(n, side, 4, kernel // 2), Maps(n, side, 4, kernel // 2)
    dz.pixels[:] = rng.random(dz.pixels.shape, np.float32)
    dw = np.ones_like(w)

    fast.multiply(w, out=product.places(n))
    fast.add_transposed_product(dz.places(n), out=dw)

    plain = patches(x, kernel)
    np.testing.assert_allclose(turned(product.pixels), (plain @ w).reshape(n, side, side, 4), rtol=1e-4)
    np.testing.assert_allclose(dw, 1 + plain.T @ turned(dz.pixels).reshape(-1, 4), rtol=1e-4)


def test_windows_begin_and_end_in_the_margins() -> None:
    maps = Maps(2, 3, 1, 1)
    maps.pixels[:] = np.arange(1, 19, dtype=np.float32).reshape(2, 3, 3, 1)

    assert maps.windows[0, 0].tolist() == [[0, 1, 2], [0, 4, 5], [0, 7, 8]]
    assert maps.windows[1, 2].tolist() == [[11, 12, 0], [14, 15, 0], [17, 18, 0]]


def test_windows_are_not_to_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        Maps(1, 3, 1, 1).windows[0, 0, 0, 0] = 1
