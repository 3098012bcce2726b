"""What people also put on a canvas: letters that no digit looks like, signs, several digits at once, and scribbles."""

from __future__ import annotations

from math import cos, pi, sin

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from datasets.pen_strokes.curves import Point, Stroke, arc, corner
from datasets.pen_strokes.styles import STYLES, Style

# Letters of straight lines, by the corners of each stroke, in a box 0.7 wide and 1 high. Left out is what some people
# write for a digit: B (8), D and O (0), G and b (6), I and l (1), S (5), Y and u (4), Z (2), g and q (9), and the like.
_STRAIGHT_LETTERS: dict[str, list[list[Point]]] = {
    "A": [[(0, 1), (0.35, 0), (0.7, 1)], [(0.15, 0.6), (0.55, 0.6)]],
    "E": [[(0.6, 0), (0, 0), (0, 1), (0.65, 1)], [(0, 0.48), (0.5, 0.48)]],
    "F": [[(0.62, 0), (0, 0), (0, 1)], [(0, 0.45), (0.5, 0.45)]],
    "H": [[(0, 0), (0, 1)], [(0.65, 0), (0.65, 1)], [(0, 0.5), (0.65, 0.5)]],
    "K": [[(0, 0), (0, 1)], [(0.6, 0), (0, 0.55), (0.65, 1)]],
    "M": [[(0, 1), (0.08, 0), (0.4, 0.6), (0.72, 0), (0.8, 1)]],
    "N": [[(0, 1), (0, 0), (0.65, 1), (0.65, 0)]],
    "V": [[(0, 0), (0.35, 1), (0.7, 0)]],
    "W": [[(0, 0), (0.22, 1), (0.42, 0.35), (0.62, 1), (0.84, 0)]],
    "X": [[(0, 0), (0.65, 1)], [(0.65, 0), (0, 1)]],
    "k": [[(0, 0), (0, 1)], [(0.4, 0.4), (0, 0.7), (0.45, 1)]],
    "x": [[(0, 0), (0.8, 0.8)], [(0.8, 0), (0, 0.8)]],
    "T": [[(0, 0), (0.8, 0)], [(0.4, 0), (0.4, 1)]],
    "+": [[(0.4, 0), (0.4, 0.8)], [(0, 0.4), (0.8, 0.4)]],
    "=": [[(0, 0), (0.8, 0)], [(0, 0.35), (0.8, 0.35)]],
    "#": [[(0.25, 0), (0.15, 1)], [(0.6, 0), (0.5, 1)], [(0, 0.33), (0.8, 0.33)], [(0, 0.66), (0.75, 0.66)]],
    "arrow": [[(0, 0.3), (1, 0.3)], [(0.7, 0), (1, 0.3), (0.7, 0.6)]],
    "up": [[(0.3, 1), (0.3, 0)], [(0, 0.3), (0.3, 0), (0.6, 0.3)]],
    "triangle": [[(0.4, 0), (0, 0.8), (0.85, 0.8), (0.4, 0)]],
    "house": [[(0, 0.4), (0.4, 0), (0.8, 0.4), (0.8, 1), (0, 1), (0, 0.4)]],
}


_HEART: Stroke = [
    *((0.4, 0.3), (0.25, 0.02), (0.0, 0.15), (0.05, 0.5), *corner(0.4, 0.95)),
    *((0.78, 0.5), (0.8, 0.15), (0.55, 0.02), (0.4, 0.3)),
]
_STAR: Stroke = [
    point for k in range(6) for point in corner(0.5 + 0.5 * sin(4 * pi * k / 5), 0.5 - 0.5 * cos(4 * pi * k / 5))
]


def straight_letter(rng: Generator) -> list[Stroke]:
    """A letter or sign of straight lines."""
    names = list(_STRAIGHT_LETTERS)
    shape = _STRAIGHT_LETTERS[names[rng.integers(len(names))]]
    width, unsteady = rng.uniform(0.75, 1.25), rng.uniform(0.0, 0.05)
    strokes = []
    for line in shape:
        moved = [(x * width + rng.normal(0, unsteady), y + rng.normal(0, unsteady)) for x, y in line]
        inner = [point for middle in moved[1:-1] for point in corner(*middle)]
        strokes.append([moved[0], *inner, moved[-1]])
    return strokes


