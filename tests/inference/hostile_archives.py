"""NumPy archives, safetensors and ONNX files that lie, grow, point elsewhere or ask for more than a dense network."""

import io
import json
import pickle
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from onnx import AttributeProto, FunctionProto, ModelProto, TensorProto, helper, numpy_helper

from inference.model_files.onnx.protobuf import encoded
from tests.inference.hostile_pickles import RunsOnLoad

# NumPy archives.


def npz(*, compress: bool = False, entries: dict[str, bytes] | None = None, **arrays: Any) -> bytes:
    """An archive of these arrays; `entries` are put beside them, or in their place, as they are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED if compress else zipfile.ZIP_STORED) as archive:
        for name, array in arrays.items():
            if f"{name}.npy" not in (entries or {}):
                archive.writestr(f"{name}.npy", npy(array))
        for name, content in (entries or {}).items():
            archive.writestr(name, content)
    return buffer.getvalue()


def npy(array: Any) -> bytes:
    """The .npy file of an array."""
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.asanyarray(array), allow_pickle=True)
    return buffer.getvalue()


def npy_header(description: str, content: bytes = b"", version: bytes = b"\x01\x00") -> bytes:
    """A .npy file whose description may be anything."""
    header = description.encode().ljust(117) + b"\n"
    length = struct.pack("<H" if version == b"\x01\x00" else "<I", len(header))
    return b"\x93NUMPY" + version + length + header + content


PARTS: dict[str, Any] = {
    "layers": [784, 10],
    "activation": "relu",
    "output": "softmax",
    "weight_0": np.zeros((784, 10), np.float32),
    "bias_0": np.zeros(10, np.float32),
}


def with_entry(name: str, content: bytes) -> bytes:
    """A right archive but for one entry."""
    return npz(entries={name: content}, **PARTS)


def patched_directory(data: bytes, offset: int, value: bytes) -> bytes:
    """`data` with something else in the directory's record of its first entry."""
    start = data.index(b"PK\x01\x02") + offset
    return data[:start] + value + data[start + len(value) :]


def hostile_npz(canary: Path) -> dict[str, bytes]:
    """By title."""
    weight = "{'descr': %s, 'fortran_order': False, 'shape': %s, }"
    right = npz(**PARTS)
    objects = np.array([RunsOnLoad(open, str(canary), "w")], dtype=object)
    end = right[-22:]
    return {
        "an array of objects": npz(**{**PARTS, "bias_0": objects}),
        "objects where text should be": npz(**{**PARTS, "activation": objects}),
        "a pickle in the place of an array": with_entry("weight_0.npy", pickle.dumps(RunsOnLoad(open, str(canary)))),
        "a name that leaves the folder": with_entry("../../weight_0.npy", npy(np.zeros(3))),
        "an absolute name": with_entry("/etc/weight_0.npy", npy(np.zeros(3))),
        "a name of Windows": with_entry("..\\weight_0.npy", npy(np.zeros(3))),
        "a program beside the arrays": with_entry("setup.py", f"open({str(canary)!r}, 'w')".encode()),
        "a bomb": npz(compress=True, **{**PARTS, "weight_0": np.zeros((784, 60_000), np.float32)}),
        "a bomb as large as a network may be": npz(
            compress=True, **{**PARTS, "weight_0": np.zeros((784, 25_000), np.float32)}
        ),
        "a shape beyond all memory": with_entry("weight_0.npy", npy_header(weight % ("'<f4'", "(784, 1099511627776)"))),
        "a huge shape of few bytes": with_entry(
            "weight_0.npy", npy_header(weight % ("'<f4'", "(784, 1000000000)"), bytes(100))
        ),
        "text of a gigabyte": with_entry("activation.npy", npy_header(weight % ("'<U268435456'", "()"), bytes(100))),
        "a negative shape": with_entry("bias_0.npy", npy_header(weight % ("'<f4'", "(-10, -1)"), bytes(40))),
        "a call in a header": with_entry("bias_0.npy", npy_header(f"open({str(canary)!r}, 'w')")),
        "a header nested a thousand deep": with_entry("bias_0.npy", npy_header("(" * 900)),
        "a header of seventy megabytes": npz(
            compress=True,
            entries={"layers.npy": npy_header(" " * 70_000_000, version=b"\x02\x00")},
            **PARTS,
        ),
        "fields in an array": npz(**{**PARTS, "bias_0": np.zeros(10, [("a", "f4")])}),
        "complex numbers": npz(**{**PARTS, "bias_0": np.zeros(10, complex)}),
        "an entry twice": twice(right),
        "more in an entry than the directory says": patched_directory(right, 24, struct.pack("<I", 80)),
        "less in an entry than the directory says": patched_directory(right, 24, struct.pack("<I", 1 << 27)),
        "a size of four gigabytes": patched_directory(right, 24, b"\xfe\xff\xff\xff"),
        "an entry that begins beyond the end": patched_directory(right, 42, b"\xff\xff\xff\x7f"),
        "an encrypted entry": patched_directory(right, 8, b"\x01\x00"),
        "another compression": patched_directory(right, 10, b"\x0c\x00"),
        "two hundred thousand entries": crowded(200_000),
        "a directory of four gigabytes": right[:-22] + end[:12] + b"\xff\xff\xff\xff" + end[16:],
        "half an archive": right[: len(right) // 2],
        "an archive without its directory": right[:-60] + end,
        "layers without end": npz(**{**PARTS, "layers": [784] * 500_000}),
        "layers as text": npz(**{**PARTS, "layers": "784"}),
        "too many parameters": npz(**{**PARTS, "layers": [784, 1 << 40, 10]}),
        "a network of zeros that is too large": npz(**{**PARTS, "layers": [784, 30_000, 10]}),
        "not-a-number": npz(**{**PARTS, "bias_0": np.full(10, np.nan)}),
    }


def twice(data: bytes) -> bytes:
    """An archive with its last entry written twice in the directory."""
    start, end = data.rindex(b"PK\x01\x02"), len(data) - 22
    record = data[start:end]
    count, size = struct.unpack("<H", data[end + 10 : end + 12])[0], struct.unpack("<I", data[end + 12 : end + 16])[0]
    tail = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count + 1, count + 1, size + len(record), start_of(data), 0)
    return data[:end] + record + tail


