"""Model files: ours and the original project's, and what is refused of them."""

import pickle
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from inference.errors import ArtifactError
from inference.model_files.pickle import network_pickle
from nnlib import Network

SIZES = [784, 16, 10]


def contents(**changes: Any) -> dict[str, Any]:
    """What our model file holds, with some of it changed; None leaves a key out."""
    rng = np.random.default_rng(2)
    plain = {
        "format": "digitlab-network",
        "version": 1,
        "layers": SIZES,
        "activation": "relu",
        "output": "softmax",
        "weights": [rng.normal(size=shape).astype(np.float32) for shape in ((784, 16), (16, 10))],
        "biases": [np.zeros(16, np.float32), np.zeros(10, np.float32)],
    }
    return {key: value for key, value in {**plain, **changes}.items() if value is not None}


def file_of(**changes: Any) -> bytes:
    return pickle.dumps(contents(**changes), 4)


def original_file(dtype: Any = np.float64) -> tuple[dict[str, Any], bytes]:
    """What the original project writes: `(outputs, inputs)` in float64."""
    rng = np.random.default_rng(3)
    value = {
        "weights": [rng.uniform(-0.5, 0.5, (250, 784)).astype(dtype), rng.uniform(-0.5, 0.5, (10, 250)).astype(dtype)],
        "biases": [rng.uniform(-0.5, 0.5, 250).astype(dtype), rng.uniform(-0.5, 0.5, 10).astype(dtype)],
    }
    return value, pickle.dumps(value)


def test_a_network_comes_back_from_its_file(draw_network: Callable[..., Network]) -> None:
    network = draw_network(32, 12, output="sigmoid", activation="tanh")
    back = network_pickle.network_from_bytes(network_pickle.network_to_bytes(network, preprocessing="x"))
    assert back.architecture == network.architecture
    assert back.sha256() == network.sha256()


def test_the_same_network_gives_the_same_file(draw_network: Callable[..., Network]) -> None:
    first, second = (network_pickle.network_to_bytes(draw_network(seed=4)) for _ in range(2))
    assert network_pickle.sha256(first) == network_pickle.sha256(second)


def test_anybody_can_read_our_file_with_pickle_and_numpy_alone(draw_network: Callable[..., Network]) -> None:
    network = draw_network(20)
    value = pickle.loads(network_pickle.network_to_bytes(network))
    assert (value["layers"], value["activation"], value["output"]) == ([784, 20, 10], "relu", "softmax")
    np.testing.assert_array_equal(value["weights"][0], network.weights[0])


def test_the_original_projects_file_is_read_as_its_transpose() -> None:
    value, data = original_file()
    network = network_pickle.network_from_bytes(data)
    assert network.architecture.layer_sizes == (784, 250, 10)
    assert (network.architecture.activation, network.architecture.output) == ("sigmoid", "sigmoid")
    for ours, theirs in zip(network.weights, value["weights"], strict=True):
        np.testing.assert_array_equal(ours, theirs.T.astype(np.float32))
    for ours, theirs in zip(network.biases, value["biases"], strict=True):
        np.testing.assert_array_equal(ours, theirs.astype(np.float32))


def test_the_original_projects_network_answers_as_its_own_formula_does() -> None:
    value, data = original_file()
    x = np.random.default_rng(1).random((3, 784))
    y = x
    for w, b in zip(value["weights"], value["biases"], strict=True):
        y = 1 / (1 + np.exp(-(y @ w.T + b)))
    outputs = network_pickle.network_from_bytes(data).outputs(x.astype(np.float32))
    np.testing.assert_allclose(outputs, y, atol=1e-5)


def test_biases_in_columns_are_read_as_rows() -> None:
    value, data = original_file()
    columns = pickle.dumps({**value, "biases": [b.reshape(-1, 1) for b in value["biases"]]})
    assert network_pickle.network_from_bytes(columns).sha256() == network_pickle.network_from_bytes(data).sha256()


