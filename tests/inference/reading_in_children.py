"""Reads each file of a folder as an upload is read, in a child process with little room: `python -m … FOLDER`.

Writes a JSON object: per file how its child ended ("refused", "read", "memory", or a signal's number), what was said,
and by how many bytes its largest memory was above the reader's own.
"""

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

from inference.errors import ArtifactError
from inference.model_files.kinds import read_network

# What a child may take besides the reader and three times the file: its bytes, and arrays made of them.
CAP_BYTES = 64 * 1024 * 1024
SECONDS = 10


def main(folder: Path) -> None:
    """Read every file in a child of its own, one after the other."""
    import safetensors.numpy  # noqa: F401 -- so that its library is no part of what a file takes

    sys.stdout.write(json.dumps({path.name: _read_in_child(path) for path in sorted(folder.iterdir())}))


def _read_in_child(path: Path) -> dict[str, Any]:
    said, say = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(said)
        os.write(say, json.dumps(_read(path)).encode())
        os._exit(0)
    os.close(say)
    with os.fdopen(said, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    return json.loads(answer) if answer else {"end": str(os.WTERMSIG(status)), "words": "", "grown": 0}


def _read(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    before = _bytes_of("VmRSS")
    cap = CAP_BYTES + 3 * len(data)
    resource.setrlimit(resource.RLIMIT_AS, (_bytes_of("VmSize") + cap,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    end, words = "read", ""
    try:
        read_network(data)
    except ArtifactError as error:
        end, words = ("memory" if isinstance(error.__cause__, MemoryError) else "refused"), str(error)
    except MemoryError:
        end = "memory"
    return {"end": end, "words": words, "grown": max(0, _bytes_of("VmHWM") - before)}


def _bytes_of(field: str) -> int:
    """One of Linux's figures of this process."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(f"{field}:"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
