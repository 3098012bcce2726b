"""NumPy's archive: `weight_0` (inputs, outputs), `bias_0` …, and `layers`, `activation`, `output`; or other names."""

import io
import math
import re
import zipfile
from collections.abc import Mapping
from typing import IO, Any, Final

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from inference.errors import ArtifactError
from inference.model_files.checked_network import checked_network, checked_sizes
from inference.model_files.import_options import NOTHING_SAID, ImportOptions
from inference.model_files.plain_arrays import Shape, network_of
from nnlib import Network
from nnlib.shape import MAX_IMPORTED_PARAMETERS, MAX_LAYERS

MAX_FILES: Final = 2 * MAX_LAYERS + 12
MAX_UNPACKED_BYTES: Final = 8 * MAX_IMPORTED_PARAMETERS + 1_000_000
# Of an array that says something about the network.
MAX_PLAIN_BYTES: Final = 1000
MAX_DIRECTORY_BYTES: Final = 64 * 1024
# Of the description in front of an array, which NumPy reads as a Python literal.
MAX_HEADER_BYTES: Final = 1000
MAX_NAME: Final = 100
# Keras has names such as dense/kernel:0, PyTorch such as fc1.weight.
_NAME: Final = r"[A-Za-z0-9_ -]+([./][A-Za-z0-9_ -]+)*(:[0-9]+)?\.npy"
_END: Final = b"PK\x05\x06"
_END_BYTES: Final = 22
_LARGE_END: Final = b"PK\x06\x07"
_LARGE_END_BYTES: Final = 20


