"""Inputs are kept from the seldom used to the often used, and nobody sees it."""

import numpy as np

from nnlib.batches import Batches
from nnlib.input_order import InputOrder

X = np.array([[0, 9, 3, 0, 5], [0, 0, 3, 0, 5], [0, 7, 3, 0, 0], [0, 0, 3, 1, 5]], np.uint8)
Y = np.array([0, 1, 2, 3], np.uint8)


def batches(order, x=X):
    return Batches(x, Y, input_order=order, augmentation=None, seed=0, rows=4)


def test_inputs_are_ordered_from_never_used_to_always_used():
    order = InputOrder.by_use(X)

    assert order.inputs.tolist() == [0, 3, 1, 4, 2]
    assert order.idle == 1


def test_arranged_weights_can_be_put_back():
    order, w = InputOrder.by_use(X), np.arange(15, dtype=np.float32).reshape(5, 3)

    assert order.arrange(w)[1].tolist() == w[3].tolist()
    np.testing.assert_array_equal(order.put_back(order.arrange(w)), w)


def test_a_batch_leaves_out_only_first_columns_that_are_zero():
    order = InputOrder.by_use(X)

    x, y = batches(order).read(0, 2, order=None, epoch=1)

    np.testing.assert_array_equal(x, X[:2][:, [1, 4, 2]] / np.float32(255))
    assert y.tolist() == [0, 1]


def test_a_batch_follows_the_order_of_the_epoch():
    x, y = batches(InputOrder.by_use(X)).read(1, 3, order=np.array([2, 3, 1, 0]), epoch=1)

    np.testing.assert_array_equal(x, X[[3, 1]][:, [3, 1, 4, 2]] / np.float32(255))
    assert y.tolist() == [3, 1]


def test_float_samples_are_taken_as_they_are():
    x, _ = batches(InputOrder.natural(5), (X / 9).astype(np.float32)).read(0, 4, order=None, epoch=1)

    np.testing.assert_array_equal(x, (X / 9).astype(np.float32)[:, -x.shape[1] :])


def test_a_batch_without_any_ink_can_be_read():
    x, _ = batches(InputOrder.natural(5), np.zeros_like(X)).read(0, 4, order=None, epoch=1)

    assert (x == 0).all()
    assert x.shape[1] >= 1
