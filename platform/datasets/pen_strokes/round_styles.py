"""How people write 0, 6, 8 and 9: the digits of loops."""

from __future__ import annotations

from math import cos, radians, sin

from numpy.random import Generator

from datasets.pen_strokes.curves import Stroke, arc, corner, tilted


def loop_zero(rng: Generator) -> list[Stroke]:
    """One loop, closed or not quite, overlapping or curling in; sometimes clockwise."""
    u = rng.uniform
    width = u(0.2, 0.45) if u() < 0.85 else u(0.4, 0.62)
    start = u(-140, -30) if u() < 0.85 else u(-200, 20)
    sweep = 360 + (u(-30, 40) if u() < 0.8 else u(20, 90))
    turn = -sweep if u() < 0.85 else sweep
    return [arc((0.5, 0.5), (width, 0.5), start, start + turn, drift=u(-0.3, 0.2))]


def curled_zero(rng: Generator) -> list[Stroke]:
    """A loop that ends in a small hook or curl at the top."""
    u = rng.uniform
    width = u(0.25, 0.42)
    loop = arc((0.5, 0.5), (width, 0.5), u(-120, -70), u(-430, -390))
    if u() < 0.5:  # it comes in from the side
        loop = [(loop[0][0] + u(0.08, 0.3), loop[0][1] + u(-0.12, 0.05)), *loop]
    x, y = loop[-1]
    curl = u(0.06, 0.2)
    return [[*loop, (x - curl, y + u(-0.02, 0.14)), (x - curl * u(0.9, 1.6), y + u(-0.1, 0.06))]]


def slashed_zero(rng: Generator) -> list[Stroke]:
    """A loop and a slash, within it or through it."""
    u = rng.uniform
    reach = u(0.25, 0.75)
    lean = u(0.4, 1.0) if u() < 0.5 else u(-0.2, 0.4)
    slash = [(0.5 + reach * lean * 0.7, 0.5 - reach), (0.5 - reach * lean * 0.7, 0.5 + reach)]
    return [loop_zero(rng)[0], slash]


def two_part_zero(rng: Generator) -> list[Stroke]:
    """A left half and a right half."""
    u = rng.uniform
    width = u(0.25, 0.42)
    left = arc((0.5, 0.5), (width, 0.5), u(-100, -70), u(-290, -250))
    return [left, arc((0.5, 0.5), (width * u(0.85, 1.1), 0.5), u(-110, -75), u(75, 110))]


def six(rng: Generator) -> list[Stroke]:
    """A tail from the top running into a loop, straight or bent, the loop large or small, closed or open."""
    u = rng.uniform
    rx, ry = u(0.16, 0.42), u(0.13, 0.27)
    middle = (0.5, 1 - ry)
    top_x = 0.5 + (u(-0.25, 0.5) if u() < 0.6 else u(-1.0, 0.0) * rx)
    left = 0.5 - rx * u(0.95, 1.1)
    bow = u(-0.12, 0.1)
    tail = [(top_x, 0.0), ((top_x + left) / 2 + bow - 0.06, 0.28 + u(-0.06, 0.06))]
    if u() < 0.25:  # the tail begins with a bend to the right
        tail = [(top_x + u(0.08, 0.2), u(0.02, 0.12)), *tail]
    closing = -u(290, 400) if u() < 0.8 else -u(230, 300)
    loop = arc(middle, (rx, ry), -180 + u(-5, 15), -180 + closing, drift=u(-0.3, 0.25))
    return [[*tail, *tilted(loop, max(0.0, u(-0.3, 0.6)), left)]]


def curly_six(rng: Generator) -> list[Stroke]:
    """One spiral, without a straight part."""
    u = rng.uniform
    width = u(0.28, 0.42)
    outer = arc((0.5, 0.5), (width, 0.5), u(-70, -20), -250)
    ry = u(0.15, 0.25)
    inner = arc((0.5 + u(-0.05, 0.05), 1 - ry), (width * u(0.75, 0.95), ry), -290, u(-560, -470), drift=u(-0.3, 0.0))
    return [[*outer, *inner]]


