from math import nan
from typing import Any

import numpy as np
import pytest

from datasets.errors import EmptyInkError, InkError
from datasets.ink.preprocessing import MAX_ROWS, pixels_from_rows


def test_a_flat_list_is_one_row() -> None:
    rows = pixels_from_rows([0] * 783 + [255])
    assert rows.shape == (1, 784)
    assert rows.dtype == np.float32
    assert rows[0, -1] == 1.0
    assert rows.sum() == 1.0


def test_rows_are_taken_as_they_are() -> None:
    values = np.arange(2 * 784).reshape(2, 784) % 256
    np.testing.assert_array_equal(pixels_from_rows(values.tolist()), (values / np.float32(255)).astype(np.float32))


def test_bytes_in_an_array_are_welcome_and_left_alone() -> None:
    values = np.full((3, 784), 51, np.uint8)
    assert pixels_from_rows(values) == pytest.approx(0.2)
    assert (values == 51).all()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([0] * 783, r"shape \(783,\)"),
        ([[0] * 784, [0] * 783], "different lengths"),
        ([], r"shape \(0,\)"),
        ([[]], r"shape \(1, 0\)"),
        ([[[0] * 784]], r"shape \(1, 1, 784\)"),
        (7, r"shape \(\)"),
        (["0"] * 784, "values"),
        ([None] * 784, "values"),
        ([True] * 784, "values"),
        ([0] * 783 + [256], "from 0 to 256"),
        ([0] * 783 + [-1], "from -1 to 0"),
        ([0.0] * 783 + [nan], "nan"),
    ],
)
def test_anything_else_is_refused_with_what_was_expected(values: Any, message: Any) -> None:
    with pytest.raises(InkError, match=f"expected 784 numbers from 0 to 255.*{message}"):
        pixels_from_rows(values)


@pytest.mark.parametrize("values", [[0.0] * 783 + [1.0], [[0.5] * 784, [0.25] * 784], [0] * 783 + [1]])
def test_shares_are_refused_with_the_remedy_and_read_where_the_scale_says_so(values: Any) -> None:
    with pytest.raises(InkError, match=r"none above (1|1\.0|0\.5): multiply them by 255, or send scale 1"):
        pixels_from_rows(values)
    np.testing.assert_array_equal(pixels_from_rows(values, scale=1), np.reshape(values, (-1, 784)).astype(np.float32))


def test_values_above_the_scale_are_refused() -> None:
    with pytest.raises(InkError, match=r"from 0 to 1, .*got values from 0 to 2"):
        pixels_from_rows([0] * 783 + [2], scale=1)


def test_a_row_without_ink_is_nothing_drawn() -> None:
    with pytest.raises(EmptyInkError, match=r"nothing drawn: expected ink, got 784 pixels of 0$"):
        pixels_from_rows([0] * 784)
    with pytest.raises(EmptyInkError, match="in row 1"):
        pixels_from_rows([[9] * 784, [0] * 784])


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(InkError, match=f"{MAX_ROWS} rows"):
        pixels_from_rows(np.zeros((MAX_ROWS + 1, 784), np.uint8))