def round_letter(rng: Generator) -> list[Stroke]:
    """A letter with bows (R, e, f, h, m, n, t, w), a heart or a star."""
    u = rng.uniform
    stem: Stroke = [(0.0, 0.0), (u(-0.03, 0.03), 0.5), (0.0, 1.0)]
    arch = [(0.0, u(0.5, 0.65)), (0.15, 0.42), (0.38, 0.45), (0.42, 0.7), (0.42 + u(0, 0.1), 1.0)]
    drawings: list[list[Stroke]] = [
        [stem, [(0.0, 0.05), (0.4, 0.02), (0.5, 0.25), (0.35, 0.45), *corner(0.02, 0.5), (0.3, 0.72), (0.6, 1.0)]],
        [[(0.05, 0.5), (0.4, 0.5), *arc((0.3, 0.5), (0.32, 0.45), 0, -300)]],
        [[(0.5, 0.08), (0.32, 0.0), (0.22, 0.2), (0.22, 0.6), (0.2, 1.0)], [(0.0, 0.42), (0.48, 0.4)]],
        [stem, arch],
        [[(0.0, 0.4), (0.0, 1.0)], arch, [(x + 0.42, y) for x, y in arch]],
        [[(0.0, 0.4), (0.0, 1.0)], [(x * u(1.0, 1.5), y) for x, y in arch]],
        [[(0.22, 0.0), (0.22, 0.75), (0.35, 1.0), (0.55, 0.92)], [(0.0, 0.3), (0.5, 0.3)]],
        [[(0.0, 0.4), (0.08, 0.85), (0.25, 0.98), (0.4, 0.6), (0.48, 0.95), (0.7, 0.95), (0.8, 0.4)]],
        [_HEART],
        [_STAR],
    ]
    return drawings[rng.integers(len(drawings))]


def several_digits(rng: Generator) -> list[Stroke]:
    """Two or three digits side by side."""
    strokes: list[Stroke] = []
    x = 0.0
    for _ in range(rng.choice((2, 2, 3))):
        styles = list(STYLES[int(rng.integers(10))])
        drawn = styles[rng.integers(len(styles))](rng)
        left = min(point[0] for stroke in drawn for point in stroke)
        right = max(point[0] for stroke in drawn for point in stroke)
        strokes += [[(px - left + x, py) for px, py in stroke] for stroke in drawn]
        x += right - left + rng.uniform(0.12, 0.35)
    return strokes


def digits_on_top(rng: Generator) -> list[Stroke]:
    """Two digits over one another, as after forgetting to clear the canvas."""
    strokes: list[Stroke] = []
    for digit in rng.choice((0, 2, 3, 4, 5, 7, 8), 2, replace=False):
        styles = list(STYLES[int(digit)])
        strokes += styles[rng.integers(len(styles))](rng)
    return strokes


def scribble(rng: Generator) -> list[Stroke]:
    """A pen that wanders, turns round and round, or hatches."""
    kinds = (_thrown_about, _wandering, _turning, _hatching)
    return [kinds[rng.integers(len(kinds))](rng)]


def lines(rng: Generator) -> list[Stroke]:
    """Three to six strokes that have nothing to do with one another."""
    return [_points(rng.uniform(0, 1, (int(rng.integers(2, 5)), 2))) for _ in range(int(rng.integers(3, 7)))]


def _thrown_about(rng: Generator) -> Stroke:
    return _points(rng.uniform(0, 1, (int(rng.integers(8, 40)), 2)))


def _wandering(rng: Generator) -> Stroke:
    walk = np.cumsum(rng.normal(0, 0.25, (int(rng.integers(8, 40)), 2)), axis=0)
    return _points(walk / max(float(np.ptp(walk, axis=0).max()), 1e-3))


def _turning(rng: Generator) -> Stroke:
    turns, growth = rng.uniform(2.2, 5), rng.uniform(0.0, 1.0)
    return arc((0.5, 0.5), (rng.uniform(0.2, 0.5), 0.5), 0, 360 * turns, drift=growth, points=int(turns * 9))


def _hatching(rng: Generator) -> Stroke:
    teeth, height = int(rng.integers(4, 9)), rng.uniform(0.2, 1.0)
    zigzag = [point for k in range(teeth) for point in corner(k / teeth, height * (k % 2))]
    return zigzag if rng.random() < 0.5 else zigzag[::2]


def _points(places: NDArray[np.float64]) -> Stroke:
    return [(float(x), float(y)) for x, y in places]


MARKS: dict[Style, float] = {
    straight_letter: 6,
    round_letter: 4,
    several_digits: 4,
    digits_on_top: 2,
    scribble: 4,
    lines: 2,
}
"""Marks and how often each is drawn; only the ratio matters."""
