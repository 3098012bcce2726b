"""Maps with margins."""

import numpy as np

from nnlib.fast.maps import Maps


def test_pixels_are_between_margins_and_blank_lines() -> None:
    maps = Maps(rows=2, side=3, channels=1, margin=1, blank=2)
    maps.pixels[:] = np.arange(1, 19, dtype=np.float32).reshape(2, 3, 3, 1)

    lines = maps.flat[1:, 0].reshape(-1, 4)
    assert maps.flat[0] == 0
    assert lines.tolist() == [
        *([[0, 0, 0, 0]] * 2),
        *([1, 2, 3, 0], [4, 5, 6, 0], [7, 8, 9, 0]),
        *([[0, 0, 0, 0]] * 2),
        *([10, 11, 12, 0], [13, 14, 15, 0], [16, 17, 18, 0]),
        *([[0, 0, 0, 0]] * 2),
    ]
    assert maps.lines[1, 0].tolist() == [10, 11, 12, 0]
    assert maps.places(1)[:, 0].tolist() == [1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, *[0] * 8]
