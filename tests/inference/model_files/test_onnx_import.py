"""ONNX files as other programs write dense networks: each is read, and answers as ONNX Runtime does."""

from typing import Any

import numpy as np
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from inference.errors import ArtifactError
from inference.model_files.import_options import ImportOptions
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


SCALE, SHIFT = RNG.uniform(0.5, 2, 24).astype(np.float32), RNG.normal(0, 0.3, 24).astype(np.float32)
MEAN, VARIANCE = RNG.normal(0, 0.3, 24).astype(np.float32), RNG.uniform(0.3, 2, 24).astype(np.float32)
LAYERS = {"w0": W0, "b0": B0, "w1": W1, "b1": B1}
NORMAL = {"scale": SCALE, "shift": SHIFT, "mean": MEAN, "variance": VARIANCE}


def number(value: float) -> NDArray[np.float32]:
    return np.array(value, np.float32)


def dense(flow: str = "x", *, first: list[Any] | None = None, second: list[Any] | None = None) -> list[Any]:
    """Two layers with Relu; `first` leads from `z0` to `h0`, `second` from `a0` to `h1`."""
    return [
        node("Gemm", f"{flow} w0 b0", "z0"),
        *(first or [node("Identity", "z0", "h0")]),
        node("Relu", "h0", "a0"),
        *(second or [node("Identity", "a0", "h1")]),
        node("Gemm", "h1 w1 b1", "y"),
    ]


# Per title the nodes, the constants, and the shape of a sample.
FOLDED: dict[str, tuple[list[Any], dict[str, NDArray[Any]], tuple[int, ...]]] = {
    "dropout": (dense(second=[node("Dropout", "a0", "h1")]), {}, (784,)),
    "dropout with a mask and a ratio": (
        dense(second=[helper.make_node("Dropout", ["a0", "ratio", "training"], ["h1", "mask"])]),
        {"ratio": number(0.5), "training": np.array(False)},
        (784,),
    ),
    "inputs less a mean, by a deviation": (
        [node("Sub", "x m", "d"), node("Div", "d s", "e"), *dense("e")],
        {"m": number(0.1307), "s": number(0.3081)},
        (784,),
    ),
    "inputs of −1 to 1, before they are rows": (
        [node("Mul", "x m", "d"), node("Add", "s d", "e"), node("Flatten", "e", "f"), *dense("f")],
        {"m": np.full((1, 1, 1, 1), 2, np.float32), "s": np.full((1, 1), -1, np.float32)},
        (1, 28, 28),
    ),
    "a mean of each pixel": (
        [node("Sub", "x m", "d"), node("Flatten", "d", "f"), *dense("f")],
        {"m": RNG.random((1, 28, 28), np.float32)},
        (28, 28),
    ),
    "a factor of each column": (
        [node("Mul", "x m", "d"), node("Flatten", "d", "f"), *dense("f")],
        {"m": RNG.random(28, np.float32)},
        (28, 28),
    ),
    "inputs the other way round": ([node("Sub", "one x", "d"), *dense("d")], {"one": number(1)}, (784,)),
    "a batch normalization of the images": (
        [node("BatchNormalization", "x g b m v", "d"), node("Flatten", "d", "f"), *dense("f")],
        {n: np.array([value], np.float32) for n, value in {"g": 1.5, "b": 0.2, "m": 0.13, "v": 0.09}.items()},
        (1, 28, 28),
    ),
    "a batch normalization before the activation": (
        dense(first=[node("BatchNormalization", "z0 scale shift mean variance", "h0", epsilon=0.001)]),
        NORMAL,
        (784,),
    ),
    "a batch normalization after the activation": (
        dense(second=[node("BatchNormalization", "a0 scale shift mean variance", "h1")]),
        NORMAL,
        (784,),
    ),
    "scales and shifts between layers": (
        dense(
            first=[node("Mul", "z0 scale", "p"), node("Add", "shift p", "h0")],
            second=[node("Div", "a0 variance", "q"), node("Sub", "mean q", "h1")],
        ),
        NORMAL,
        (784,),
    ),
    "a gemm with alpha and beta": (
        [
            node("Gemm", "x w0t b0", "z0", alpha=0.5, beta=2.0, transB=1),
            node("Relu", "z0", "a0"),
            node("Gemm", "a0 w1 lone", "y", alpha=3.0),
        ],
        {"w0t": W0.T.copy(), "lone": number(0.25)},
        (784,),
    ),
    "biases in two parts": ([*dense()[:-1], node("Gemm", "h1 w1 b1", "p"), node("Add", "p b1", "y")], {}, (784,)),
    "logits by a temperature": (
        [*dense()[:-1], node("Gemm", "h1 w1 b1", "p"), node("Div", "p t", "y")],
        {"t": number(1.7)},
        (784,),
    ),
    "the shape as PyTorch computes it": (
        [
            node("Shape", "x", "s"),
            node("Constant", "", "zero", value=numpy_helper.from_array(np.array(0))),
            node("Gather", "s zero", "n", axis=0),
            node("Constant", "", "axes", value=numpy_helper.from_array(np.array([0]))),
            node("Unsqueeze", "n axes", "n1"),
            node("Constant", "", "rest", value=numpy_helper.from_array(np.array([-1]))),
            node("Concat", "n1 rest", "target", axis=0),
            node("Reshape", "x target", "f"),
            *dense("f"),
        ],
        {},
        (1, 28, 28),
    ),
    "a channel moved, squeezed out and put in again": (
        [
            node("Transpose", "x", "t", perm=[0, 3, 1, 2]),
            node("Squeeze", "t one", "q"),
            node("Unsqueeze", "q one", "u"),
            node("Reshape", "u rows", "f"),
            *dense("f"),
        ],
        {"one": np.array([1]), "rows": np.array([-1, 784])},
        (28, 28, 1),
    ),
}