def start_of(data: bytes) -> int:
    """Where an archive's directory begins."""
    return int.from_bytes(data[-6:-2], "little")


def crowded(count: int) -> bytes:
    """An archive that is nothing but a directory."""
    record = b"PK\x01\x02" + bytes(24) + struct.pack("<H", 1) + bytes(16) + b"a"
    directory = record * count
    return b"PK\x05\x06" + directory + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 9, 9, len(directory), 4, 0)


# Safetensors.


def safetensors(header: Any, content: bytes = b"", *, length: int | None = None) -> bytes:
    """A file of this header, which may be text, and these bytes."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + content


METADATA = {"layers": "[784, 10]", "activation": "relu", "output": "softmax"}
WEIGHTS = {"dtype": "F32", "shape": [784, 10], "data_offsets": [0, 31360]}
BIASES = {"dtype": "F32", "shape": [10], "data_offsets": [31360, 31400]}


def tensors(metadata: Any = METADATA, **changes: Any) -> bytes:
    """A right file but for some changes."""
    return safetensors({"__metadata__": metadata, "weight_0": WEIGHTS, "bias_0": BIASES, **changes}, bytes(31400))


def hostile_safetensors() -> dict[str, bytes]:
    """By title."""
    return {
        "a header longer than the file": safetensors({}, length=1000),
        "a header of a terabyte": safetensors({}, length=(1 << 40) - 1),
        "a header of a megabyte": safetensors(b'{"a":"' + b" " * 1_000_000 + b'"}'),
        "a header of thousands of tensors": safetensors({f"t{n}": BIASES for n in range(20_000)}, bytes(31400)),
        "a header nested too deep": safetensors(b'{"a":' * 10_000 + b"1" + b"}" * 10_000),
        "a header that is no JSON": safetensors(b"{weights}"),
        "metadata that are a list": tensors(metadata=[1, 2]),
        "metadata without layers": tensors(metadata={}),
        "layers nested too deep": tensors(metadata={**METADATA, "layers": "[" * 20_000}),
        "layers beyond all memory": tensors(metadata={**METADATA, "layers": "[784, 1000000000000, 10]"}),
        "a number of thousands of digits": tensors(metadata={**METADATA, "layers": f"[{'9' * 5000}, 10]"}),
        "tensors that overlap": tensors(bias_0={**BIASES, "data_offsets": [31320, 31360]}),
        "a tensor beyond the end": tensors(bias_0={**BIASES, "data_offsets": [31360, 1 << 40]}),
        "a tensor that ends before it begins": tensors(bias_0={**BIASES, "data_offsets": [31400, 31360]}),
        "negative offsets": tensors(bias_0={**BIASES, "data_offsets": [-40, 0]}),
        "a shape beyond all memory": tensors(weight_0={**WEIGHTS, "shape": [1 << 40, 1 << 40]}),
        "a type that is none": tensors(bias_0={**BIASES, "dtype": "OBJECT"}),
        "whole numbers as weights": tensors(bias_0={**BIASES, "dtype": "I32"}),
        "bytes that no tensor names": tensors() + bytes(1000),
        "half a file": tensors()[:20_000],
        "no biases": safetensors({"__metadata__": METADATA, "weight_0": WEIGHTS}, bytes(31360)),
    }


# ONNX.


def graph(*nodes: Any, initializers: list[TensorProto] | None = None, inputs: Any = None, outputs: Any = None) -> Any:
    """A graph from `x` to `y`."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 784])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 10])
    return helper.make_graph(list(nodes), "g", inputs or [x], outputs or [y], initializers or [weights(), biases()])


