"""How people write 1, 4 and 7: the digits of straight lines."""

from __future__ import annotations

from numpy.random import Generator

from datasets.pen_strokes.curves import Stroke, arc, corner


def plain_one(rng: Generator) -> list[Stroke]:
    """A line, a little bowed."""
    u = rng.uniform
    return [[(0.5, 0.0), (0.5 + u(-0.05, 0.05), 0.5), (0.5 + u(-0.06, 0.06), 1.0)]]


def flagged_one(rng: Generator) -> list[Stroke]:
    """A line with a flag, from a tick to a stroke nearly as long as the line."""
    u = rng.uniform
    length = u(0.08, 0.5) if u() < 0.8 else u(0.4, 0.65)
    drop = length * (u(0.4, 1.6) if u() < 0.85 else u(0.0, 0.5))
    bow = u(-0.05, 0.05)
    top = corner(0.5, 0.0) if u() < 0.75 else [(0.47, 0.01), (0.51, 0.05)]
    flag = [(0.5 - length, drop), (0.5 - length / 2 + bow, drop / 2 + u(-0.02, 0.06))]
    return [[*flag, *top, (0.5 + u(-0.05, 0.05), 0.5), (0.5 + u(-0.06, 0.06), 1.0)]]


def based_one(rng: Generator) -> list[Stroke]:
    """A flagged line on a base, the base drawn apart or without lifting the pen."""
    u = rng.uniform
    flagged = flagged_one(rng) if u() < 0.85 else plain_one(rng)
    left, right, tilt = u(0.12, 0.45), u(0.12, 0.45), u(-0.06, 0.06)
    base_y = 1 + u(-0.05, 0.03)
    base = [(0.5 - left, base_y + tilt), (0.5, base_y), (0.5 + right, base_y - tilt)]
    if u() < 0.7:
        return [flagged[0], base]
    return [[*flagged[0], flagged[0][-1], *corner(0.5 - left, base_y + tilt), *base[1:]]]


def serif_one(rng: Generator) -> list[Stroke]:
    """A line with a bar on top and below, as printed in capitals."""
    u = rng.uniform
    half = u(0.12, 0.3)
    top = [(0.5 - half, u(-0.03, 0.03)), (0.5 + half, u(-0.03, 0.03))]
    return [plain_one(rng)[0], top, [(0.5 - half * u(0.8, 1.3), 1.0), (0.5 + half * u(0.8, 1.3), 1 + u(-0.03, 0.03))]]


def open_four(rng: Generator) -> list[Stroke]:
    """Down, along, and a second stroke through: open at the top."""
    u = rng.uniform
    bar, stem, foot = u(0.4, 0.72), u(0.3, 0.75), u(-0.15, 0.08)
    left_top = (u(0.02, min(0.3, stem - 0.18)), u(-0.03, 0.2))
    end = (stem + u(0.0, 0.4), bar + u(-0.1, 0.06))
    turn = corner(0.0, bar) if u() < 0.75 else [(0.02, bar - 0.12), (0.08, bar + 0.01)]
    first = [left_top, (left_top[0] * 0.5 + u(-0.04, 0.02), bar * 0.5), *turn, (stem * 0.6, (bar + end[1]) / 2), end]
    return [first, [(stem, u(0.0, 0.38) if u() < 0.8 else u(0.3, bar)), (stem + foot / 2, 0.65), (stem + foot, 1.0)]]


def closed_four(rng: Generator) -> list[Stroke]:
    """A triangle and a second stroke down its right side."""
    u = rng.uniform
    bar, stem, foot = u(0.48, 0.78), u(0.3, 0.75), u(-0.15, 0.08)
    top = stem + u(-0.1, 0.06)
    end = (stem + u(0.1, 0.4), bar + u(-0.06, 0.06))
    first = [
        (top, 0.0),
        (top * 0.5 + u(-0.04, 0.04), bar * 0.5),
        *corner(0.0, bar),
        (stem * 0.6, (bar + end[1]) / 2),
        end,
    ]
    return [first, [(stem, u(-0.05, 0.12)), (stem + foot / 2, 0.5), (stem + foot, 1.0)]]


