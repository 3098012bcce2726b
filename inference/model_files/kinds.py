"""The formats that a network is read from and written to; a file's format is detected by its content, not its name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from inference.errors import ArtifactError
from inference.model_files import npz, safe_tensors
from inference.model_files.onnx import exporting, importing
from inference.model_files.pickle import network_pickle
from inference.model_files.pickle.plain_pickle import MAX_BYTES
from nnlib import Network


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of model file.

    Attributes:
        key: What API and commands call it, and the end of its files' names.
        title: What people call it.
        reads_with: Who reads such a file, in a few words.
        begins_like: Whether these bytes are the beginning of such a file.
        read: The network in a whole file; raises `ArtifactError` for anything else, and runs nothing.
        write: The file of a network, with facts next to the weights.
    """

    key: str
    title: str
    reads_with: str
    begins_like: Callable[[bytes], bool]
    read: Callable[[bytes], Network]
    write: Callable[[Network, Mapping[str, str]], bytes]


def _write_pickle(network: Network, facts: Mapping[str, str]) -> bytes:
    return network_pickle.network_to_bytes(network, **facts)


def _begins_like_safetensors(data: bytes) -> bool:
    """A header's length in eight bytes, then JSON."""
    return data[8:9] == b"{" and data[5:8] == bytes(3)


def _begins_like_pickle(data: bytes) -> bool:
    """Protocol 2 and later name themselves; before, a container or a mark came first."""
    return data[:1] in {b"\x80", b"(", b"]", b"}"}


KINDS: Final[dict[str, FileKind]] = {
    kind.key: kind
    for kind in (
        FileKind(
            "pickle",
            "Pickle",
            "Digit Lab, or Python with NumPy",
            _begins_like_pickle,
            network_pickle.network_from_bytes,
            _write_pickle,
        ),
        FileKind("npz", "NumPy archive", "NumPy", lambda data: data[:2] == b"PK", npz.read, npz.write),
        FileKind(
            "safetensors",
            "Safetensors",
            "PyTorch, JAX, Rust and others",
            _begins_like_safetensors,
            safe_tensors.read,
            safe_tensors.write,
        ),
        # An ONNX file begins with the version of its own format, which is field 1.
        FileKind(
            "onnx",
            "ONNX",
            "ONNX Runtime, Netron and others",
            lambda data: data[:1] == b"\x08",
            importing.read,
            exporting.write,
        ),
    )
}


# What people choose by mistake, by how it begins.
STRANGERS: Final[dict[bytes, str]] = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"\x89HDF": "an HDF5 file, such as Keras writes: export it as ONNX",
    b"\x1f\x8b": "a gzip archive: unpack it first",
    b"\x93NUMPY": "a single NumPy array: an archive (.npz) holds all of a network's",
}


def kind_of(data: bytes) -> FileKind:
    """The kind of a file, by how it begins.

    Raises:
        ArtifactError: it begins like none.
    """
    for key in ("safetensors", "npz", "onnx", "pickle"):
        if KINDS[key].begins_like(data):
            return KINDS[key]
    titles = ", ".join(kind.title for kind in KINDS.values())
    raise ArtifactError(f"expected a model file ({titles}); got {_what_it_is(data)}")


def _what_it_is(data: bytes) -> str:
    """What a file without a network is, by its first bytes."""
    known = next((title for begin, title in STRANGERS.items() if data.startswith(begin)), None)
    if known or not data:
        return known or "an empty file"
    begins = data[:20].decode("ascii", errors="replace")
    if all(letter.isprintable() or letter.isspace() for letter in begins) and "\ufffd" not in begins:
        return f"a text that begins with “{' '.join(begins.split())}”"
    return f"a file of an unknown kind, which begins with the bytes {data[:8].hex(' ')}"


def read_network(data: bytes) -> tuple[Network, FileKind]:
    """The network in a file of any kind, and the kind.

    Raises:
        ArtifactError: it is none of them, damaged, too large or more than a plain dense network. Nothing of it was run.
    """
    if len(data) > MAX_BYTES:
        raise ArtifactError(f"expected a file of at most {MAX_BYTES:,} bytes; got {len(data):,}")
    kind = kind_of(data)
    return kind.read(data), kind
