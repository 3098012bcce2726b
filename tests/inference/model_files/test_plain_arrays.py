"""Arrays of other programs, by their own names, as NumPy archive, safetensors and pickle."""

import io
import pickle
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import save

from inference.errors import ArtifactError, MissingFactsError
from inference.model_files.import_options import ImportOptions
from inference.model_files.kinds import read_network
from nnlib import Network

Arrays = dict[str, NDArray[Any]]
SAID = ImportOptions(activation="tanh", output="softmax")


def arrays_of(
    weights: str,
    biases: str,
    *,
    first: int = 0,
    sizes: tuple[int, ...] = (784, 30, 20, 10),
    is_transposed: bool = False,
) -> Arrays:
    """A network's arrays under names such as "w{}"; the weights as (inputs, outputs), or the other way round."""
    rng = np.random.default_rng(7)
    found: Arrays = {}
    for n, shape in enumerate(pairwise(sizes), start=first):
        matrix = rng.normal(0, 0.1, shape).astype(np.float32)
        found[weights.format(n)] = np.ascontiguousarray(matrix.T) if is_transposed else matrix
        found[biases.format(n)] = rng.normal(0, 0.1, shape[1]).astype(np.float32)
    return found


def npz(arrays: Arrays, **more: Any) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=True, **arrays, **more)
    return buffer.getvalue()


def expected(sizes: tuple[int, ...] = (784, 30, 20, 10)) -> str:
    """The fingerprint of the network that `arrays_of` has the arrays of."""
    plain = arrays_of("weight_{}", "bias_{}", sizes=sizes)
    return read_network(npz(plain, layers=sizes, activation="tanh", output="softmax"))[0].sha256()


NAMES = [
    ("W{}", "b{}", 1),
    ("w{}", "b{}", 0),
    ("weights_{}", "biases_{}", 1),
    ("weight_{}", "bias_{}", 0),
    ("fc{}.weight", "fc{}.bias", 1),
    ("net.{}.weight", "net.{}.bias", 8),
    ("{}.weight", "{}.bias", 0),
    ("coefs_{}", "intercepts_{}", 0),
    ("dense_{}/kernel:0", "dense_{}/bias:0", 8),
    ("layer{}Weights", "layer{}Biases", 1),
    ("W_fc{}", "b_fc{}", 9),
    ("theta{}", "offset{}", 1),
]


@pytest.mark.parametrize("is_transposed", [False, True])
@pytest.mark.parametrize(("weights", "biases", "first"), NAMES)
def test_arrays_are_read_by_any_names_and_either_way_round(
    weights: str, biases: str, first: int, is_transposed: bool
) -> None:
    arrays = arrays_of(weights, biases, first=first, is_transposed=is_transposed)
    shuffled = {name: arrays[name] for name in sorted(arrays)}
    for data in (npz(arrays), npz(shuffled), save(arrays), pickle.dumps(arrays)):
        network = read_network(data, SAID)[0]
        assert network.sha256() == expected()


@pytest.mark.parametrize("is_transposed", [False, True])
def test_a_square_layer_is_read_the_way_of_the_others(is_transposed: bool) -> None:
    sizes = (784, 784, 24, 24, 24, 10)
    arrays = arrays_of("W{}", "b{}", first=7, sizes=sizes, is_transposed=is_transposed)  # W7 … W11: 10 is after 9
    assert read_network(npz(arrays), SAID)[0].sha256() == expected(sizes)


@pytest.mark.parametrize("shape", [(-1, 1), (1, -1)])
def test_biases_in_a_column_or_row_are_read(shape: tuple[int, int]) -> None:
    arrays = arrays_of("W{}", "b{}")
    arrays |= {name: value.reshape(shape) for name, value in arrays.items() if name.startswith("b")}
    assert read_network(npz(arrays), SAID)[0].sha256() == expected()


