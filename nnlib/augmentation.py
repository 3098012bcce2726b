"""Distorts digits as hands do: turned, scaled, slanted, shifted, wobbled, drawn thicker or thinner.

Elastic distortion after Simard, Steinkraus and Platt, 2003: every pixel is fetched from a place moved by a smooth
random field. Affine maps and smooth fields alike are sums of a few fixed fields with random weights, so the places of
all pixels of a whole batch are one matrix product.
"""

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import NDArray

from nnlib.arrays import Float32Array
from nnlib.input_order import InputOrder

SIDE = 28
_BORDER = 2
_WIDE = SIDE + 2 * _BORDER
_MODES = 8
_BLOCK = 64


@dataclass(frozen=True, slots=True)
class Strength:
    """How far distortions go; every draw is uniform in +- its limit unless said otherwise.

    Attributes:
        degrees: Rotation.
        scale: Of width and height apart, as a share.
        shear: Sideways move per pixel of height.
        shift: In pixels, each way.
        wobble: Standard deviation of the elastic move, in pixels.
        smoothness: Standard deviation of the Gaussian that smooths the elastic field, in pixels.
        thickness: Share of the way to a stroke one pixel thicker (or thinner) on each side.
    """

    degrees: float
    scale: float
    shear: float
    shift: float
    wobble: float
    smoothness: float
    thickness: float


STRENGTHS = {
    "mild": Strength(degrees=8, scale=0.08, shear=0.08, shift=1, wobble=0.6, smoothness=5, thickness=0.15),
    "strong": Strength(degrees=12, scale=0.14, shear=0.14, shift=1.5, wobble=1.1, smoothness=5, thickness=0.3),
}
"""By the name a recipe uses; `none` is no augmentation at all."""


