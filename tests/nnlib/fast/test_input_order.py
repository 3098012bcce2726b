"""Inputs in another order give the same products."""

import numpy as np

from nnlib.fast.input_order import InputOrder

X = np.array([[0, 9, 3, 0, 5], [0, 0, 3, 0, 5], [0, 7, 3, 0, 0], [0, 0, 3, 1, 5]], np.uint8)


def test_inputs_are_ordered_from_never_used_to_always_used() -> None:
    order = InputOrder.by_use(X)

    assert order.inputs.tolist() == [0, 3, 1, 4, 2]
    assert order.idle == 1


def test_arranged_weights_can_be_put_back() -> None:
    order, w = InputOrder.by_use(X), np.arange(15, dtype=np.float32).reshape(5, 3)

    assert order.arrange(w)[1].tolist() == w[3].tolist()
    np.testing.assert_array_equal(order.put_back(order.arrange(w)), w)


def test_arranged_inputs_and_weights_have_the_plain_product_and_gradient() -> None:
    rng = np.random.default_rng(0)
    order = InputOrder.by_use(X)
    x, w, dz = X.astype(np.float32), rng.random((5, 3), np.float32), rng.random((4, 3), np.float32)

    arranged = x[:, order.inputs]

    np.testing.assert_allclose(arranged @ order.arrange(w), x @ w, rtol=1e-6)
    np.testing.assert_allclose(order.put_back(arranged.T @ dz), x.T @ dz, rtol=1e-6)


def test_the_natural_order_changes_nothing() -> None:
    w = np.arange(15, dtype=np.float32).reshape(5, 3)

    np.testing.assert_array_equal(InputOrder.natural(5).arrange(w), w)
    assert InputOrder.natural(5).idle == 0