def test_arrays_without_names_are_read_in_their_order() -> None:
    values = list(arrays_of("W{}", "b{}").values())
    buffer = io.BytesIO()
    np.savez(buffer, *values)
    pairs = list(zip(values[::2], values[1::2], strict=True))
    for data in (buffer.getvalue(), *(pickle.dumps(each) for each in (values, pairs, [values[::2], values[1::2]]))):
        assert read_network(data, SAID)[0].sha256() == expected()


def test_names_without_numbers_are_ordered_by_their_shapes() -> None:
    values = list(arrays_of("W{}", "b{}").values())
    names = ("input.weight", "input.bias", "hidden.weight", "hidden.bias", "classes.weight", "classes.bias")
    assert read_network(save(dict(zip(names, values, strict=True))), SAID)[0].sha256() == expected()
    names = ("wih", "bh", "whg", "bg", "wgo", "bo")
    assert read_network(npz(dict(zip(names, values, strict=True))), SAID)[0].sha256() == expected()


def test_a_network_without_biases_has_zeros() -> None:
    arrays = {name: value for name, value in arrays_of("W{}", "b{}").items() if name.startswith("W")}
    network = read_network(npz(arrays), SAID)[0]
    assert [not biases.any() for biases in network.biases] == [True, True, True]


def test_single_numbers_and_whole_numbers_beside_the_weights_do_not_matter() -> None:
    more = {"epochs": np.array(5), "rate": np.array(0.1), "sizes": np.array([784, 30, 20, 10])}
    assert read_network(npz(arrays_of("W{}", "b{}"), **more), SAID)[0].sha256() == expected()


def test_narrow_and_wide_floats_are_read() -> None:
    arrays = arrays_of("W{}", "b{}")
    for kind in ("<f2", ">f8"):
        network = read_network(npz({name: value.astype(kind) for name, value in arrays.items()}), SAID)[0]
        np.testing.assert_allclose(network.weights[0], arrays["W0"], atol=1e-3)


def test_activation_and_output_stand_in_the_file_or_are_asked_for() -> None:
    arrays = arrays_of("W{}", "b{}")
    assert read_network(npz(arrays, activation="tanh", output="softmax"))[0].sha256() == expected()
    assert read_network(save(arrays, {"activation": "tanh", "output": "softmax"}))[0].sha256() == expected()
    for data in (npz(arrays), save(arrays), pickle.dumps(arrays)):
        with pytest.raises(MissingFactsError, match=r"activation \(sigmoid, tanh, relu\) and output") as caught:
            read_network(data)
        assert caught.value.fields == ("activation", "output")
    with pytest.raises(MissingFactsError, match=r"expected output \(sigmoid, softmax\) with this file"):
        read_network(npz(arrays), ImportOptions(activation="relu"))


@pytest.mark.parametrize(("written", "ours"), [("ReLU", "relu"), ("logistic", "sigmoid"), ("Tanh", "tanh")])
def test_functions_are_read_as_other_programs_write_them(written: str, ours: str) -> None:
    arrays = arrays_of("W{}", "b{}")
    for data in (npz(arrays, activation=written, output="Softmax"), save(arrays, {"activation": written})):
        assert read_network(data, ImportOptions(output="softmax"))[0].architecture.activation == ours


def test_matrices_that_are_called_as_a_layer_are_weights() -> None:
    values = list(arrays_of("W{}", "b{}").values())
    names = ("first", "first_b", "activation", "activation_b", "output", "output_b")
    arrays = dict(zip(names, values, strict=True))
    for data in (npz(arrays), save(arrays), pickle.dumps(arrays)):
        assert read_network(data, SAID)[0].sha256() == expected()


def test_without_hidden_layers_only_the_output_is_asked_for() -> None:
    data = npz(arrays_of("W{}", "b{}", sizes=(784, 10)))
    with pytest.raises(MissingFactsError) as caught:
        read_network(data)
    assert caught.value.fields == ("output",)
    assert read_network(data, ImportOptions(output="sigmoid"))[0].architecture.output == "sigmoid"


