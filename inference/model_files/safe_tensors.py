"""Safetensors: `weight_0` (inputs, outputs), `bias_0` … as tensors, the shape and names as the header's metadata.

Files of other programs have other names, such as PyTorch's `fc1.weight` (outputs, inputs), and no such metadata.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from inference.errors import ArtifactError
from inference.model_files.checked_network import checked_network, checked_sizes
from inference.model_files.import_options import NOTHING_SAID, ImportOptions
from inference.model_files.pickle import network_pickle
from inference.model_files.plain_arrays import network_of
from nnlib import Network

# Ten layers need three thousand.
MAX_HEADER_BYTES: Final = 64 * 1024
_LENGTH_BYTES: Final = 8


def write(network: Network, facts: Mapping[str, str]) -> bytes:
    """The file of `network`; `facts` stand in its metadata."""
    from safetensors.numpy import save  # noqa: PLC0415 -- only who exports pays for it

    architecture = network.architecture
    tensors: dict[str, NDArray[np.float32]] = {}
    for index, (weights, biases) in enumerate(zip(network.weights, network.biases, strict=True)):
        tensors |= {f"weight_{index}": np.ascontiguousarray(weights), f"bias_{index}": np.ascontiguousarray(biases)}
    metadata = {
        "format": network_pickle.FORMAT,
        "version": str(network_pickle.FORMAT_VERSION),
        "layers": json.dumps(architecture.layer_sizes),
        "activation": architecture.activation,
        "output": architecture.output,
        **facts,
    }
    return save(tensors, metadata)


def read(data: bytes, options: ImportOptions = NOTHING_SAID) -> Network:
    """The network in a file that `write` wrote, or another program, with its own names; any float type.

    Raises:
        ArtifactError: not such a file, damaged, or with a header longer than a network needs.
    """
    header = _header(data)
    metadata = header.pop("__metadata__", {})
    if not isinstance(metadata, dict):
        raise ArtifactError("expected a safetensors file; its metadata are no names and texts")
    _check_types(header)
    if "layers" in metadata:
        return _our_network(data, metadata, options)
    tensors = _tensors(data)
    shapes = {name: tensor.shape for name, tensor in tensors.items() if tensor.dtype.kind == "f"}
    functions = {name: metadata.get(name) for name in ("activation", "output")}
    return network_of(shapes, tensors.__getitem__, options, **functions)


def _our_network(data: bytes, metadata: Mapping[str, Any], options: ImportOptions) -> Network:
    try:
        sizes = checked_sizes(json.loads(str(metadata["layers"])))
    except (ValueError, RecursionError) as error:
        if isinstance(error, ArtifactError):
            raise
        raise ArtifactError('expected the metadata "layers" as a list of layer sizes') from error
    tensors = _tensors(data)
    missing = [f"{part}_{layer}" for layer in range(len(sizes) - 1) for part in ("weight", "bias")]
    missing = [name for name in missing if name not in tensors]
    if missing:
        raise ArtifactError(f"expected the tensor {missing[0]}; there are {', '.join(tensors)[:200]}")
    layers = range(len(sizes) - 1)
    functions = options.functions(metadata.get("activation"), metadata.get("output"), has_hidden_layers=len(sizes) > 2)
    return checked_network(
        sizes,
        *functions,
        [tensors[f"weight_{layer}"] for layer in layers],
        [tensors[f"bias_{layer}"] for layer in layers],
    )


def _header(data: bytes) -> dict[str, Any]:
    """The description of the tensors, and the file's metadata; its length is looked at before it is read."""
    length = int.from_bytes(data[:_LENGTH_BYTES], "little")
    if length > min(MAX_HEADER_BYTES, len(data) - _LENGTH_BYTES):
        raise ArtifactError(f"expected a header of at most {MAX_HEADER_BYTES:,} bytes; got {length:,}")
    try:
        header = json.loads(data[_LENGTH_BYTES : _LENGTH_BYTES + length])
    except (ValueError, RecursionError) as error:
        raise ArtifactError("expected a safetensors file; its header is no JSON") from error
    if not isinstance(header, dict):
        raise ArtifactError("expected a safetensors file; its header names no tensors")
    return header


def _check_types(header: Mapping[str, Any]) -> None:
    """Refuse the types of numbers that NumPy lacks, by name."""
    for name, tensor in header.items():
        kind = tensor.get("dtype") if isinstance(tensor, dict) else None
        if isinstance(kind, str) and kind.startswith(("BF16", "F8", "F4", "F6")):
            raise ArtifactError(
                f"expected tensors of F16, F32 or F64; {name[:60]!r} is {kind[:20]}: save them as float32, "
                "in PyTorch after model.float()"
            )


def _tensors(data: bytes) -> dict[str, NDArray[Any]]:
    """Every tensor; the format's own reader checks that they lie side by side and fill the file."""
    from safetensors import SafetensorError  # noqa: PLC0415
    from safetensors.numpy import load  # noqa: PLC0415

    try:
        return load(data)
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtifactError(f"expected a whole safetensors file; {str(error)[:200]}") from error
