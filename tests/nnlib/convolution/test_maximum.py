"""The largest of four pixels, and whose gradient it is."""

import numpy as np
import pytest

from nnlib.convolution.maximum import maximum, maximum_backward


@pytest.mark.parametrize(("height", "width"), [(4, 6), (5, 4), (3, 7)])
def test_every_four_pixels_leave_their_largest_and_an_odd_line_is_left_out(height: int, width: int) -> None:
    x = np.random.default_rng(0).normal(size=(2, height, width, 3))

    y = maximum(x)

    assert y.shape == (2, height // 2, width // 2, 3)
    for n, row, column, channel in np.ndindex(y.shape):
        four = x[n, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2, channel]
        assert y[n, row, column, channel] == four.max()


@pytest.mark.parametrize(("height", "width"), [(4, 6), (5, 4), (3, 7)])
def test_the_gradient_belongs_to_the_largest_pixel(height: int, width: int) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, height, width, 3))
    dy = rng.normal(size=maximum(x).shape)

    dx = maximum_backward(dy, x)

    for place in np.ndindex(x.shape):
        moved = x.copy()
        moved[place] += 1e-7
        assert dx[place] == pytest.approx((dy * (maximum(moved) - maximum(x))).sum() / 1e-7, abs=1e-6)


def test_of_equal_pixels_the_first_one_row_by_row_gets_the_gradient() -> None:
    x = np.array([[1, 1, 0, 2], [1, 1, 2, 0]], np.float32).reshape(1, 2, 4, 1)

    dx = maximum_backward(np.array([3, 5], np.float32).reshape(1, 1, 2, 1), x)

    assert dx[0, :, :, 0].tolist() == [[3, 0, 0, 5], [0, 0, 0, 0]]
    assert dx.dtype == np.float32