def clockwise_six(rng: Generator) -> list[Stroke]:
    """A tail, then the loop from its foot along the bottom of a bowl drawn clockwise."""
    u = rng.uniform
    rx, ry = u(0.2, 0.32), u(0.18, 0.27)
    left = 0.5 - rx
    tail = [(0.5 + u(-0.2, 0.3), 0.0), (left + u(0.0, 0.12), 0.35), *corner(left + u(-0.02, 0.05), 1 - u(0.0, 0.2))]
    return [[*tail, *arc((0.5, 1 - ry), (rx, ry), -160, u(130, 200))]]


def eight(rng: Generator) -> list[Stroke]:
    """An S and back up the other side; closed, open at the top, or overlapping."""
    u = rng.uniform
    top, low = u(0.12, 0.34), u(0.12, 0.38)
    waist = u(0.37, 0.6)
    lean = u(-0.06, 0.06)
    ry, ry2 = waist / 2, (1 - waist) / 2
    upper = arc((0.5, ry), (top, ry), u(-60, 0), -200)
    lower = arc((0.5 + lean, waist + ry2), (low, ry2), -40, 205)
    end_x, end_y = 0.5 + top * u(0.2, 1.1), u(0.0, 0.3)
    if u() < 0.15:
        end_x, end_y = 0.5 + top * u(0.9, 1.8), u(-0.08, 0.15)
    written = [
        *upper,
        (0.5 + u(-0.05, 0.05), waist + u(-0.03, 0.03)),
        *lower,
        (0.5 + u(-0.04, 0.06), waist + u(-0.03, 0.03)),
        (0.5 + top * u(0.6, 1.0), ry * u(0.8, 1.3)),
        (end_x, end_y),
    ]
    if u() < 0.25:  # closed well past the start
        written += [(0.5 + top * u(-0.3, 0.4), u(-0.06, 0.05))]
    return [written]


def crossed_eight(rng: Generator) -> list[Stroke]:
    """A figure of eight whose lines cross straight at the waist, with slim loops, its ends at the upper right."""
    u = rng.uniform
    top, low, waist = u(0.1, 0.34), u(0.1, 0.36), u(0.38, 0.62)
    start, end = u(5, 75), 360 + (u(-65, 10) if u() < 0.6 else u(-110, -60) if u() < 0.5 else u(0, 60))
    written = []
    for step in range(17):
        angle = radians(start + (end - start) * step / 16)
        across, down = -sin(2 * angle), (1 - cos(angle)) / 2
        # Stretch the upper half to the waist's height and the lower half to what is left.
        y = 2 * down * waist if down < 0.5 else waist + (2 * down - 1) * (1 - waist)
        written.append((0.5 + across * (top if down < 0.5 else low), y))
    if u() < 0.35:  # the last line runs on to the upper right
        written[-1] = (0.5 + top * u(0.6, 2.0), u(-0.1, 0.1))
    if u() < 0.2:  # and the first begins there
        written[0] = (0.5 + top * u(0.6, 2.0), u(0.0, 0.15))
    return [written]


def mirrored_eight(rng: Generator) -> list[Stroke]:
    """As `eight`, begun towards the right: the S is a mirrored one."""
    return [[(1 - x, y) for x, y in stroke] for stroke in eight(rng)]


def stacked_eight(rng: Generator) -> list[Stroke]:
    """Two loops, one on the other, drawn apart or from the waist."""
    u = rng.uniform
    waist = u(0.4, 0.54)
    ry, ry2 = waist / 2, (1 - waist) / 2
    if u() < 0.6:
        start, start2 = u(-120, -40), u(-120, -60)
        return [
            arc((0.5 + u(-0.05, 0.05), ry), (u(0.16, 0.32), ry * u(1.0, 1.1)), start, start - u(340, 390)),
            arc((0.5, waist + ry2), (u(0.22, 0.38), ry2 * u(1.0, 1.1)), start2, start2 - u(340, 390)),
        ]
    upper = arc((0.5, ry), (u(0.16, 0.32), ry), 90 + u(0, 30), 90 + u(350, 380))
    return [[*upper, *arc((0.5, waist + ry2), (u(0.22, 0.38), ry2), -80, -90 - u(340, 390))]]


