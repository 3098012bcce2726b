"""ONNX files as other programs write dense networks: each is read, and answers as ONNX Runtime does."""

from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from inference.errors import ArtifactError
from inference.model_files.kinds import read_network
from inference.model_files.onnx.importing import read

RNG = np.random.default_rng(3)
W0, B0 = RNG.normal(0, 0.1, (784, 24)).astype(np.float32), RNG.normal(0, 0.1, 24).astype(np.float32)
W1, B1 = RNG.normal(0, 0.3, (24, 10)).astype(np.float32), RNG.normal(0, 0.1, 10).astype(np.float32)
X = RNG.random((30, 784), np.float32)


def node(operator: str, inputs: str, output: str, **attributes: Any) -> Any:
    """A node whose inputs are words."""
    return helper.make_node(operator, inputs.split(), [output], **attributes)


def model(
    nodes: list[Any], constants: dict[str, NDArray[Any]], shape: tuple[Any, ...] = ("n", 784), opset: int = 17
) -> bytes:
    """The file of a graph from `x` to `y`."""
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 10])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    return bytes(made.SerializeToString())


def runtime(data: bytes, x: NDArray[np.float32] = X) -> NDArray[np.float32]:
    """What ONNX Runtime answers."""
    answer: NDArray[np.float32] = onnxruntime.InferenceSession(data).run(None, {"x": x})[0]
    return answer


def softmax(z: NDArray[np.float32]) -> NDArray[np.float32]:
    exponents = np.exp(z - z.max(axis=1, keepdims=True))
    return exponents / exponents.sum(axis=1, keepdims=True)


def keras_nodes(activation: str = "Relu", end: str = "Softmax") -> list[Any]:
    """As converters of Keras write it: MatMul and Add."""
    return [
        node("MatMul", "x w0", "m0"),
        node("Add", "m0 b0", "z0"),
        node(activation, "z0", "a0"),
        node("MatMul", "a0 w1", "m1"),
        node("Add", "b1 m1", "z1"),
        node(end, "z1", "y"),
    ]


KERAS = {"w0": W0, "b0": B0, "w1": W1, "b1": B1.reshape(1, 10)}


@pytest.mark.parametrize("activation", ["Relu", "Tanh", "Sigmoid"])
def test_a_network_of_matmul_and_add_answers_the_same(activation: str) -> None:
    data = model(keras_nodes(activation), KERAS)
    np.testing.assert_allclose(read(data).probabilities(X), runtime(data), atol=1e-5)


def test_images_and_logits_as_pytorch_writes_them_answer_the_same() -> None:
    nodes = [
        node("Flatten", "x", "rows", axis=1),
        node("Gemm", "rows w0 b0", "z0", alpha=1.0, beta=1.0, transB=1),
        node("Relu", "z0", "a0"),
        node("Gemm", "a0 w1 b1", "y", alpha=1.0, beta=1.0, transB=1),
    ]
    data = model(nodes, {"w0": W0.T.copy(), "b0": B0, "w1": W1.T.copy(), "b1": B1}, shape=("n", 1, 28, 28))
    logits = runtime(data, X.reshape(-1, 1, 28, 28))
    np.testing.assert_allclose(read(data).probabilities(X), softmax(logits), atol=1e-5)


def test_sigmoid_outputs_are_read_as_such() -> None:
    data = model(keras_nodes("Sigmoid", "Sigmoid"), KERAS)
    network = read(data)
    assert network.architecture.output == "sigmoid"
    np.testing.assert_allclose(network.outputs(X), runtime(data), atol=1e-5)


def test_constants_transposes_casts_and_identities_are_followed() -> None:
    nodes = [
        node("Constant", "", "shape", value=numpy_helper.from_array(np.array([-1, 784]))),
        node("Reshape", "x shape", "rows"),
        node("Constant", "", "w0t", value=numpy_helper.from_array(W0.T.astype(np.float64))),
        node("Cast", "w0t", "w0f", to=TensorProto.FLOAT),
        node("Transpose", "w0f", "w0", perm=[1, 0]),
        node("MatMul", "rows w0", "m0"),
        node("Add", "m0 b0", "z0"),
        node("Identity", "z0", "i0"),
        node("Tanh", "i0", "a0"),
        node("Gemm", "a0 w1 b1", "z1"),
        node("Softmax", "z1", "y", axis=-1),
    ]
    data = model(nodes, {"b0": B0, "w1": W1, "b1": B1}, shape=("n", 28, 28))
    np.testing.assert_allclose(read(data).probabilities(X), runtime(data, X.reshape(-1, 28, 28)), atol=1e-5)


def test_a_layer_without_biases_has_zeros() -> None:
    nodes = [node("Gemm", "x w0", "z0"), node("Relu", "z0", "a0"), node("MatMul", "a0 w1", "y")]
    data = model(nodes, {"w0": W0, "w1": W1})
    np.testing.assert_allclose(read(data).probabilities(X), softmax(runtime(data)), atol=1e-5)


def test_numbers_in_the_fields_of_their_type_are_read_too() -> None:
    graph = helper.make_graph(
        [node("Gemm", "x w b", "y")],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 784])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 10])],
        [
            helper.make_tensor("w", TensorProto.FLOAT, (784, 10), W0[:, :10].ravel()),
            helper.make_tensor("b", TensorProto.DOUBLE, (10,), B1.astype(np.float64)),
        ],
    )
    network = read(bytes(helper.make_model(graph).SerializeToString()))
    np.testing.assert_array_equal(network.weights[0], W0[:, :10])
    np.testing.assert_array_equal(network.biases[0], B1)


REFUSED: dict[str, tuple[list[Any], str]] = {
    "an operation in the middle": ([*keras_nodes()[:2], node("Gelu", "z0", "y")], "got the operator Gelu"),
    "two activations": (
        [*keras_nodes()[:2], node("Relu", "z0", "r"), node("Tanh", "r", "a0"), *keras_nodes()[3:]],
        "got Relu and Tanh",
    ),
    "no activation": (
        [*keras_nodes()[:2], node("MatMul", "z0 w1", "m1"), *keras_nodes()[4:]],
        "the same activation after each hidden layer; got nothing",
    ),
    "biases twice": (
        [*keras_nodes()[:2], node("Add", "z0 b0", "zz"), node("Relu", "zz", "a0"), *keras_nodes()[3:]],
        "one Add of biases",
    ),
    "an end that is no probability": (keras_nodes(end="Tanh"), "Softmax or Sigmoid after the last layer; got Tanh"),
    "a scale before the first layer": ([node("Relu", "x", "r"), *keras_nodes()], "Relu after a dense layer"),
    "values turned round": ([node("Transpose", "x", "t"), *keras_nodes()], "Transpose of the values"),
    "weights on the left": ([node("MatMul", "w0 x", "m0"), *keras_nodes()[1:]], "MatMul to have constant weights"),
    "a cast to whole numbers": ([node("Cast", "x", "i", to=TensorProto.INT64), *keras_nodes()], "Cast to floats"),
    "a reshape that mixes rows": (
        [node("Constant", "", "s", value=numpy_helper.from_array(np.array([784, -1]))), node("Reshape", "x s", "r")],
        "Reshape of images to rows",
    ),
    "fewer pixels": ([node("MatMul", "x w1", "y")], "from 784 inputs"),
}


@pytest.mark.parametrize("title", REFUSED)
def test_a_graph_that_is_more_than_a_plain_dense_network_is_refused(title: str) -> None:
    nodes, words = REFUSED[title]
    with pytest.raises(ArtifactError, match=words):
        read_network(model(nodes, KERAS))
