from math import inf, nan
from typing import Any

import numpy as np
import pytest

from datasets.errors import EmptyInkError, InkError
from datasets.ink.preprocessing import pixels_from_strokes
from datasets.ink.strokes import MAX_POINTS, MAX_STROKES

SEVEN = [[(10.0, 12.0), (50.0, 10.0), (38.0, 45.0), (25.0, 90.0)], [(18.0, 50.0), (46.0, 48.0)]]


def moved(strokes: Any, *, scale: float = 1.0, x: Any = 0.0, y: float = 0.0) -> list[Any]:
    return [[(px * scale + x, py * scale + y) for px, py in stroke] for stroke in strokes]


def image(strokes: Any, **options: Any) -> Any:
    return pixels_from_strokes(strokes, **options).reshape(28, 28)


def centre_of_mass(pixels: Any) -> Any:
    middles = np.arange(28) + 0.5
    return (pixels.sum(axis=0) @ middles / pixels.sum(), pixels.sum(axis=1) @ middles / pixels.sum())


def box(pixels: Any) -> Any:
    rows, columns = np.flatnonzero(pixels.max(axis=1) > 0.5), np.flatnonzero(pixels.max(axis=0) > 0.5)
    return columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1


def test_the_answer_is_a_float32_row_from_no_ink_to_ink() -> None:
    pixels = pixels_from_strokes(SEVEN)
    assert pixels.shape == (784,)
    assert pixels.dtype == np.float32
    assert pixels.min() == 0.0
    assert pixels.max() == 1.0


def test_the_longer_side_of_the_ink_fills_twenty_pixels() -> None:
    assert box(image(SEVEN))[1] == pytest.approx(20, abs=1)


def test_the_aspect_is_kept() -> None:
    width, height = box(image([[(0, 0), (0, 80), (40, 80), (40, 0), (0, 0)]]))
    # Centres of the lines are half as far apart across as down; the pen adds 2.26 pixels to either.
    assert height == pytest.approx(20, abs=1)
    assert width == pytest.approx((20 - 2.26) / 2 + 2.26, abs=1)


def test_the_centre_of_mass_lies_in_the_middle() -> None:
    assert centre_of_mass(image(SEVEN)) == pytest.approx((14, 14), abs=0.1)


def test_the_centre_of_mass_and_not_of_the_box_lies_in_the_middle() -> None:
    flag = [[(0, 0), (0, 100)], [(0, 0), (40, 0), (40, 10), (0, 10), (0, 20), (40, 20)]]
    columns = np.flatnonzero(image(flag).max(axis=0) > 0.5)
    assert columns.mean() > 14.5


@pytest.mark.parametrize("scale", [1e-4, 0.37, 25.0, 1e4])
def test_size_and_place_cannot_be_seen(scale: float) -> None:
    np.testing.assert_allclose(
        pixels_from_strokes(moved(SEVEN, scale=scale, x=-731.0 * scale, y=97.0 * scale)),
        pixels_from_strokes(SEVEN),
        atol=1e-4,
    )


@pytest.mark.parametrize("brush", [0, 1, 8, 32])
def test_the_brush_cannot_be_seen(brush: int) -> None:
    np.testing.assert_array_equal(pixels_from_strokes(SEVEN, brush=brush), pixels_from_strokes(SEVEN))


def test_more_points_on_the_same_line_change_next_to_nothing() -> None:
    straight = [[(0.0, 0.0), (30.0, 90.0)]]
    dense = [[(30.0 * t, 90.0 * t) for t in np.linspace(0, 1, 150)]]
    np.testing.assert_allclose(pixels_from_strokes(dense), pixels_from_strokes(straight), atol=0.02)


def test_a_gap_between_strokes_stays_empty() -> None:
    two_lines = image([[(0, 0), (0, 100)], [(60, 0), (60, 100)]])
    assert two_lines[14, 14] == 0.0
    assert two_lines.max(axis=0)[:14].max() == two_lines.max(axis=0)[14:].max() == 1.0


def test_edges_are_anti_aliased() -> None:
    pixels = pixels_from_strokes(SEVEN)
    assert ((pixels > 0.05) & (pixels < 0.95)).sum() > 30