def _nine_loop(rng: Generator) -> tuple[Stroke, float, float]:
    """The loop of a 9, counterclockwise from its upper right, with its right edge and its height."""
    u = rng.uniform
    rx, ry = u(0.13, 0.38), u(0.13, 0.3)
    start = u(-70, 10)
    end = -u(330, 375) if u() < 0.7 else -u(260, 330)
    loop = arc((0.4, ry), (rx, ry), start, end, drift=u(-0.2, 0.12))
    return tilted(loop, max(0.0, u(-0.4, 0.6)), 0.4 + rx), 0.4 + rx, ry


def straight_nine(rng: Generator) -> list[Stroke]:
    """A loop and a straight stem, upright or leaning, the corner between them sharp or round."""
    u = rng.uniform
    loop, right, ry = _nine_loop(rng)
    foot = right + (u(-0.12, 0.08) if u() < 0.5 else u(-0.5, 0.0))
    top = (right + u(-0.03, 0.06), ry * (u(0.0, 1.0) if u() < 0.7 else u(-0.6, 0.1)))
    joint = [top, top] if u() < 0.7 else [top]
    return [[*loop, *joint, ((right + foot) / 2 + u(-0.03, 0.05), 0.6), (foot, 1.0)]]


def curved_nine(rng: Generator) -> list[Stroke]:
    """A loop and a stem that bends to the left."""
    u = rng.uniform
    loop, right, ry = _nine_loop(rng)
    foot = right - u(0.1, 0.65)
    return [[*loop, (right + u(-0.02, 0.05), ry * u(0.6, 1.2)), (right - u(0.0, 0.08), u(0.6, 0.75)), (foot, 1.0)]]


def hooked_nine(rng: Generator) -> list[Stroke]:
    """A loop and a stem that ends in a hook, as a g has."""
    u = rng.uniform
    loop, right, ry = _nine_loop(rng)
    foot_x, hook = right - u(0.0, 0.12), u(0.12, 0.75)
    top = (right + u(-0.03, 0.04), ry * u(0.2, 1.0))
    joint = [top, top] if u() < 0.5 else [top]
    bottom = [(foot_x, u(0.7, 0.85)), (foot_x - hook * 0.45, 1.0), (foot_x - hook, 1 - u(0.0, 0.25))]
    if u() < 0.35:
        bottom = [
            (foot_x, 0.7),
            (foot_x - 0.04, u(0.85, 0.92)),
            (foot_x - hook * 0.5, 1.0),
            (foot_x - hook * 1.2, u(0.85, 0.98)),
        ]
    if u() < 0.3:  # the loop is hardly one: an open bow before the stem
        loop = loop[: len(loop) - 3]
    return [[*loop, *joint, *bottom]]


def two_part_nine(rng: Generator) -> list[Stroke]:
    """A closed loop, and a stem drawn apart."""
    u = rng.uniform
    loop, right, ry = _nine_loop(rng)
    stem_x, foot = right + u(-0.05, 0.05), u(-0.25, 0.08)
    return [loop, [(stem_x, ry * u(-0.2, 1.0)), (stem_x + foot / 2, 0.6), (stem_x + foot, 1.0)]]


def clockwise_nine(rng: Generator) -> list[Stroke]:
    """Begun at the loop's foot and drawn clockwise, as a q or a turned 6; the stem runs on from the loop."""
    u = rng.uniform
    rx, ry = u(0.2, 0.33), u(0.17, 0.28)
    foot = 0.4 + rx - u(-0.02, 0.5)
    loop = arc((0.4, ry), (rx, ry), u(20, 110), 360 + u(0, 25), drift=u(0.0, 0.15))
    return [[*loop, ((0.4 + rx + foot) / 2 + u(0.0, 0.08), 0.68), (foot, 1.0)]]
