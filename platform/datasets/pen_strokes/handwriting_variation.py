"""Handwriting variation: what makes two writings of the same style differ."""

from __future__ import annotations

from math import cos, pi, radians, sin

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from datasets.ink.strokes import Ink
from datasets.pen_strokes.curves import Stroke, smooth

_WAVES = 4
_WAVE_LENGTHS = (0.8, 3.0)
"""Shortest and longest wave that bends the page, in heights of a digit."""


def write(strokes: list[Stroke], *, rng: Generator) -> Ink:
    """The ink of one writing of `strokes`, in heights of a digit; always another one."""
    unsteadiness = rng.gamma(2.0, 0.009)
    drawn = [_pulled(smooth(_shaken(stroke, unsteadiness, rng)), rng) for stroke in strokes]
    if len(drawn) > 1:
        drawn = [_misplaced(stroke, rng) for stroke in drawn]
    points = np.concatenate(drawn)
    points -= points.mean(axis=0)
    points = _bent(points, rng) @ _slanted(rng)
    starts = np.cumsum([0] + [len(stroke) for stroke in drawn[:-1]], dtype=np.intp)
    return Ink(points, starts)


def _shaken(stroke: Stroke, unsteadiness: float, rng: Generator) -> NDArray[np.float64]:
    """The control points, each a little off; the two of a corner together."""
    controls = np.array(stroke)
    noise = rng.normal(0.0, unsteadiness, controls.shape)
    second = np.flatnonzero((controls[1:] == controls[:-1]).all(axis=1)) + 1
    noise[second] = noise[second - 1]
    shaken: NDArray[np.float64] = controls + noise
    return shaken


def _pulled(points: NDArray[np.float64], rng: Generator) -> NDArray[np.float64]:
    """The line as a fast pen draws it: corners rounded, and the ends a little short."""
    haste = rng.integers(0, 5)
    if len(points) < 8:
        return points
    for _ in range(haste):
        points[1:-1] = 0.25 * points[:-2] + 0.5 * points[1:-1] + 0.25 * points[2:]
    return points


def _misplaced(stroke: NDArray[np.float64], rng: Generator) -> NDArray[np.float64]:
    """One of several strokes, displaced, and a little larger or smaller."""
    middle = stroke.mean(axis=0)
    placed: NDArray[np.float64] = (stroke - middle) * rng.normal(1.0, 0.06, 2) + middle + rng.normal(0.0, 0.025, 2)
    return placed


def _bent(points: NDArray[np.float64], rng: Generator) -> NDArray[np.float64]:
    """The points on a page bent by a few long waves, so that near points move alike."""
    amplitude = min(rng.gamma(2.0, 0.016), 0.075)
    angles = rng.uniform(0, 2 * pi, _WAVES)
    numbers = 2 * pi / rng.uniform(*_WAVE_LENGTHS, _WAVES)
    directions = np.stack((np.cos(angles), np.sin(angles))) * numbers
    moves = rng.normal(0.0, amplitude, (_WAVES, 2))
    bent: NDArray[np.float64] = points + np.sin(points @ directions + rng.uniform(0, 2 * pi, _WAVES)) @ moves
    return bent


def _slanted(rng: Generator) -> NDArray[np.float64]:
    """`(2, 2)` map of row vectors: aspect, then slant, then a small turn."""
    width = np.exp(np.clip(rng.normal(0.0, 0.25), -0.55, 0.5))
    slant = np.clip(rng.normal(0.17, 0.27), -0.45, 0.9)
    turn = radians(rng.normal(0.0, 5.0))
    aspect_and_slant = np.array([[width, 0.0], [-slant, 1.0]])
    slanted: NDArray[np.float64] = aspect_and_slant @ np.array([[cos(turn), sin(turn)], [-sin(turn), cos(turn)]])
    return slanted
