"""Batches of training samples."""

import numpy as np

from nnlib.arrays import SampleArray
from nnlib.data.augmentation import STRENGTHS, Augmentation
from nnlib.data.batches import Batch, Batches
from nnlib.fast.input_order import InputOrder

X = np.array([[0, 9, 3, 0, 5], [0, 0, 3, 0, 5], [0, 7, 3, 0, 0], [0, 0, 3, 1, 5]], np.uint8)
Y = np.array([0, 1, 2, 3], np.uint8)


def batches(order: InputOrder, x: SampleArray = X, *, in_sequence: bool = True, rows: int = 4) -> Batches:
    return Batches(x, Y, input_order=order, augmentation=None, seed=0, rows=rows, in_sequence=in_sequence)


def test_a_batch_tells_with_how_many_zeros_each_row_begins() -> None:
    order = InputOrder.by_use(X)

    ((x, first, y),) = batches(order).epoch(1, order=None)

    np.testing.assert_array_equal(x, X[:, order.inputs] / np.float32(255))
    assert first.tolist() == [2, 3, 2, 1]
    assert y.tolist() == [0, 1, 2, 3]


def test_a_batch_follows_the_order_of_the_epoch() -> None:
    two, one = batches(InputOrder.natural(5), rows=2).epoch(1, order=np.array([2, 3, 1, 0]), start=0)
    (last,) = batches(InputOrder.natural(5), rows=2).epoch(1, order=np.array([2, 3, 1, 0]), start=2)

    assert two.labels.tolist() == [2, 3]
    assert one.labels.tolist() == last.labels.tolist() == [1, 0]
    np.testing.assert_array_equal(last.x, X[[1, 0]] / np.float32(255))


def test_a_batch_that_need_not_be_in_sequence_is_sorted_by_its_zeros() -> None:
    ((x, first, y),) = batches(InputOrder.by_use(X), in_sequence=False).epoch(1, order=None)

    assert y.tolist() == [3, 0, 2, 1]
    assert first.tolist() == [1, 2, 2, 3]
    np.testing.assert_array_equal(x[0], X[3][[0, 3, 1, 4, 2]] / np.float32(255))


def distorted(epoch: int = 1, *, seed: int = 0, in_sequence: bool = True, start: int = 0) -> list[Batch]:
    rng = np.random.default_rng(0)
    x = (rng.random((40, 784)) < np.linspace(0, 0.05, 784)).astype(np.uint8) * 255
    order = InputOrder.natural(784)
    augmentation = Augmentation(STRENGTHS["mild"], order)
    batches = Batches(
        x,
        np.arange(40),
        input_order=order,
        augmentation=augmentation,
        seed=seed,
        rows=20,
        in_sequence=in_sequence,
    )
    return list(batches.epoch(epoch, order=None, start=start))


def test_distorted_batches_are_sorted_too() -> None:
    as_they_lie, as_sorted = distorted()[0], distorted(in_sequence=False)[0]

    assert (np.diff(as_sorted.first) >= 0).all()
    assert (np.diff(as_they_lie.first) < 0).any()
    np.testing.assert_array_equal(as_sorted.x, as_they_lie.x[as_sorted.labels])
    for row, first in zip(as_sorted.x, as_sorted.first, strict=True):
        assert (row[:first] == 0).all()
        assert row[first] > 0


def test_a_distortion_depends_on_seed_epoch_and_place_alone() -> None:
    first, second = distorted()

    np.testing.assert_array_equal(distorted(start=20)[0].x, second.x)
    assert not np.array_equal(distorted(2)[0].x, first.x)
    assert not np.array_equal(distorted(seed=1)[0].x, first.x)


def test_float_samples_are_taken_as_they_are() -> None:
    shares = (X / 9).astype(np.float32)

    ((x, _, _),) = batches(InputOrder.natural(5), shares).epoch(1, order=None)

    np.testing.assert_array_equal(x, shares)


def test_a_batch_without_any_ink_can_be_read() -> None:
    ((x, first, _),) = batches(InputOrder.natural(5), np.zeros_like(X)).epoch(1, order=None)

    assert (x == 0).all()
    assert (first < 5).all()


def test_every_batch_is_sorted_on_its_own_and_the_last_may_be_short() -> None:
    order = np.array([1, 2, 3, 0])

    read = list(batches(InputOrder.by_use(X), in_sequence=False, rows=3).epoch(1, order=order))

    assert [batch.labels.tolist() for batch in read] == [[3, 2, 1], [0]]
    assert [batch.first.tolist() for batch in read] == [[1, 2, 3], [2]]
    assert order.tolist() == [1, 2, 3, 0]