def test_what_is_given_may_not_contradict_the_file(draw_network: Callable[..., Network]) -> None:
    arrays = npz(arrays_of("W{}", "b{}"), activation="relu")
    with pytest.raises(ArtifactError, match="expected the activation that the file says, relu; got tanh"):
        read_network(arrays, SAID)


def without(name: str) -> Arrays:
    return {key: value for key, value in arrays_of("W{}", "b{}").items() if key != name}


ODD = np.zeros((30, 20), np.float32)
REFUSED: dict[str, tuple[Arrays, str]] = {
    "nothing": ({}, "lead from 784 inputs to 10 outputs; got none"),
    "a matrix too few": (without("W1"), r"lead from 784 inputs to 10 outputs; got W0 \(784, 30\), W2 \(20, 10\)"),
    "biases too few": (without("b1"), r"biases of the sizes 30, 20, 10, or none at all; got b0 \(30,\), b2 \(10,\)"),
    "other inputs": ({"W1": np.zeros((100, 10), np.float32)}, "lead from 784 inputs"),
    "another matrix": ({**arrays_of("W{}", "b{}"), "momentum": ODD}, "lead from 784 inputs"),
    "another row": ({**arrays_of("W{}", "b{}"), "losses": np.zeros(50, np.float32)}, "or none at all; got losses"),
    "a convolution": ({"conv.weight": np.zeros((8, 1, 3, 3), np.float32)}, "weights of a dense layer in 'conv.weight'"),
    "a batch normalization": (
        {**arrays_of("W{}", "b{}"), "1.running_mean": np.zeros(30, np.float32)},
        "of a batch normalization: export it as ONNX",
    ),
    "layers of one shape without numbers": (
        {
            name: np.zeros(shape, np.float32)
            for name, shape in {"w_in": (784, 30), "w_one": (30, 30), "w_two": (30, 30), "w_out": (30, 10)}.items()
        },
        "expected numbers in the names of w_one and w_two",
    ),
    "too many layers": (
        arrays_of("W{}", "b{}", sizes=(784, *[12] * 9, 10)),
        "at most 9 weight matrices; got 10",
    ),
    "not-a-number": ({**arrays_of("W{}", "b{}"), "b0": np.full(30, np.nan, np.float32)}, "finite biases"),
}


@pytest.mark.parametrize("title", REFUSED)
def test_arrays_that_make_no_network_are_refused_in_words(title: str) -> None:
    arrays, words = REFUSED[title]
    for data in (npz(arrays), *([save(arrays)] if arrays else [])):
        with pytest.raises(ArtifactError, match=words):
            read_network(data, SAID)


def test_a_list_of_arrays_in_one_is_refused_with_the_remedy() -> None:
    ragged = np.empty(2, object)
    ragged[:] = [np.zeros((784, 16)), np.zeros((16, 10))]
    with pytest.raises(ArtifactError, match=r'in "weights"; got Python objects.*np\.savez\(path, W1=…'):
        read_network(npz({"weights": ragged}), SAID)


def test_tensors_of_types_that_numpy_lacks_are_named() -> None:
    header = b'{"0.weight":{"dtype":"BF16","shape":[10,784],"data_offsets":[0,15680]}}'
    with pytest.raises(ArtifactError, match=r"'0.weight' is BF16: save them as float32, in PyTorch after model.float"):
        read_network(len(header).to_bytes(8, "little") + header + bytes(15680), SAID)


@pytest.mark.parametrize("name", ["../../W1", "/etc/W1", "a//W1", "..\\W1"])
def test_a_name_that_leaves_the_folder_is_refused(name: str) -> None:
    with pytest.raises(ArtifactError, match="plain names of arrays"):
        read_network(npz({name: np.zeros((784, 10), np.float32)}), SAID)
