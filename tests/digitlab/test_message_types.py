"""The message types of the pages' scripts are those of the server."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_the_generated_message_types_are_current() -> None:
    tools = [ROOT / "node_modules" / name for name in ("openapi-typescript", "prettier")]
    if shutil.which("npx") is None or not all(tool.is_dir() for tool in tools):
        pytest.skip("Node.js or the packages that `npm ci` installs are missing")
    command = [sys.executable, str(ROOT / "tools/generate_message_types.py"), "--check"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
