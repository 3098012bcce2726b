"""The collection of hostile model files: none is run, none ends the process, none takes more memory than it may."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.inference import hostile_archives, hostile_pickles
from tests.lab import ROOT


def collection(canary: Path) -> dict[str, bytes]:
    """Every hostile file by kind and title; those that run something make `canary`."""
    kinds = {
        "pickle": {
            **hostile_pickles.hostile_files(canary),
            **hostile_pickles.DAMAGED,
            **hostile_pickles.LYING_ARRAYS,
            **hostile_pickles.GROWING,
        },
        "npz": hostile_archives.hostile_npz(canary),
        "safetensors": hostile_archives.hostile_safetensors(),
        "onnx": hostile_archives.hostile_onnx(canary),
    }
    return {f"{kind}: {title}": data for kind, files in kinds.items() for title, data in files.items()}


CANARY = Path(tempfile.gettempdir()) / f"digitlab-canary-{os.getpid()}"
FILES = collection(CANARY)


@pytest.fixture(scope="module")
def ends(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """How the reading of each file ended; it happens once, in children of a process of its own."""
    folder = tmp_path_factory.mktemp("hostile")
    for index, data in enumerate(FILES.values()):
        (folder / str(index)).write_bytes(data)
    process = subprocess.run(
        [sys.executable, "-m", "tests.inference.reading_in_children", str(folder)],
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr[-2000:]
    found = json.loads(process.stdout)
    return {title: found[str(index)] for index, title in enumerate(FILES)}


@pytest.mark.parametrize("title", FILES)
def test_a_hostile_file_is_refused_in_words_within_its_memory(ends: dict[str, dict[str, Any]], title: str) -> None:
    end = ends[title]
    assert end["end"] == "refused", end
    assert end["words"].startswith("expected"), end
    assert not CANARY.exists()


# Files that more than one check would stop: the first one must, before it costs anything.
REASONS = {
    "npz: a bomb": "161,000,000 bytes unpacked",
    "npz: a bomb as large as a network may be": "of shape (784, 10); got (784, 25000)",
    "npz: two hundred thousand entries": "its directory is too long",
    "npz: a name that leaves the folder": "plain names of arrays",
    "npz: a huge shape of few bytes": "of shape (784, 10); got (784, 1000000000)",
    "npz: a header of seventy megabytes": "version 1.0 of the .npy format",
    "safetensors: a header of thousands of tensors": "a header of at most 65,536 bytes",
    "onnx: weights in another file": "refers to another file",
    "onnx: weights in an absolute file": "refers to another file",
    "onnx: functions of its own": "functions of its own",
    "onnx: an operation of somebody else's": "got com.evil.RunProgram",
    "onnx: a loop": "got the operator Loop",
    "onnx: two million empty nodes": "at most 20,000 fields",
    "onnx: dimensions beyond all memory": "for a tensor of shape [1099511627776, 1099511627776]",
}


@pytest.mark.parametrize("title", REASONS)
def test_a_hostile_file_is_refused_for_what_is_wrong_with_it(ends: dict[str, dict[str, Any]], title: str) -> None:
    assert REASONS[title] in ends[title]["words"]


def test_a_right_file_is_read_where_hostile_ones_are_refused_and_too_large_ones_are_told(tmp_path: Path) -> None:
    (tmp_path / "right").write_bytes(hostile_archives.npz(**hostile_archives.PARTS))
    large = {**hostile_archives.PARTS, "layers": [784, 24_000, 10], "weight_0": np.zeros((784, 24_000), np.float32)}
    large |= {"bias_0": np.zeros(24_000, np.float32), "weight_1": np.zeros((24_000, 10), np.float32)}
    (tmp_path / "large").write_bytes(hostile_archives.npz(compress=True, **large, bias_1=np.zeros(10, np.float32)))
    command = [sys.executable, "-m", "tests.inference.reading_in_children", str(tmp_path)]
    process = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(process.stdout)
    assert (found["right"]["end"], found["large"]["end"]) == ("read", "memory")
