"""Distorts images as handwriting varies: rotation, scale, shear, shift, elastic distortion, stroke thickness.

Elastic distortion as of Simard, Steinkraus and Platt, 2003: every pixel is read from a position moved by a smooth
random field. Affine maps and smooth fields are both sums of a few fixed fields with random weights, so the positions
of all pixels of a batch are one matrix product.
"""

from dataclasses import dataclass
from math import pi

import numpy as np
from numpy.typing import NDArray

from nnlib.arrays import Float32Array
from nnlib.fast.input_order import InputOrder
from nnlib.shape import PIXELS, SIDE

_BORDER = 2
_WIDE = SIDE + 2 * _BORDER
_MODES = 8
_BLOCK = 64


@dataclass(frozen=True, slots=True)
class Strength:
    """Limits of the distortions; every value is drawn uniformly in +- its limit unless stated otherwise.

    Attributes:
        degrees: Rotation.
        scale: Of width and height separately, as a share.
        shear: Sideways move per pixel of height.
        shift: In pixels, horizontally and vertically.
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
"""By `AugmentationName` but `none`."""


class Augmentation:
    """Distorts batches of 28x28 images. Not thread-safe: the object has buffers that each call overwrites.

    Args:
        strength: Limits of the distortions.
        input_order: Order of the distorted pixels.
    """

    def __init__(self, strength: Strength, input_order: InputOrder) -> None:
        self._strength = strength
        # Every pixel is fetched separately, so any order costs the same.
        self._fields = np.ascontiguousarray(_fields(strength.smoothness)[:, input_order.inputs])
        self._padded = np.zeros((_BLOCK, _WIDE, _WIDE), np.float32)
        self._around = np.empty((_BLOCK, SIDE, SIDE), np.float32)
        self._places = np.empty((2, _BLOCK, PIXELS), np.float32)
        self._index = np.empty((_BLOCK, PIXELS), np.intp)
        self._corners = np.empty((4, _BLOCK, PIXELS), np.float32)
        self._first = (np.arange(_BLOCK, dtype=np.float32) * _WIDE * _WIDE)[:, None]

    def distort(self, x: Float32Array, *, rng: np.random.Generator) -> None:
        """Replace each image of `x` `(n, 784)` float32 in [0, 1] by a distorted one in the input order, in place."""
        for start in range(0, len(x), _BLOCK):  # a block fits into the processor's cache
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
        """The position in the padded image from which each pixel is read: rows and columns, each `(n, 784)`."""
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
        """Write to `out` `(n, 784)` each padded image at `y`, `x`, interpolated between the four nearest pixels."""
        n = len(out)
        up_left, up_right, down_left, down_right = (corner[:n] for corner in self._corners)
        row, column, index = up_left, up_right, self._index[:n]  # reused until the corners are fetched
        np.floor(y, out=row)
        np.floor(x, out=column)
        np.subtract(y, row, out=y)
        np.subtract(x, column, out=x)
        np.multiply(row, _WIDE, out=row)
        np.add(row, column, out=row)
        np.add(row, self._first[:n], out=index, casting="unsafe")  # float32 represents integers up to 2^24 exactly
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
    """The fixed fields `(3 + modes, 784)`: vertical position, horizontal position, 1, and the smooth modes.

    White noise convolved with a Gaussian is `g @ noise @ g.T`. The Gaussian's matrix `g = u s v.T` has few singular
    values of any size, and `v.T @ noise @ v` is white noise again: so `(u s) @ noise @ (u s).T` with a small noise has
    the same distribution, but for what the omitted values would add. Scaled to a mean variance of 1.
    """
    place = np.arange(SIDE) - (SIDE - 1) / 2
    g = np.exp(-((place[:, None] - place) ** 2) / (2 * smoothness**2))
    u, s, _ = np.linalg.svd(g)
    modes = (u * s)[:, :_MODES]
    smooth = np.einsum("ia,jb->abij", modes, modes).reshape(_MODES * _MODES, PIXELS)
    smooth /= np.sqrt((smooth**2).sum(axis=0).mean())
    down, right = np.meshgrid(place, place, indexing="ij")
    return np.vstack([down.ravel(), right.ravel(), np.ones(PIXELS), smooth]).astype(np.float32)
