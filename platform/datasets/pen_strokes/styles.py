"""The styles of each digit, and how often each is drawn."""

from __future__ import annotations

from collections.abc import Callable

from numpy.random import Generator

from datasets.pen_strokes import curved_styles as curved
from datasets.pen_strokes import round_styles as round_
from datasets.pen_strokes import straight_styles as straight
from datasets.pen_strokes.curves import Stroke

Style = Callable[[Generator], list[Stroke]]
"""Draws one instance of a style: its own proportions every time."""

STYLES: dict[int, dict[Style, float]] = {
    0: {round_.loop_zero: 8, round_.curled_zero: 3, round_.slashed_zero: 2, round_.two_part_zero: 0.5},
    1: {straight.plain_one: 4, straight.flagged_one: 5, straight.based_one: 3, straight.serif_one: 0.5},
    2: {curved.angular_two: 4, curved.looped_two: 5.5, curved.round_two: 2, curved.z_two: 1.5},
    3: {curved.bowed_three: 6, curved.looped_three: 1.5, curved.flat_three: 2.5},
    4: {
        straight.open_four: 5,
        straight.closed_four: 1.2,
        straight.single_stroke_four: 3,
        straight.looped_four: 0.5,
    },
    5: {curved.capped_five: 5, curved.single_stroke_five: 4, curved.s_five: 1.5},
    6: {round_.six: 7, round_.curly_six: 1.2, round_.clockwise_six: 0.6},
    7: {straight.seven: 7, straight.hooked_seven: 4},
    8: {round_.eight: 4, round_.crossed_eight: 5, round_.mirrored_eight: 1.5, round_.stacked_eight: 1},
    9: {
        round_.straight_nine: 4,
        round_.curved_nine: 2.5,
        round_.hooked_nine: 3.5,
        round_.two_part_nine: 1,
        round_.clockwise_nine: 1,
    },
}
"""By digit: style and weight; only the ratio between the weights of one digit matters."""
