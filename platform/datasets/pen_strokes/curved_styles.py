"""How people write 2, 3 and 5: the digits of bows and bars."""

from __future__ import annotations

from numpy.random import Generator

from datasets.pen_strokes.curves import Stroke, arc, corner


def _two_top(rng: Generator) -> Stroke:
    """The bow of a 2, with or without a hook before it; ends on its right side."""
    u = rng.uniform
    ry = u(0.18, 0.33)
    rx = u(0.18, 0.4)
    start = -180 + (u(-30, 30) if u() < 0.5 else u(10, 60) if u() < 0.4 else u(-75, -20))
    bow = arc((0.42, ry), (rx, ry), start, u(0, 25) if u() < 0.6 else u(25, 65))
    if u() < 0.12:  # a curl to begin with
        x, y = bow[0]
        return [(x + u(0.06, 0.16), y + u(0.0, 0.1)), (x + 0.02, y + u(0.05, 0.12)), *bow]
    return bow


def angular_two(rng: Generator) -> list[Stroke]:
    """A bow, a slope, a sharp corner and a base that is straight, wavy or slanted."""
    u = rng.uniform
    left, right, y = u(-0.05, 0.15), u(0.55, 1.2), 1 + u(-0.06, 0.06)
    slope = (u(0.3, 0.6), u(0.55, 0.72))
    base = [(0.4, 1 + u(-0.08, 0.05)), (right, y)]
    return [[*_two_top(rng), slope, *corner(left, 1.0), *base]]


def looped_two(rng: Generator) -> list[Stroke]:
    """A bow, a slope, a small loop at its foot, and a base that waves away."""
    u = rng.uniform
    width, height = u(0.1, 0.55), u(0.07, 0.42)
    left, right, sink = u(0.0, 0.15), u(0.45, 1.05), u(-0.04, 0.06)
    loop = [
        (left + width, 0.98 - height * 0.5 + sink),
        (left + width * 0.45, 0.99 + sink),
        (left, 0.99 - height * 0.45 + sink),
        (left + width * u(0.3, 0.6), 1 - height),
        (left + width * u(0.95, 1.2), 0.99 - height * u(0.3, 0.7)),
    ]
    end = [
        (max(right * 0.75, left + width * 1.2), 0.98 + u(-0.04, 0.1)),
        (max(right, left + width + u(0.1, 0.3)), u(0.82, 1.08)),
    ]
    return [[*_two_top(rng), (u(0.45, 0.72), u(0.5, 0.62)), *loop, *end]]


def round_two(rng: Generator) -> list[Stroke]:
    """A bow that runs into the base in a curve, like a swan or a mirrored S."""
    u = rng.uniform
    left, right = u(0.0, 0.15), u(0.65, 1.0)
    return [
        [
            *_two_top(rng),
            (0.42, 0.62),
            (left, u(0.85, 0.92)),
            (left + u(0.08, 0.18), 1.0),
            (right * 0.7, 0.98 + u(-0.04, 0.04)),
            (right, u(0.85, 1.02)),
        ]
    ]


def z_two(rng: Generator) -> list[Stroke]:
    """A bar, a slope and a base: a Z with the top a little bent."""
    u = rng.uniform
    width = u(0.5, 0.8)
    turn = corner(width, u(0.02, 0.12)) if u() < 0.5 else [(width, 0.06), (width - 0.01, 0.16)]
    return [
        [
            (u(-0.05, 0.12), u(0.0, 0.2)),
            (width * 0.5, u(-0.06, 0.04)),
            *turn,
            (width * 0.5, 0.58),
            *corner(u(-0.05, 0.1), 1.0),
            (0.4, 1 + u(-0.05, 0.05)),
            (u(0.6, 1.0), 1 + u(-0.06, 0.06)),
        ]
    ]


def _three_bowl(rng: Generator, waist: float) -> Stroke:
    """The lower bow of a 3, from the waist."""
    u = rng.uniform
    ry = (1 - waist) / 2
    rx = u(0.2, 0.45)
    end = u(100, 170) if u() < 0.7 else u(160, 200)
    return arc((0.4 + u(-0.06, 0.06), waist + ry), (rx, ry), u(-75, -50), end)


