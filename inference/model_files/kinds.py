"""The formats that a network is read from and written to; a file's format is detected by its content, not its name."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from inference.errors import ArtifactError
from inference.model_files import npz, safe_tensors
from inference.model_files.foreign import foreign_title, text_title
from inference.model_files.import_options import NOTHING_SAID, ImportOptions
from inference.model_files.input_scale import folded
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
        read: The network in a whole file, with what is said about it; raises `ArtifactError` for anything else, and
            runs nothing.
        write: The file of a network, with facts next to the weights.
    """

    key: str
    title: str
    reads_with: str
    begins_like: Callable[[bytes], bool]
    read: Callable[[bytes, ImportOptions], Network]
    write: Callable[[Network, Mapping[str, str]], bytes]


def _write_pickle(network: Network, facts: Mapping[str, str]) -> bytes:
    return network_pickle.network_to_bytes(network, **facts)


def _begins_like_safetensors(data: bytes) -> bool:
    """A header's length in eight bytes, then JSON."""
    return data[8:9] == b"{" and data[5:8] == bytes(3)


_NAMED_CLASS: Final = re.compile(rb"c[\w.]{1,200}\n[\w.]{1,200}\n(p\d|q[^a-z]|[()])")


def _begins_like_pickle(data: bytes) -> bool:
    """Protocol 2 and later name themselves; before, a container, a mark or the name of a class came first."""
    return data[:1] in {b"\x80", b"(", b"]", b"}"} or bool(_NAMED_CLASS.match(data))


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


def kind_of(data: bytes) -> FileKind:
    """The kind of a file, by how it begins.

    Raises:
        ArtifactError: it begins like none, or is a file of another program; the message says which, and the remedy.
    """
    # Safetensors first: the length that it begins with may be the first bytes of anything.
    foreign = "" if _begins_like_safetensors(data) else foreign_title(data)
    if not foreign:
        for key in ("safetensors", "npz", "onnx", "pickle"):
            if KINDS[key].begins_like(data):
                return KINDS[key]
    titles = ", ".join(kind.title for kind in KINDS.values())
    unknown = f"a file of an unknown kind, which begins with the bytes {data[:8].hex(' ')}" if data else "an empty file"
    raise ArtifactError(f"expected a model file ({titles}); got {foreign or text_title(data) or unknown}")


def read_network(data: bytes, options: ImportOptions = NOTHING_SAID) -> tuple[Network, FileKind]:
    """The network in a file of any kind, and the kind; the network reads pixels in [0, 1].

    Args:
        data: The whole file.
        options: What is said about it in addition.

    Raises:
        MissingFactsError: the file does not say its activation or output, and neither do the options.
        ArtifactError: it is none of them, damaged, too large or more than a plain dense network. Nothing of it was run.
    """
    if len(data) > MAX_BYTES:
        raise ArtifactError(f"expected a file of at most {MAX_BYTES:,} bytes; got {len(data):,}")
    kind = kind_of(data)
    return folded(kind.read(data, options), options.input_scale), kind
