"""Values that are left out."""

import numpy as np
import pytest

from nnlib.fast.dropout import draw_masks


def test_a_share_is_left_out_and_the_rest_makes_up_for_it() -> None:
    masks = draw_masks((300, 200), rows=100, dropout=0.2, rng=np.random.default_rng(0))
    assert masks is not None
    wide, narrow = masks

    assert (wide.shape, narrow.shape) == ((100, 300), (100, 200))
    assert wide.dtype == np.float32
    assert (wide == 0).mean() == pytest.approx(0.2, abs=0.01)
    assert wide.mean() == pytest.approx(1, abs=0.01)
    np.testing.assert_allclose(np.unique(wide), [0, 1.25])


def test_no_dropout_draws_nothing() -> None:
    rng = np.random.default_rng(0)

    assert draw_masks((300,), rows=100, dropout=0, rng=rng) is None
    assert rng.random() == np.random.default_rng(0).random()
