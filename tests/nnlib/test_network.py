"""What a network answers."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from nnlib import Architecture, ArchitectureError, DataError, Network, ShapeError


def network(output: Any = "softmax", *, seed: int = 0, initializer: Any = "xavier") -> Network:
    architecture = Architecture((784, 20, 10), "tanh", output)
    return Network.initialised(architecture, initializer=initializer, rng=np.random.default_rng(seed))


def samples(n: int) -> Any:
    return np.random.default_rng(1).random((n, 784), np.float32)


@pytest.mark.parametrize("output", ["softmax", "sigmoid"])
def test_probabilities_sum_to_one(output: Any) -> None:
    probabilities = network(output).probabilities(samples(50))

    assert probabilities.shape == (50, 10)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-6)


def test_softmax_outputs_are_the_probabilities() -> None:
    x = samples(5)

    np.testing.assert_array_equal(network().probabilities(x), network().outputs(x))


def test_sigmoid_probabilities_are_the_outputs_divided_by_their_sum() -> None:
    outputs = network("sigmoid").outputs(samples(5))

    expected = outputs / outputs.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(network("sigmoid").probabilities(samples(5)), expected, rtol=1e-5)


def test_sigmoid_probabilities_survive_outputs_that_are_all_zero() -> None:
    dead = Network(Architecture((1, 2), "relu", "sigmoid"), [np.zeros((1, 2))], [np.array([-200.0, -201.0])])

    probabilities = dead.probabilities(np.zeros((1, 1), np.float32))

    np.testing.assert_allclose(probabilities, [[1 / (1 + np.exp(-1)), 1 / (1 + np.exp(1))]], rtol=1e-5)


def test_large_logits_overflow_nothing() -> None:
    weights = [np.full((1, 2), 1e6)]
    for output in ("softmax", "sigmoid"):
        loud = Network(Architecture((1, 2), "relu", output), weights, [np.zeros(2)])
        assert np.isfinite(loud.probabilities(np.ones((1, 1), np.float32))).all()


def test_activations_hold_every_layer_from_the_input_to_the_output() -> None:
    x = samples(3)

    values = network().activations(x)

    assert [value.shape for value in values] == [(3, 784), (3, 20), (3, 10)]
    assert values[0] is x
    np.testing.assert_allclose(values[-1], network().outputs(x), rtol=1e-6)


def test_logits_are_what_the_output_activation_is_applied_to() -> None:
    z = network().logits(samples(3))

    e = np.exp(z - z.max(axis=1, keepdims=True))
    np.testing.assert_allclose(network().outputs(samples(3)), e / e.sum(axis=1, keepdims=True), rtol=1e-5)


def test_a_row_gives_the_same_alone_and_among_others() -> None:
    x = samples(9)

    np.testing.assert_allclose(network().probabilities(x[4:5])[0], network().probabilities(x)[4], rtol=1e-5)


def test_threads_do_not_disturb_each_other() -> None:
    net, batches = network(), [samples(n) for n in range(1, 33)]
    alone = [net.probabilities(x) for x in batches]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(net.probabilities, batches * 4))

    for i, probabilities in enumerate(together):
        np.testing.assert_array_equal(probabilities, alone[i % len(batches)])


def test_equal_networks_have_equal_hashes_and_any_bit_changes_them() -> None:
    one, same, other = network(), network(), network()
    other.weights[0][3, 4] = np.nextafter(other.weights[0][3, 4], np.float32(1))

    assert one.sha256() == same.sha256()
    assert one.sha256() != other.sha256()
    assert len(one.sha256()) == len(hashlib.sha256().hexdigest())
    relu = Network(Architecture((784, 20, 10), "relu", "softmax"), one.weights, one.biases)
    assert one.sha256() != relu.sha256()


def test_a_network_keeps_copies_of_what_it_is_given() -> None:
    weights = [np.ones((2, 2), np.float32)]
    net = Network(Architecture((2, 2), "relu", "softmax"), weights, [np.zeros(2, np.float32)])

    weights[0][:] = 5

    assert (net.weights[0] == 1).all()
    assert net.weights[0].dtype == np.float32
    assert net.biases[0].flags["C_CONTIGUOUS"]


@pytest.mark.parametrize("shape", [(784,), (2, 783), (1, 28, 28)])
def test_input_of_another_shape_is_refused(shape: Any) -> None:
    with pytest.raises(ShapeError, match=r"expected x of shape \(n, 784\)"):
        network().probabilities(np.zeros(shape, np.float32))


def test_bytes_are_not_taken_for_pixels_in_0_to_1() -> None:
    with pytest.raises(DataError, match="float32"):
        network().probabilities(np.zeros((1, 784), np.uint8))


def test_parameters_of_another_shape_are_refused() -> None:
    with pytest.raises(ShapeError, match="layer 0"):
        Network(Architecture((3, 2), "relu", "softmax"), [np.zeros((2, 3))], [np.zeros(2)])
    with pytest.raises(ShapeError, match="expected 1 weights"):
        Network(Architecture((3, 2), "relu", "softmax"), [], [])


def test_parameters_that_are_not_finite_are_refused() -> None:
    with pytest.raises(DataError, match="finite"):
        Network(Architecture((3, 2), "relu", "softmax"), [np.full((3, 2), np.nan)], [np.zeros(2)])


@pytest.mark.parametrize(
    ("layer_sizes", "activation", "output"),
    [
        ((784,), "relu", "softmax"),
        ((784, 0, 10), "relu", "softmax"),
        ((784, 2.5, 10), "relu", "softmax"),
        ([784, 10], "relu", "softmax"),
        ((784, 10), "swish", "softmax"),
        ((784, 10), "relu", "linear"),
    ],
)
def test_an_impossible_architecture_is_refused(layer_sizes: Any, activation: Any, output: Any) -> None:
    with pytest.raises(ArchitectureError, match="must be"):
        Architecture(layer_sizes, activation, output)


def test_parameters_are_counted() -> None:
    assert Architecture((784, 250, 10), "relu", "softmax").parameter_count == 784 * 250 + 250 + 250 * 10 + 10


@pytest.mark.parametrize(
    ("initializer", "deviation"),
    [("uniform", 1 / np.sqrt(12)), ("xavier", np.sqrt(2 / (784 + 20))), ("he", np.sqrt(2 / 784))],
)
def test_initial_weights_have_the_variance_of_their_source(initializer: Any, deviation: Any) -> None:
    w = network(initializer=initializer).weights[0]

    assert w.std() == pytest.approx(deviation, rel=0.03)
    assert w.mean() == pytest.approx(0, abs=0.01)


def test_uniform_parameters_lie_within_half() -> None:
    net = network(initializer="uniform")

    for values in (*net.weights, *net.biases):
        assert (np.abs(values) <= 0.5).all()
        assert values.std() > 0.1


def test_an_unknown_initializer_is_refused() -> None:
    with pytest.raises(ArchitectureError, match="initializer"):
        network(initializer="zeros")