def bowed_three(rng: Generator) -> list[Stroke]:
    """Two bows that meet in a cusp, deep or shallow."""
    u = rng.uniform
    waist = u(0.38, 0.54)
    ry = waist / 2
    upper = arc((0.42, ry), (u(0.22, 0.38), ry), u(-185, -110), u(55, 80))
    inside = (u(0.12, 0.45), waist + u(-0.03, 0.03))
    middle = [inside, inside] if u() < 0.65 else [inside]
    return [[*upper, *middle, *_three_bowl(rng, waist)]]


def looped_three(rng: Generator) -> list[Stroke]:
    """Two bows with a small loop where they meet."""
    u = rng.uniform
    waist, size = u(0.42, 0.52), u(0.04, 0.1)
    upper = arc((0.42, waist / 2), (u(0.22, 0.36), waist / 2), u(-180, -120), u(40, 70))
    x = u(0.2, 0.42)
    return [[*upper, (x, waist + size * 0.6), (x - size * 1.4, waist), (x, waist - size), *_three_bowl(rng, waist)]]


def flat_three(rng: Generator) -> list[Stroke]:
    """A bar, a slope back to the middle, and one bow."""
    u = rng.uniform
    waist, width = u(0.34, 0.46), u(0.5, 0.78)
    lead = [(u(-0.05, 0.15), u(-0.03, 0.08)), (width * 0.5, u(-0.04, 0.04))]
    return [[*lead, *corner(width, u(-0.03, 0.06)), *corner(u(0.2, 0.45), waist), *_three_bowl(rng, waist)]]


def _five_bowl(rng: Generator) -> tuple[Stroke, float, float]:
    """Down the neck and around the bowl, with the neck's top."""
    u = rng.uniform
    left, neck = u(0.05, 0.28), u(0.3, 0.56)
    rx, ry = u(0.18, 0.45), (1 - neck) / 2 * u(1.0, 1.12)
    foot = left + u(-0.12, 0.06)
    end = u(120, 185) if u() < 0.85 else u(180, 230)
    bowl = arc((left + rx * u(0.4, 1.0), 1 - ry), (rx, ry), u(-130, -95), end)
    turn = corner(foot, neck + u(-0.02, 0.08)) if u() < 0.6 else [(foot + 0.01, neck + u(0.0, 0.08))]
    return [(left, 0.0), *turn, *bowl], left, 0.0


def capped_five(rng: Generator) -> list[Stroke]:
    """Neck and bowl, then the bar as a second stroke: touching, apart, or set too low or high."""
    u = rng.uniform
    written, left, top = _five_bowl(rng)
    gap = u(-0.05, 0.05) if u() < 0.75 else u(-0.05, 0.2)
    y = top + u(-0.08, 0.08)
    right, rise = left + u(0.25, 0.8), u(-0.05, 0.1) if u() < 0.7 else u(0.1, 0.3)
    return [written, [(left + gap, y), ((left + right) / 2, y - rise / 2 + u(-0.05, 0.03)), (right, y - rise)]]


def single_stroke_five(rng: Generator) -> list[Stroke]:
    """From the bar's right end to the left, down the neck and around the bowl."""
    u = rng.uniform
    written, left, _ = _five_bowl(rng)
    right, rise = left + u(0.25, 0.8), u(-0.06, 0.08) if u() < 0.7 else u(0.08, 0.3)
    bar = [(right, -rise), ((left + right) / 2, -rise / 2 + u(-0.05, 0.05))]
    joint = corner(left, 0.0) if u() < 0.7 else [(left + 0.02, 0.01)]
    return [[*bar, *joint, *written[1:]]]


def s_five(rng: Generator) -> list[Stroke]:
    """An S with a flattened top."""
    u = rng.uniform
    return [
        [
            (u(0.6, 0.9), u(-0.02, 0.12)),
            (u(0.4, 0.5), u(-0.04, 0.04)),
            (u(0.1, 0.22), 0.14),
            (u(0.1, 0.2), 0.34),
            (0.4, u(0.4, 0.5)),
            (u(0.6, 0.75), 0.62),
            (u(0.55, 0.7), 0.86),
            (0.35, 1.0),
            (u(-0.05, 0.1), u(0.84, 0.98)),
        ]
    ]