class Augmentation:
    """Distorts batches of 28x28 images. Not thread-safe: it works in buffers of its own.

    Args:
        strength: How far.
        input_order: In which the distorted pixels are wanted.
    """

    def __init__(self, strength: Strength, input_order: InputOrder) -> None:
        self._strength = strength
        # Every pixel is fetched on its own, so that the images come out in any order at no cost.
        self._fields = np.ascontiguousarray(_fields(strength.smoothness)[:, input_order.inputs])
        self._padded = np.zeros((_BLOCK, _WIDE, _WIDE), np.float32)
        self._around = np.empty((_BLOCK, SIDE, SIDE), np.float32)
        self._places = np.empty((2, _BLOCK, SIDE * SIDE), np.float32)
        self._index = np.empty((_BLOCK, SIDE * SIDE), np.intp)
        self._corners = np.empty((4, _BLOCK, SIDE * SIDE), np.float32)
        self._first = (np.arange(_BLOCK, dtype=np.float32) * _WIDE * _WIDE)[:, None]

    def distort(self, x: Float32Array, *, rng: np.random.Generator) -> None:
        """Replace each image of `x` `(n, 784)` float32 in [0, 1] by a distorted one in the input order, in place."""
        for start in range(0, len(x), _BLOCK):  # a block stays in the processor's cache
            self._distort_block(x[start : start + _BLOCK], rng)

    def _distort_block(self, x: Float32Array, rng: np.random.Generator) -> None:
        n = len(x)
        padded = self._padded[:n]
        padded[:, _BORDER:-_BORDER, _BORDER:-_BORDER] = x.reshape(n, SIDE, SIDE)
        self._change_thickness(padded, rng)
        y, x_ = self._draw_places(n, rng)
        self._fetch(padded, y, x_, out=x)

    def _change_thickness(self, images: Float32Array, rng: np.random.Generator) -> None:
        """Move every second image towards its neighbourhood's maximum and the others towards its minimum."""
        limit = self._strength.thickness
        thick = int(rng.integers(2))
        for first, extreme in ((thick, np.maximum), (1 - thick, np.minimum)):
            neighbours = images[first::2, 1:-1, 1:-1]
            ink, around = neighbours[:, 1:-1, 1:-1], self._around[first : len(images) : 2]
            extreme(neighbours[:, :-2, 1:-1], neighbours[:, 2:, 1:-1], out=around)
            extreme(around, neighbours[:, 1:-1, :-2], out=around)
            extreme(around, neighbours[:, 1:-1, 2:], out=around)
            extreme(around, ink, out=around)
            np.subtract(around, ink, out=around)
            np.multiply(around, rng.uniform(0, limit, (len(ink), 1, 1)).astype(np.float32), out=around)
            np.add(ink, around, out=ink)

    def _draw_places(self, n: int, rng: np.random.Generator) -> tuple[Float32Array, Float32Array]:
        """From where in the padded image each pixel comes: rows and columns, each `(n, 784)`."""
        s = self._strength
        angle = rng.uniform(-s.degrees, s.degrees, n) * (pi / 180)
        height, width = rng.uniform(1 - s.scale, 1 + s.scale, (2, n))
        shear = rng.uniform(-s.shear, s.shear, n)
        weights = np.empty((2, n, 3 + _MODES * _MODES), np.float32)
        # The affine map as rows of [down, right, one]: rotation times scaling times shear.
        weights[0, :, 0] = np.cos(angle) * height - np.sin(angle) * shear * width
        weights[0, :, 1] = -np.sin(angle) * width
        weights[1, :, 0] = np.sin(angle) * height + np.cos(angle) * shear * width
        weights[1, :, 1] = np.cos(angle) * width
        weights[:, :, 2] = rng.uniform(-s.shift, s.shift, (2, n)) + (_WIDE - 1) / 2
        weights[:, :, 3:] = rng.standard_normal((2, n, _MODES * _MODES), np.float32) * s.wobble
        places = np.matmul(weights, self._fields, out=self._places[:, :n])
        np.clip(places, 0, _WIDE - 1.001, out=places)
        return places[0], places[1]

    def _fetch(self, padded: Float32Array, y: Float32Array, x: Float32Array, *, out: Float32Array) -> None:
        """Write to `out` `(n, 784)` the value of each padded image at `y`, `x`, between its four nearest pixels."""
        n = len(out)
        up_left, up_right, down_left, down_right = (corner[:n] for corner in self._corners)
        row, column, index = up_left, up_right, self._index[:n]  # borrowed until the corners are fetched
        np.floor(y, out=row)
        np.floor(x, out=column)
        np.subtract(y, row, out=y)
        np.subtract(x, column, out=x)
        np.multiply(row, _WIDE, out=row)
        np.add(row, column, out=row)
        np.add(row, self._first[:n], out=index, casting="unsafe")  # float32 holds integers up to 2^24 exactly
        ink = padded.reshape(-1)
        for corner, offset in ((up_left, 0), (up_right, 1), (down_left, _WIDE), (down_right, _WIDE + 1)):
            np.take(ink[offset:], index, out=corner, mode="clip")
        _mix(up_left, up_right, x)
        _mix(down_left, down_right, x)
        _mix(up_left, down_left, y)
        out[:] = up_left


def _mix(a: Float32Array, b: Float32Array, share: Float32Array) -> None:
    """Move `a` towards `b` by `share`, in place; `b` is overwritten."""
    np.subtract(b, a, out=b)
    np.multiply(b, share, out=b)
    np.add(a, b, out=a)


def _fields(smoothness: float) -> NDArray[np.float32]:
    """The fixed fields `(3 + modes, 784)`: how far down, how far right, one, and the smooth modes.

    White noise convolved with a Gaussian is `g @ noise @ g.T`. The Gaussian's matrix `g = u s v.T` has few singular
    values of any size, and `v.T @ noise @ v` is white noise again: so `(u s) @ noise @ (u s).T` with a small noise has
    the same distribution, but for what the omitted values would add. Scaled to a mean variance of 1.
    """
    place = np.arange(SIDE) - (SIDE - 1) / 2
    g = np.exp(-((place[:, None] - place) ** 2) / (2 * smoothness**2))
    u, s, _ = np.linalg.svd(g)
    modes = (u * s)[:, :_MODES]
    smooth = np.einsum("ia,jb->abij", modes, modes).reshape(_MODES * _MODES, SIDE * SIDE)
    smooth /= np.sqrt((smooth**2).sum(axis=0).mean())
    down, right = np.meshgrid(place, place, indexing="ij")
    return np.vstack([down.ravel(), right.ravel(), np.ones(SIDE * SIDE), smooth]).astype(np.float32)