def weights(name: str = "w", shape: tuple[int, ...] = (784, 10)) -> TensorProto:
    """A tensor of zeros."""
    return numpy_helper.from_array(np.zeros(shape, np.float32), name)


def biases() -> TensorProto:
    """A row of zeros."""
    return weights("b", (10,))


def gemm(**attributes: Any) -> Any:
    """A whole network in one node."""
    return helper.make_node("Gemm", ["x", "w", "b"], ["y"], **attributes)


def model(one: Any, **more: Any) -> bytes:
    """The file of a graph."""
    made: ModelProto = helper.make_model(one, **more)
    return bytes(made.SerializeToString())


def operator(name: str, domain: str = "", **attributes: Any) -> bytes:
    """A network with another operation at its end."""
    first = helper.make_node("Gemm", ["x", "w", "b"], ["z"])
    return model(graph(first, helper.make_node(name, ["z"], ["y"], domain=domain, **attributes)))


def changed(**fields: Any) -> TensorProto:
    """The weights with some fields of the tensor set as they are."""
    tensor = weights()
    for name, value in fields.items():
        tensor.ClearField(name)
        if isinstance(value, list):
            getattr(tensor, name).extend(value)
        else:
            setattr(tensor, name, value)
    return tensor


def with_weights(tensor: TensorProto) -> bytes:
    """A right network but for its weights."""
    return model(graph(gemm(), initializers=[tensor, biases()]))


