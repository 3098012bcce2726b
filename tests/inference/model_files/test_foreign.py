"""Files of other programs are refused by the name of what they are, each with the remedy."""

import bz2
import gzip
import io
import lzma
import pickle
import sys
import types
import zipfile
import zlib
from typing import Any

import numpy as np
import pytest

from inference.errors import ArtifactError
from inference.model_files.kinds import read_network

PLAIN = pickle.dumps({"weights": [np.zeros((10, 784))], "biases": [np.zeros(10)]})


def zipped(*names: str, comment: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, b"content")
        archive.comment = comment
    return buffer.getvalue()


def with_zip64(data: bytes) -> bytes:
    """The archive with the end that PyTorch writes: that of large archives, whatever the size."""
    return data[:-22] + b"PK\x06\x06" + bytes(52) + b"PK\x06\x07" + bytes(16) + data[-22:]


def object_of(module: str, name: str, protocol: int = 4) -> bytes:
    """A pickle of an object with arrays, whose class is not there when it is read."""
    parts = module.split(".")
    names = [".".join(parts[: n + 1]) for n in range(len(parts))]
    saved = {each: sys.modules.get(each) for each in names}
    sys.modules.update({each: types.ModuleType(each) for each in names})
    kind: Any = type(name, (), {"__module__": module})
    setattr(sys.modules[module], name, kind)
    one = kind()
    one.arrays = [np.zeros((784, 10)), np.zeros(10)]
    try:
        return pickle.dumps(one, protocol)
    finally:
        for each, before in saved.items():
            if before is None:
                del sys.modules[each]
            else:
                sys.modules[each] = before