@pytest.mark.parametrize("brush", [None, 16.0])
def test_a_dot_is_a_round_blot(brush: int) -> None:
    blot = image([[(40.0, 40.0)]], brush=brush)
    np.testing.assert_allclose(blot, blot.T, atol=1e-6)
    assert blot.sum() == pytest.approx(np.pi * 10**2, rel=0.02)


def test_ink_too_small_to_be_scaled_is_a_dot() -> None:
    np.testing.assert_array_equal(image([[(0.0, 0.0), (1e-320, 0.0)]]), image([[(0.0, 0.0)]]))


def test_a_smudge_shorter_than_the_brush_is_wide_is_a_blot() -> None:
    smudge = [[(40.0, 40.0), (46.0, 40.0)]]
    assert image(smudge, brush=16.0).sum() > 3 * image(smudge, brush=2.0).sum()


def test_a_dot_beside_a_line_is_painted_at_the_pen_width() -> None:
    image_of_i = image([[(0, 40), (0, 100)], [(0, 0)]])
    assert image_of_i.sum() == pytest.approx(2.26 * 0.6 * 17.74 + 2 * np.pi * 1.13**2, rel=0.1)


@pytest.mark.parametrize("strokes", [[], [[]], [[], []]])
def test_no_point_is_nothing_drawn(strokes: Any) -> None:
    with pytest.raises(EmptyInkError, match="nothing drawn"):
        pixels_from_strokes(strokes)


def test_empty_strokes_among_others_are_left_out() -> None:
    np.testing.assert_array_equal(pixels_from_strokes([[], SEVEN[0], [], SEVEN[1]]), pixels_from_strokes(SEVEN))


@pytest.mark.parametrize(
    ("strokes", "message"),
    [
        ([[(0, nan), (1, 1)]], "finite"),
        ([[(0, inf), (1, 1)]], "finite"),
        ([[(0, 1e300), (1, 1)]], "finite"),
        ([[(0, 10**400), (1, 1)]], "two numbers"),
        ([[(0, 1, 2), (1, 1, 2)]], r"\[x, y\].*shape \(2, 3\)"),
        ([[(0, 1), (1, 1, 2)]], r"\[x, y\]"),
        ([[0, 1, 2]], r"\[x, y\]"),
        ([(0, 1), (2, 3)], r"\[x, y\]"),
        ([1, 2], "list of"),
        ([["ab", "cd"]], r"\[x, y\]"),
        ([[("1", "2"), ("3", "4")]], "two numbers"),
        ([[(None, 2), (3, 4)]], "two numbers"),
        ([[(True, False), (True, True)]], "two numbers"),
        ("strokes", "list of strokes"),
        ({"x": 1}, "list of strokes"),
        (None, "list of strokes"),
        ([[(0, 0)]] * (MAX_STROKES + 1), f"at most {MAX_STROKES} strokes, got {MAX_STROKES + 1}"),
        ([[(0, 0)] * (MAX_POINTS + 1)], f"at most {MAX_POINTS} points, got {MAX_POINTS + 1}"),
    ],
)
def test_what_is_not_ink_is_refused_with_what_was_expected(strokes: Any, message: Any) -> None:
    with pytest.raises(InkError, match=message):
        pixels_from_strokes(strokes)


@pytest.mark.parametrize("brush", [-1.0, nan, inf])
def test_an_impossible_brush_is_refused(brush: int) -> None:
    with pytest.raises(InkError, match="brush"):
        pixels_from_strokes(SEVEN, brush=brush)


def test_the_largest_scribble_allowed_is_painted() -> None:
    points = np.random.default_rng(1).uniform(-1e9, 1e9, (MAX_POINTS, 2)).tolist()
    assert pixels_from_strokes([points]).mean() > 0.3


def test_what_was_handed_in_is_left_as_it_was() -> None:
    strokes: Any = [np.array(stroke) for stroke in SEVEN]
    before = [stroke.copy() for stroke in strokes]
    np.testing.assert_array_equal(pixels_from_strokes(strokes), pixels_from_strokes(SEVEN))
    for stroke, was in zip(strokes, before, strict=True):
        np.testing.assert_array_equal(stroke, was)