def hostile_onnx(canary: Path) -> dict[str, bytes]:
    """By title."""
    outside = changed(raw_data=b"", data_location=TensorProto.EXTERNAL)
    outside.external_data.add(key="location", value=f"../{canary.name}")
    body = graph(gemm())
    sparse = graph(gemm(), initializers=[biases()])
    sparse.sparse_initializer.add().values.CopyFrom(weights())
    function = FunctionProto(name="F", domain="evil", input=["x"], output=["y"])
    right = model(graph(gemm()))
    loop = helper.make_node("Loop", ["", "", "z"], ["y"], body=body)
    first = helper.make_node("Gemm", ["x", "w", "b"], ["z"])
    hidden = helper.make_node("Constant", [], ["w"], value=changed(dims=[1 << 40, 1 << 40]))
    strange = AttributeProto(name="alpha", type=AttributeProto.FLOAT)
    strange.f = float("nan")
    scaled = gemm()
    scaled.attribute.append(strange)
    return {
        "weights in another file": with_weights(outside),
        "weights in an absolute file": with_weights(changed(raw_data=b"", data_location=1)),
        "an operation of somebody else's": operator("RunProgram", "com.evil"),
        "an operation of the runtime's own": operator("FusedGemm", "com.microsoft"),
        "functions of its own": model(graph(gemm()), functions=[function]),
        "a loop": model(graph(first, loop)),
        "a branch": operator("If", then_branch=body, else_branch=body),
        "a scan": operator("Scan", body=body, num_scan_inputs=1),
        "a convolution": operator("Conv"),
        "an unknown operation": operator("Softsign"),
        "a softmax the wrong way": operator("Softmax", axis=0),
        "sparse weights": model(sparse),
        "weights of text": with_weights(changed(data_type=TensorProto.STRING, raw_data=b"", string_data=[b"a"])),
        "weights of whole numbers": with_weights(changed(data_type=TensorProto.INT32)),
        "weights of no type": with_weights(changed(data_type=99)),
        "dimensions beyond all memory": with_weights(changed(dims=[1 << 40, 1 << 40])),
        "dimensions beyond all numbers": with_weights(changed(dims=[(1 << 63) - 1] * 4)),
        "negative dimensions": with_weights(changed(dims=[-784, -10])),
        "thousands of dimensions": with_weights(changed(dims=[1] * 5000)),
        "an empty giant": with_weights(changed(dims=[0, (1 << 63) - 1], raw_data=b"")),
        "fewer bytes than the shape says": with_weights(changed(raw_data=bytes(100))),
        "an odd number of bytes": with_weights(changed(raw_data=bytes(31361))),
        "a giant in the middle": model(graph(hidden, gemm(), initializers=[biases()])),
        "a gemm that scales by not-a-number": model(graph(scaled)),
        "a gemm that turns its input": model(graph(gemm(transA=1))),
        "two inputs": model(graph(gemm(), inputs=[helper.make_tensor_value_info(n, 1, [1]) for n in ("x", "v")])),
        "no path to the output": model(graph(first)),
        "a name twice": model(graph(gemm(), gemm())),
        "a value from nowhere": model(graph(helper.make_node("Gemm", ["x", "w", "nowhere"], ["y"]))),
        "a residual": model(graph(first, helper.make_node("Add", ["z", "x"], ["y"]))),
        "biases of another size": model(graph(gemm(), initializers=[weights(), weights("b", (9,))])),
        "biases in a column": model(graph(gemm(), initializers=[weights(), weights("b", (10, 1))])),
        "a hundred scales of a large layer": model(
            graph(
                *[helper.make_node("Mul", [f"v{n}", "s"], [f"v{n + 1}"]) for n in range(190)],
                helper.make_node("Gemm", ["v190", "w", "b"], ["y"]),
                inputs=[helper.make_tensor_value_info("v0", TensorProto.FLOAT, ["n", 784])],
                initializers=[weights(shape=(784, 4096)), weights("s", ()), biases()],
            )
        ),
        "an array divided by zeros": model(
            graph(
                helper.make_node("Div", ["x", "zero"], ["d"]),
                helper.make_node("Gemm", ["d", "w", "b"], ["y"]),
                initializers=[weights(), weights("zero", ()), biases()],
            )
        ),
        "a shape gathered from nowhere": model(
            graph(
                helper.make_node("Shape", ["x"], ["s"]),
                helper.make_node("Gather", ["s", "far"], ["g"]),
                helper.make_node("Reshape", ["x", "g"], ["r"]),
                helper.make_node("Gemm", ["r", "w", "b"], ["y"]),
                initializers=[weights(), biases(), numpy_helper.from_array(np.array(1 << 40), "far")],
            )
        ),
        "a constant that spreads": model(
            graph(
                helper.make_node("Gemm", ["x", "w", "b"], ["z"]),
                helper.make_node("Add", ["z", "tall"], ["y"]),
                initializers=[weights(), biases(), weights("tall", (100_000, 10))],
            )
        ),
        "operators of long ago": model(graph(gemm()), opset_imports=[helper.make_opsetid("", 1)]),
        "two thousand nodes": model(graph(*[helper.make_node("Identity", ["x"], ["x"])] * 2_000)),
        "two million empty nodes": encoded((1, 8), (7, b"\x0a\x00" * 2_000_000)),
        "two million empty tensors": encoded((1, 8), (7, b"\x2a\x00" * 2_000_000)),
        "two million entries": encoded((1, 8)) + b"\x72\x00" * 2_000_000,
        "a megabyte of shape": with_weights(changed(dims=[])).replace(b"\x42\x01w", b"\x42\x01w" + b"\x08\x01" * 9),
        "a name of a megabyte": model(graph(helper.make_node("A" * 1_000_000, ["x"], ["y"]))),
        "a name that is no text": right.replace(b"Gemm", b"\xff\xfe\xff\xfe"),
        "groups within groups": encoded((1, 8)) + b"\x3b" * 100_000,
        "a field longer than the file": encoded((1, 8)) + b"\x3a\xff\xff\xff\xff\x0f",
        "a number that does not end": encoded((1, 8)) + b"\x28" + b"\xff" * 1000,
        "a number where a graph should be": encoded((1, 8), (7, 5)),
        "bytes where a number should be": encoded(
            (1, 8), (7, graph(gemm()).SerializeToString()), (8, encoded((2, b"a")))
        ),
        "half a model": right[: len(right) // 2],
        "no graph": encoded((1, 8)),
        "not-a-number": with_weights(changed(raw_data=np.full((784, 10), np.nan, np.float32).tobytes())),
    }