def write(network: Network, facts: Mapping[str, str]) -> bytes:
    """The archive of `network`; each of `facts` is an array of text."""
    architecture = network.architecture
    arrays: dict[str, Any] = {
        "layers": np.array(architecture.layer_sizes),
        "activation": np.array(architecture.activation),
        "output": np.array(architecture.output),
        **{name: np.array(value) for name, value in facts.items()},
    }
    for index, (weights, biases) in enumerate(zip(network.weights, network.biases, strict=True)):
        arrays |= {f"weight_{index}": weights, f"bias_{index}": biases}
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def read(data: bytes, options: ImportOptions = NOTHING_SAID) -> Network:
    """The network in an archive that `write` wrote, or another program, with its own names; any float type.

    Raises:
        ArtifactError: not such an archive, damaged, or one that would unpack to more than a network may have.
    """
    _check_directory(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_entries(archive.infolist())
            names = {entry.filename.removesuffix(".npy"): entry for entry in archive.infolist()}
            is_ours = {"layers", "weight_0"} <= names.keys()
            return _our_network(archive, names, options) if is_ours else _plain_network(archive, names, options)
    except ArtifactError:
        raise
    except Exception as error:  # zipfile, zlib and NumPy raise many kinds on damaged data; nothing of it was run
        raise ArtifactError(f"expected a whole .npz archive; got a damaged one ({type(error).__name__})") from error


def _our_network(archive: zipfile.ZipFile, names: Mapping[str, zipfile.ZipInfo], options: ImportOptions) -> Network:
    sizes = checked_sizes(_plain(archive, names, "layers"))
    layers = range(len(sizes) - 1)
    functions = options.functions(
        _plain(archive, names, "activation"), _plain(archive, names, "output"), has_hidden_layers=len(sizes) > 2
    )
    return checked_network(
        sizes,
        *functions,
        [_array(archive, names, f"weight_{n}", shape=sizes[n : n + 2]) for n in layers],
        [_array(archive, names, f"bias_{n}", shape=sizes[n + 1 : n + 2]) for n in layers],
    )


def _plain_network(archive: zipfile.ZipFile, names: Mapping[str, zipfile.ZipInfo], options: ImportOptions) -> Network:
    shapes: dict[str, Shape] = {}
    said: dict[str, Any] = {}
    for name, entry in names.items():
        with archive.open(entry) as file:
            shape, _, dtype = _header(file, name)
        if dtype.kind == "f":
            shapes[name] = shape
        elif name in {"activation", "output"}:
            said[name] = _plain(archive, names, name)
    return network_of(shapes, lambda name: _array(archive, names, name, shape=shapes[name]), options, **said)


def _check_directory(data: bytes) -> None:
    """Refuse a directory that `zipfile` would fill the memory with: it makes an object for every entry."""
    end = data[-_END_BYTES:]
    if len(end) < _END_BYTES or not end.startswith(_END) or end[-2:] != b"\0\0":
        raise ArtifactError("expected a whole .npz archive; its end is missing")
    is_large = data[-_END_BYTES - _LARGE_END_BYTES :].startswith(_LARGE_END)
    size = int.from_bytes(end[12:16], "little")
    if is_large or size > MAX_DIRECTORY_BYTES:
        raise ArtifactError(f"expected an archive of at most {MAX_FILES} arrays; its directory is too long")


def _check_entries(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_FILES or len({entry.filename for entry in entries}) < len(entries):
        raise ArtifactError(f"expected an archive of at most {MAX_FILES} arrays, each once; got {len(entries)}")
    for entry in entries:
        if len(entry.filename) > MAX_NAME or not re.fullmatch(_NAME, entry.filename):
            raise ArtifactError(f"expected plain names of arrays such as weight_0.npy; got {entry.filename[:60]!r}")
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise ArtifactError(f"expected an archive that is stored or deflated; {entry.filename} is neither")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_UNPACKED_BYTES:
        raise ArtifactError(f"expected an archive of at most {MAX_UNPACKED_BYTES:,} bytes unpacked; got {total:,}")


def _plain(archive: zipfile.ZipFile, names: Mapping[str, zipfile.ZipInfo], name: str) -> Any:
    """What a small array says, as Python's own numbers, text or lists of them."""
    return _array(archive, names, name).tolist()


def _array(
    archive: zipfile.ZipFile,
    names: Mapping[str, zipfile.ZipInfo],
    name: str,
    *,
    shape: tuple[int, ...] | None = None,
) -> NDArray[Any]:
    """One array; its header is held against `shape` and the archive's directory before anything is unpacked.

    Without a `shape` it must be small.
    """
    entry = names.get(name)
    if entry is None:
        raise ArtifactError(f'expected an array "{name}" in the archive; there are {", ".join(names)[:200]}')
    with archive.open(entry) as file:
        said, is_fortran, dtype = _header(file, name)
        if shape is not None and said != shape:
            raise ArtifactError(f'expected "{name}" of shape {shape}; got {str(said)[:60]}')
        size = math.prod(said) * dtype.itemsize
        is_too_large = shape is None and size > MAX_PLAIN_BYTES
        if size != entry.file_size - file.tell() or is_too_large or any(n < 0 for n in said):
            raise ArtifactError(f'expected "{name}" to be as large as it says; got {entry.file_size:,} bytes')
        content = file.read()
    array: NDArray[Any] = np.frombuffer(content, dtype).reshape(said, order="F" if is_fortran else "C")
    return array


def _header(file: IO[bytes], name: str) -> tuple[Shape, bool, np.dtype[Any]]:
    """The shape, whether it is in Fortran's order, and the type that an array's header says."""
    if npy.read_magic(file) != (1, 0):  # later ones are for headers of more than 64 kB
        raise ArtifactError(f'expected "{name}" in version 1.0 of the .npy format')
    shape, is_fortran, dtype = npy.read_array_header_1_0(file, max_header_size=MAX_HEADER_BYTES)
    if dtype.kind == "O":
        raise ArtifactError(
            f'expected numbers or text in "{name}"; got Python objects, such as a list of arrays: save each under a '
            "name of its own, np.savez(path, W1=…, b1=…, W2=…, b2=…)"
        )
    if dtype.kind not in "fiuU":
        raise ArtifactError(f'expected numbers or text in "{name}"; got {str(dtype)[:60]}')
    return shape, is_fortran, dtype