TORCH = r"a PyTorch checkpoint: save its arrays with safetensors\.torch\.save_file\(model\.state_dict\(\), "
SKLEARN = "sklearn.neural_network._multilayer_perceptron"
FOREIGN: dict[str, tuple[bytes, str]] = {
    "a PyTorch checkpoint": (zipped("archive/data.pkl", "archive/version", "archive/data/0"), TORCH),
    "as PyTorch ends it": (with_zip64(zipped("m/data.pkl", "m/byteorder", "m/data/0", "m/.data/id")), TORCH),
    "a large PyTorch checkpoint": (zipped("m/data.pkl", *(f"m/data/{n}" for n in range(2000))), TORCH),
    "an old PyTorch checkpoint": (pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickle.dumps(1001, 2), TORCH),
    "TorchScript": (zipped("m/constants.pkl", "m/data.pkl", "m/code/x.py"), "a TorchScript file.*save_file"),
    "a Keras file": (
        zipped("metadata.json", "config.json", "model.weights.h5"),
        r'a Keras file: save its arrays with np\.savez\("model\.npz", \*model\.get_weights\(\)\)',
    ),
    "HDF5": (b"\x89HDF\r\n\x1a\n" + bytes(100), r"an HDF5 file, such as Keras writes: .*get_weights"),
    "a zipped SavedModel": (zipped("m/saved_model.pb", "m/variables/variables.index"), "a TensorFlow SavedModel: save"),
    "a SavedModel": (b"\x08\x01\x12\x05hello", "a TensorFlow SavedModel: save its arrays"),
    "TFLite": (b"\x1c\x00\x00\x00TFL3" + bytes(100), r"a TensorFlow Lite model: .*get_weights"),
    "GGUF": (b"GGUF\x03\x00\x00\x00" + bytes(100), "a GGUF file"),
    "MATLAB": (b"MATLAB 5.0 MAT-file, Platform: GLNXA64".ljust(124) + bytes(100), "a MATLAB file: .*scipy.io.loadmat"),
    "an Office document": (zipped("[Content_Types].xml", "word/document.xml"), "an Office document"),
    "an archive of a model": (zipped("model.pkl", "README.md"), "which holds model.pkl, README.md: unpack it first"),
    "an archive with a comment": (zipped("model.pkl", comment=b"mine"), "which holds model.pkl: unpack it first"),
    "one array": (b"\x93NUMPY\x01\x00" + bytes(100), r"a single NumPy array: .*np\.savez"),
    "zlib, fast": (zlib.compress(PLAIN, 1), "a zlib-compressed file: .*as joblib writes.*np.savez"),
    "zlib, as joblib has it": (zlib.compress(PLAIN, 3), "a zlib-compressed file: .*np.savez"),
    "zlib": (zlib.compress(PLAIN), "a zlib-compressed file: .*np.savez"),
    "zlib, small": (zlib.compress(PLAIN, 9), "a zlib-compressed file: .*np.savez"),
    "gzip": (gzip.compress(PLAIN), "a gzip-compressed file: .*np.savez"),
    "bzip2": (bz2.compress(PLAIN), "a bzip2-compressed file: .*np.savez"),
    "xz": (lzma.compress(PLAIN), "an xz-compressed file: .*np.savez"),
    "lzma": (lzma.compress(PLAIN, lzma.FORMAT_ALONE), "an lzma-compressed file: .*np.savez"),
    "LZ4": (b"\x04\x22M\x18" + bytes(30), "an LZ4-compressed file: .*np.savez"),
    "joblib's first": (b"ZF0x11               " + zlib.compress(PLAIN), "a compressed pickle of joblib: .*np.savez"),
    "a tar archive": (b"model".ljust(257, b"\0") + b"ustar\x0000" + bytes(300), "a tar archive: unpack it first"),
    "JSON": (b'{"W1": [[0.5, 0.25]]}', "a JSON text, which begins with .*np.savez"),
    "JSON of a list": (b"\xef\xbb\xbf[[0.5, 0.25]]", "a JSON text, which begins with .*np.savez"),
    "CSV": (b"0.5,0.25,0.125\n1,2,3\n", "a CSV text, which begins with .*np.savez"),
    "CSV with semicolons": (b"0,5;0,25\n", "a CSV text, which begins with .*np.savez"),
    "PMML": (b'<?xml version="1.0"?><PMML/>', "an XML text"),
    "HTML": (b"<!DOCTYPE html><title>404</title>", "an HTML page"),
    "text": ("Gewichte für das Netz …".encode(), "a text that begins with “Gewichte für das Netz …”"),
    "text like a compressed file": (b"x^2 + y^2 = 1", "a text that begins with"),
    "words in lines": (b"cat\ndog\npig\n", "a text that begins with"),
    "scikit-learn": (
        object_of(SKLEARN, "MLPClassifier"),
        rf"a scikit-learn estimator \({SKLEARN}\.MLP.*np\.savez.*coefs_",
    ),
    "a class of one's own": (object_of("mine.nets", "Network"), r"an object \(mine\.nets\.Network\): save its arrays"),
    "a class, protocol 2": (object_of("mine", "Network", 2), r"an object \(mine\.Network\)"),
    "a class, protocol 5": (object_of("mine", "Network", 5), r"an object \(mine\.Network\)"),
    "a class, protocol 0": (object_of("mine", "Network", 0), r"an object \(mine\.Network\)"),
    "a class by way of a function": (
        b"\x80\x04cbuiltins\ngetattr\n(cmine.nets\nNetwork\nX\x04\x00\x00\x00loadtR.",
        r"an object \(mine\.nets\.Network\)",
    ),
    "a Keras model": (
        object_of("keras.models", "Sequential"),
        r"a Keras object \(keras\.models\.Sequential\).*get_weights",
    ),
    "a PyTorch model": (object_of("torch.nn", "Linear"), r"a PyTorch object \(torch\.nn\.Linear\).*safetensors"),
}


@pytest.mark.parametrize("title", FOREIGN)
def test_a_file_of_another_program_is_called_what_it_is(title: str) -> None:
    data, words = FOREIGN[title]
    with pytest.raises(ArtifactError, match=words) as caught:
        read_network(data)
    assert str(caught.value).startswith("expected ")


@pytest.mark.parametrize("protocol", range(6))
def test_a_plain_pickle_of_any_protocol_is_no_file_of_another_program(protocol: int) -> None:
    value = {"weights": [np.zeros((10, 784))], "biases": [np.zeros(10)]}
    assert read_network(pickle.dumps(value, protocol))[0].architecture.layer_sizes == (784, 10)