@pytest.mark.parametrize("title", FOLDED)
def test_what_folds_into_the_layers_answers_as_onnx_runtime(title: str) -> None:
    nodes, constants, shape = FOLDED[title]
    used = {name for each in nodes for name in each.input}
    data = model(nodes, {n: v for n, v in {**LAYERS, **constants}.items() if n in used}, shape=("n", *shape))
    logits = runtime(data, X.reshape(-1, *shape))
    network = read(data)
    assert network.architecture.layer_sizes == (784, 24, 10)
    np.testing.assert_allclose(network.logits(X), logits, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(network.probabilities(X), softmax(logits), atol=1e-5)


@pytest.mark.parametrize("ends", [["LogSoftmax"], ["Softmax", "Log"], ["Softmax", "Dropout", "Log"]])
def test_logarithms_of_probabilities_are_read_as_the_probabilities(ends: list[str]) -> None:
    names = ["z1", *[f"e{n}" for n in range(len(ends) - 1)], "y"]
    steps = [node(end, names[n], names[n + 1]) for n, end in enumerate(ends)]
    data = model([*dense()[:-1], node("Gemm", "h1 w1 b1", "z1"), *steps], LAYERS)
    network = read(data)
    assert network.architecture.output == "softmax"
    np.testing.assert_allclose(network.probabilities(X), np.exp(runtime(data)), atol=1e-5)


def test_logits_are_of_the_output_that_is_given() -> None:
    data = model(dense(), LAYERS)
    assert read(data, ImportOptions(output="sigmoid")).architecture.output == "sigmoid"
    with pytest.raises(ArtifactError, match="expected the activation that the file says, relu; got tanh"):
        read(data, ImportOptions(activation="tanh"))


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
    "an end that is no probability": (keras_nodes(end="Tanh"), "Softmax or Sigmoid after the last layer; got Tanh"),
    "a scale before the first layer": ([node("Relu", "x", "r"), *keras_nodes()], "Relu after a dense layer"),
    "values turned round": ([node("Transpose", "x", "t"), *keras_nodes()], "Transpose of the values"),
    "weights on the left": ([node("MatMul", "w0 x", "m0"), *keras_nodes()[1:]], "MatMul to have constant weights"),
    "a cast to whole numbers": ([node("Cast", "x", "i", to=TensorProto.INT64), *keras_nodes()], "Cast to floats"),
    "a reshape that mixes rows": (
        [node("Constant", "", "s", value=numpy_helper.from_array(np.array([784, -1]))), node("Reshape", "x s", "r")],
        "Reshape of images to rows",
    ),
    "a dropout that drops": (
        [node("Dropout", "x ratio training", "d"), *keras_nodes()],
        "Dropout of the values that is not in training mode",
    ),
    "a normalization that learns": (
        [*keras_nodes()[:2], node("BatchNormalization", "z0 b0 b0 b0 b0", "n", training_mode=1)],
        "BatchNormalization of the values that is not in training mode",
    ),
    "a scale before an activation that follows another": (
        [*keras_nodes()[:2], node("Relu", "z0", "r"), node("Mul", "r two", "s"), node("Relu", "s", "a0")],
        "Relu after a dense layer",
    ),
    "a scale of probabilities": (
        [*keras_nodes(end="Identity")[:-1], node("Softmax", "z1", "p"), node("Mul", "p two", "y")],
        "got a scale or shift after the last function",
    ),
    "a constant divided by the values": ([node("Div", "two x", "d"), *keras_nodes()], "got a constant divided"),
    "a square": ([node("Mul", "x x", "d"), *keras_nodes()], "Mul of the values and a constant"),
    "images turned": (
        [node("Reshape", "x square", "q"), node("Transpose", "q", "t", perm=[0, 2, 1]), node("Flatten", "t", "f")],
        "Transpose of the values",
    ),
    "the digit alone": ([*keras_nodes()[:-1], node("ArgMax", "z1", "y", axis=1)], "got the operator ArgMax"),
    "fewer pixels": ([node("MatMul", "x w1", "y")], "from 784 inputs"),
}


def test_a_graph_with_several_outputs_is_refused_by_their_names() -> None:
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 10]) for name in ("label", "y")]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 784])]
    made = helper.make_model(helper.make_graph(keras_nodes(), "g", inputs, outputs))
    with pytest.raises(ArtifactError, match=r"the probabilities or logits; got 1 and 2 \(label, y\)"):
        read(bytes(made.SerializeToString()))


SPARE = {
    "ratio": np.array(0.5, np.float32),
    "training": np.array(True),
    "two": np.array(2, np.float32),
    "square": np.array([-1, 28, 28]),
}


@pytest.mark.parametrize("title", REFUSED)
def test_a_graph_that_is_more_than_a_plain_dense_network_is_refused(title: str) -> None:
    nodes, words = REFUSED[title]
    with pytest.raises(ArtifactError, match=words):
        read_network(model(nodes, {**KERAS, **SPARE}))