NAN = np.full(16, np.nan, np.float32)

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no weights": ({"weights": None}, '"weights" and "biases"'),
    "another format": ({"format": "keras"}, "expected format 'digitlab-network' version 1; got 'keras'"),
    "an array as the format": ({"format": np.zeros(3)}, "expected format"),
    "a later version": ({"version": 2}, "got 'digitlab-network' version 2"),
    "an array as the version": ({"version": np.arange(3)}, "expected format"),
    "no layers": ({"layers": []}, "2 to 10 layers from 784 inputs to 10 outputs"),
    "layers that are text": ({"layers": "784"}, "list of layer sizes"),
    "layers that are fractions": ({"layers": [784, 16.5, 10]}, "list of layer sizes"),
    "a layer that is a truth": ({"layers": [784, True, 10]}, "list of layer sizes"),
    "a negative layer": ({"layers": [784, -16, 10]}, "list of layer sizes"),
    "other inputs": ({"layers": [100, 16, 10]}, "from 784 inputs"),
    "other outputs": ({"layers": [784, 16, 9]}, "to 10 outputs"),
    "too many layers": ({"layers": [784, *[16] * 9, 10]}, "2 to 10 layers"),
    "too many parameters": ({"layers": [784, 2**31, 10]}, "at most 20,000,000 parameters"),
    "an unknown activation": ({"activation": "softsign"}, "softsign"),
    "an array as the activation": ({"activation": np.zeros(3)}, "784-16-10"),
    "a list as the activation": ({"activation": ["relu"]}, "784-16-10"),
    "an unknown output": ({"output": "tanh"}, "tanh"),
    "one weight array too few": ({"weights": [np.zeros((784, 16), np.float32)]}, "784-16-10"),
    "weights that are one array": ({"weights": np.zeros((784, 16), np.float32)}, "weights as a list"),
    "weights of another layer": ({"layers": [784, 15, 10]}, r"shape \(784, 15\); got float32 \(784, 16\)"),
    "weights of the wrong way round": (
        {"weights": [np.zeros((16, 784), np.float32), np.zeros((10, 16), np.float32)]},
        r"got float32 \(16, 784\)",
    ),
    "whole numbers": ({"biases": [np.zeros(16, np.int64), np.zeros(10, np.float32)]}, "floats"),
    "biases that are lists": ({"biases": [[0.0] * 16, [0.0] * 10]}, "got list"),
    "biases in a dictionary": ({"biases": {"a": 1}}, "biases as a list"),
    "not-a-number": ({"biases": [NAN, np.zeros(10, np.float32)]}, "finite biases"),
    "infinity": ({"biases": [np.zeros(16, np.float32), np.full(10, np.inf, np.float32)]}, "finite biases"),
    "numbers beyond float32": ({"biases": [np.full(16, 1e300), np.zeros(10)]}, "finite biases"),
}


@pytest.mark.parametrize("title", REFUSED)
def test_a_file_that_does_not_fit_is_refused_in_plain_words(title: str) -> None:
    changes, words = REFUSED[title]
    with warnings.catch_warnings(), pytest.raises(ArtifactError, match=words):
        network_pickle.network_from_bytes(file_of(**changes))


ORIGINAL_REFUSED: dict[str, dict[str, Any]] = {
    "no layers": {"weights": [], "biases": []},
    "weights that are lists": {"weights": [[1.0]], "biases": [[1.0]]},
    "weights that do not follow": {"weights": [np.zeros((250, 784)), np.zeros((10, 249))], "biases": [np.zeros(250)]},
    "biases of another size": {
        "weights": [np.zeros((250, 784)), np.zeros((10, 250))],
        "biases": [np.zeros(249), np.zeros(10)],
    },
    "one bias too few": {"weights": [np.zeros((250, 784)), np.zeros((10, 250))], "biases": [np.zeros(250)]},
    "biases that are a number": {"weights": [np.zeros((10, 784))], "biases": 3},
    "one-dimensional weights": {"weights": [np.zeros(784)], "biases": [np.zeros(10)]},
    "not-a-number": {"weights": [np.full((10, 784), np.nan)], "biases": [np.zeros(10)]},
}


@pytest.mark.parametrize("title", ORIGINAL_REFUSED)
def test_an_original_file_that_does_not_fit_is_refused(title: str) -> None:
    with pytest.raises(ArtifactError):
        network_pickle.network_from_bytes(pickle.dumps(ORIGINAL_REFUSED[title]))


@pytest.mark.parametrize("value", [[], "text", 3, None, {"a": 1}])
def test_a_file_of_something_else_is_refused(value: Any) -> None:
    with pytest.raises(ArtifactError, match='"weights" and "biases"'):
        network_pickle.network_from_bytes(pickle.dumps(value))


def test_what_is_written_beside_the_weights_does_not_matter() -> None:
    assert network_pickle.network_from_bytes(file_of(note="anything", more=[1, 2])).architecture.layer_sizes == (
        784,
        16,
        10,
    )