def single_stroke_four(rng: Generator) -> list[Stroke]:
    """Down, along, up to the right and down through, without lifting the pen."""
    u = rng.uniform
    bar, stem, foot = u(0.4, 0.65), u(0.3, 0.75), u(-0.2, 0.08)
    rise = u(0.0, 0.3) if u() < 0.75 else u(0.2, bar - 0.05)
    left_top = (u(0.02, stem - 0.2), u(-0.05, 0.15))  # open at the top, or it would be a 9
    turn = corner(0.0, bar) if u() < 0.6 else [(0.0, bar - 0.12), (0.1, bar)]
    lead = [left_top, ((left_top[0]) * 0.5 - 0.02, bar * 0.5), *turn]
    if u() < 0.5:  # along past the stem, then a loop back to its top
        return [
            [*lead, (stem + u(0.08, 0.3), bar + u(-0.1, 0.02)), *corner(stem + u(-0.02, 0.1), rise), (stem + foot, 1.0)]
        ]
    return [
        [
            *lead,
            (stem * 0.7, bar + u(-0.1, 0.02)),
            *corner(stem + u(-0.03, 0.08), rise),
            (stem + foot * 0.5, 0.6),
            (stem + foot, 1.0),
        ]
    ]


def looped_four(rng: Generator) -> list[Stroke]:
    """From the stem's top down to the left, a loop along the bar, and down: as a hurried hand closes it."""
    u = rng.uniform
    bar, stem, foot = u(0.5, 0.68), u(0.45, 0.65), u(-0.15, 0.05)
    return [
        [
            (stem + u(0.0, 0.12), 0.0),
            (stem * 0.5, bar * 0.5),
            *corner(0.0, bar),
            (stem * 0.7, bar + u(-0.06, 0.04)),
            (stem + u(0.15, 0.3), bar + u(-0.15, -0.02)),
            (stem + 0.12, bar - u(0.12, 0.25)),
            (stem + foot * 0.4, bar + 0.05),
            (stem + foot, 1.0),
        ]
    ]


def seven(rng: Generator) -> list[Stroke]:
    """A bar and a stem; with or without a serif before the bar and a bar through the stem."""
    u = rng.uniform
    width = u(0.3, 0.75)
    foot = u(-0.05, 0.35) if u() < 0.6 else width + u(-0.2, 0.08)
    left_y = u(-0.03, 0.1) if u() < 0.63 else u(0.1, 0.33)
    right_y = u(-0.03, 0.08)
    wave = u(-0.05, 0.06) if u() < 0.7 else u(0.04, 0.12)
    lead: Stroke = []
    if u() < 0.3:
        serif = u(0.05, 0.25)
        lead = [(u(-0.05, 0.05), left_y + serif), *corner(0.0, left_y)]
    turn = corner(width, right_y) if u() < 0.7 else [(width - 0.06, right_y - 0.01), (width, right_y + 0.08)]
    bow = u(-0.08, 0.06) if u() < 0.75 else u(-0.2, -0.08)
    stem_middle = ((width + foot) / 2 + bow, 0.48)
    written = [
        *(lead or [(0.0, left_y)]),
        (width * 0.5, (left_y + right_y) / 2 + wave),
        *turn,
        stem_middle,
        (foot, 1.0),
    ]
    if u() < 0.55:
        return [written]
    y, tilt = u(0.38, 0.68), u(-0.08, 0.08)
    at = stem_middle[0] + (foot - width) / 1.0 * (y - 0.48)
    left, right = u(0.1, 0.32), u(0.08, 0.32)
    return [written, [(at - left, y + tilt), (at, y + u(-0.03, 0.03)), (at + right, y - tilt)]]


def hooked_seven(rng: Generator) -> list[Stroke]:
    """A long serif and a rounded shoulder, the bar curved; the stem may bend back."""
    u = rng.uniform
    width = u(0.35, 0.65)
    foot = u(0.05, 0.4) if u() < 0.7 else width + u(-0.1, 0.05)
    shoulder = arc((width - 0.12, 0.14), (0.14, 0.13), -90, u(0, 40), points=3)
    written = [
        (0.0, u(0.1, 0.35)),
        (u(0.0, 0.05), u(0.0, 0.08)),
        (width * 0.45, u(0.0, 0.12)),
        *shoulder,
        (foot + u(0.0, 0.12), 0.6),
        (foot, 1.0),
    ]
    if u() < 0.4:
        return [written]
    y = u(0.42, 0.72)
    return [
        written,
        [(foot - u(0.05, 0.2), y + u(-0.05, 0.05)), (foot + 0.08, y), (foot + u(0.2, 0.4), y + u(-0.08, 0.04))],
    ]
