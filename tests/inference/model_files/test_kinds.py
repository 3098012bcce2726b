"""Networks as pickle, NumPy archive, safetensors and ONNX: each comes back, and its kind is told by its content."""

import io
import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load

from inference.errors import ArtifactError
from inference.model_files.foreign import ARRAYS, KERAS
from inference.model_files.kinds import KINDS, kind_of, read_network
from nnlib import Network

Draw = Callable[..., Network]
NETWORKS: dict[str, dict[str, Any]] = {
    "softmax": {"hidden": (20,), "activation": "relu", "output": "softmax"},
    "sigmoid outputs": {"hidden": (20,), "activation": "sigmoid", "output": "sigmoid"},
    "deep": {"hidden": (30, 12, 8), "activation": "tanh", "output": "sigmoid"},
    "no hidden layer": {"hidden": (), "activation": "tanh", "output": "softmax"},
}


@pytest.fixture
def pixels() -> NDArray[np.float32]:
    """Rows of pixels in [0, 1]; one is empty."""
    x = np.random.default_rng(5).random((40, 784), np.float32)
    x[0] = 0
    return x


@pytest.fixture(params=NETWORKS)
def network(request: pytest.FixtureRequest, draw_network: Draw) -> Network:
    """Networks of every shape that formats must carry."""
    facts = dict(NETWORKS[request.param])
    hidden = facts.pop("hidden")
    if hidden:
        return draw_network(*hidden, **facts)
    plain = draw_network(10, **facts)
    shallow = type(plain.architecture)((784, 10), facts["activation"], facts["output"])
    return Network(shallow, plain.weights[:1], plain.biases[:1])


@pytest.mark.parametrize("key", KINDS)
def test_a_network_answers_the_same_after_it_was_written_and_read(
    key: str, network: Network, pixels: NDArray[np.float32]
) -> None:
    back, kind = read_network(KINDS[key].write(network, {"preprocessing": "x"}))
    assert kind.key == key
    assert back.architecture == network.architecture
    np.testing.assert_allclose(back.probabilities(pixels), network.probabilities(pixels), atol=1e-6)


def test_onnx_runtime_answers_as_our_predictor_does(network: Network, pixels: NDArray[np.float32]) -> None:
    data = KINDS["onnx"].write(network, {})
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    session = onnxruntime.InferenceSession(data)
    (probabilities,) = session.run(["probabilities"], {"pixels": pixels})
    np.testing.assert_allclose(probabilities, network.probabilities(pixels), atol=1e-5)


def test_outputs_that_are_all_nothing_become_probabilities_in_onnx_too(draw_network: Draw) -> None:
    network = draw_network(16, output="sigmoid")
    network.biases[-1][:] = np.linspace(-300, -200, 10)
    session = onnxruntime.InferenceSession(KINDS["onnx"].write(network, {}))
    (probabilities,) = session.run(None, {"pixels": np.zeros((1, 784), np.float32)})
    np.testing.assert_allclose(probabilities, network.probabilities(np.zeros((1, 784), np.float32)), atol=1e-5)
    assert probabilities.sum() == pytest.approx(1)


def test_an_onnx_file_tells_what_it_is(draw_network: Draw) -> None:
    session = onnxruntime.InferenceSession(KINDS["onnx"].write(draw_network(20), {"preprocessing": "mnist-1"}))
    assert session.get_modelmeta().custom_metadata_map == {
        "format": "digitlab-network",
        "version": "1",
        "layers": "784-20-10",
        "activation": "relu",
        "output": "softmax",
        "preprocessing": "mnist-1",
    }


def test_a_safetensors_file_is_read_by_its_own_library(draw_network: Draw) -> None:
    network = draw_network(20)
    data = KINDS["safetensors"].write(network, {"preprocessing": "mnist-1"})
    tensors = load(data)
    assert set(tensors) == {"weight_0", "bias_0", "weight_1", "bias_1"}
    np.testing.assert_array_equal(tensors["weight_1"], network.weights[1])
    header = json.loads(data[8 : 8 + struct.unpack("<Q", data[:8])[0]])
    assert header["__metadata__"]["preprocessing"] == "mnist-1"


def test_an_archive_of_somebody_elses_is_read_with_its_wider_numbers(draw_network: Draw) -> None:
    network = draw_network(20)
    arrays: dict[str, Any] = {f"weight_{n}": w.astype(np.float64, order="F") for n, w in enumerate(network.weights)}
    arrays |= {f"bias_{n}": b.astype(">f8") for n, b in enumerate(network.biases)}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, layers=[784, 20, 10], activation="relu", output="softmax", more=np.zeros(9), **arrays)
    assert read_network(buffer.getvalue())[0].sha256() == network.sha256()


def test_an_archive_without_an_array_says_which(draw_network: Draw) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, layers=[784, 10], activation="relu", output="softmax", weight_0=np.zeros((784, 10)))
    with pytest.raises(ArtifactError, match='array "bias_0" in the archive; there are layers, activation'):
        read_network(buffer.getvalue())


@pytest.mark.parametrize("data", [b"", b"weights = [1, 2]", b"\x89PNG\r\n\x1a\n", b"<html>", b"\x7fELF"])
def test_a_file_that_begins_like_no_model_is_told_what_could_be_read(data: bytes) -> None:
    with pytest.raises(ArtifactError, match=r"expected a model file \(Pickle, NumPy archive, Safetensors, ONNX\)"):
        kind_of(data)


@pytest.mark.parametrize("key", KINDS)
def test_a_file_that_was_cut_anywhere_is_refused(key: str, draw_network: Draw) -> None:
    data = KINDS[key].write(draw_network(16), {})
    for end in [*range(1, 400, 7), len(data) // 2, len(data) - 23, len(data) - 1]:
        with pytest.raises(ArtifactError):
            read_network(data[:end])


@pytest.mark.parametrize("key", KINDS)
def test_a_file_with_changed_bytes_is_read_or_refused_but_never_breaks(key: str, draw_network: Draw) -> None:
    data = bytearray(KINDS[key].write(draw_network(16), {}))
    rng = np.random.default_rng(8)
    heads = [*range(200), *range(len(data) - 400, len(data))]
    for position in [*heads, *rng.integers(0, len(data), 200).tolist()]:
        changed = data[:]
        changed[position] = int(rng.integers(256))
        try:
            read_network(bytes(changed))
        except ArtifactError:
            continue


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "an empty file"),
        (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
        (b"\x89HDF\r\n\x1a\n", f"an HDF5 file, such as Keras writes: {KERAS}"),
        (b"digit,share\n1,0.5", f"a CSV text, which begins with “digit,share 1,0.5”: {ARRAYS}"),
        (b"\xfe\xed\x01", "a file of an unknown kind, which begins with the bytes fe ed 01"),
    ],
)
def test_a_file_that_is_no_model_is_called_what_it_is(data: bytes, words: str) -> None:
    with pytest.raises(ArtifactError) as caught:
        kind_of(data)
    assert str(caught.value).endswith(f"; got {words}")
