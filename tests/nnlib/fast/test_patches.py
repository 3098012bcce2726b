"""Products with overlapping patches are those with plain patches."""

from typing import Any

import numpy as np
import pytest

from nnlib.convolution.product import patches
from nnlib.fast.maps import Maps, Products
from nnlib.fast.patches import PatchProducts
from nnlib.fast.tiles import KERNELS, TileProducts

KINDS: list[Any] = [(PatchProducts, kernel) for kernel in (1, 3, 5, 11)] + [
    (TileProducts, kernel) for kernel in KERNELS
]
BLOCK, CHANNELS = 5, 4


def drawn(maps: Maps, seed: int) -> Maps:
    maps.pixels[:] = np.random.default_rng(seed).normal(size=maps.pixels.shape)
    return maps


def natural(maps: Maps, products: Products) -> Any:
    """The pixels as they would be row by row."""
    return maps.pixels.swapaxes(1, 2) if products.turns else maps.pixels


@pytest.mark.parametrize("n", [1, 3, BLOCK])
@pytest.mark.parametrize("below", [1, 2])
@pytest.mark.parametrize(("kind", "kernel"), KINDS)
@pytest.mark.parametrize("side", [1, 3, 8, 14])
def test_both_products_are_those_of_plain_patches(kind: Any, kernel: int, below: int, side: int, n: int) -> None:
    products: Products = kind(BLOCK, side, below, CHANNELS, kernel)
    x = drawn(products.maps(BLOCK + 2, below), seed=1)
    z, dz = (drawn(products.maps(BLOCK, CHANNELS), seed) for seed in (2, 3))
    w = np.random.default_rng(4).normal(size=(kernel * kernel * below, CHANNELS)).astype(np.float32)
    dw = np.ones_like(w)

    products.set_weights(w)
    products.read(x, slice(0, BLOCK))  # leaves its traces
    products.multiply(z, BLOCK)
    products.read(x, slice(2, 2 + n))
    products.multiply(z, n)
    products.add_gradient(dz, n, dw)

    plain = patches(x.pixels[2 : 2 + n].astype(np.float64), kernel)
    np.testing.assert_allclose(
        natural(z, products)[:n], (plain @ w).reshape(n, side, side, CHANNELS), rtol=1e-4, atol=5e-5
    )
    np.testing.assert_allclose(dw, 1 + plain.T @ natural(dz, products)[:n].reshape(-1, CHANNELS), rtol=1e-4, atol=5e-4)


@pytest.mark.parametrize(("kind", "kernel"), KINDS)
def test_blank_maps_have_exactly_no_products(kind: Any, kernel: int) -> None:
    products: Products = kind(BLOCK, 6, 2, CHANNELS, kernel)
    x, z = products.maps(BLOCK, 2), drawn(products.maps(BLOCK, CHANNELS), seed=2)
    products.set_weights(np.ones((kernel * kernel * 2, CHANNELS), np.float32))

    products.read(x, slice(0, BLOCK))
    products.multiply(z, BLOCK)

    assert not z.pixels.any()
