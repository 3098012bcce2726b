"""Generated requests against the real program: every answer must be one that the OpenAPI schema documents."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.lab import ROOT, Lab

CONFIGURATION: Final = Path(__file__).with_name("schemathesis.toml")
TOOLS: Final = ROOT / ".venv/api-tools/bin"


def tool(name: str) -> str | None:
    """The path of a program that `make` installs for tests of the API; None if it is missing."""
    return shutil.which(name, path=f"{TOOLS}{os.pathsep}{os.environ['PATH']}")


def prepare(lab: Lab) -> None:
    """Give a lab what calls are about: a run with its version, an alias that was moved, and a correction."""
    version = lab.wait_for(lab.submit(epochs=1, name="fuzz"), "completed")["version"]
    for number in (1, version):
        status, answer = lab.call("PUT", "aliases/fuzz", {"version": number})
        assert status == 200, answer
    status, answer = lab.call("POST", "corrections", {"strokes": [[[10, 10], [60, 10], [30, 90]]], "label": 7})
    assert status == 201, answer


def fuzz(lab: Lab, schemathesis: str, arguments: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """Send generated requests to a lab and compare the answers with its schema."""
    command = [schemathesis, "--config-file", str(CONFIGURATION), "run", f"{lab.url}/api/v1/openapi.json"]
    return subprocess.run(
        [*command, "--checks", "all", *arguments],
        cwd=lab.data_dir,  # where it writes its cache
        capture_output=True,
        text=True,
        check=False,
    )
