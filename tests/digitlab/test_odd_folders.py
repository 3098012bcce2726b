"""The whole lab in a data folder whose name has characters that mean something in an address."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.lab import ROOT, Lab, store_small_pen_strokes

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def odd_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab in such a folder."""
    lab = Lab(tmp_path_factory.mktemp("odd") / "C# a+b;c?d%41")
    store_small_pen_strokes(lab.data_dir / "datasets")
    yield lab.start()
    assert lab.stop() == 0, lab.output()


def test_a_worker_trains_there(odd_lab: Lab) -> None:
    odd_lab.wait_for(odd_lab.submit(epochs=1), "completed")
    assert [path.name for path in odd_lab.data_dir.parent.iterdir()] == [odd_lab.data_dir.name]


def test_a_terminal_without_block_characters_shows_the_progress_too(odd_lab: Lab) -> None:
    ours, theirs = pty.openpty()
    arguments = (
        "--dataset",
        "pen-strokes",
        "--hidden",
        "512",
        "--batch-size",
        "2",
        "--epochs",
        "1",
        "--name",
        "Größe ≥ 3",
    )
    process = subprocess.Popen(
        [sys.executable, "manage.py", "train", *arguments],
        cwd=ROOT,
        env={**os.environ, "DIGITLAB_DATA_DIR": str(odd_lab.data_dir), "PYTHONIOENCODING": "latin-1"},
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    printed = b""
    while True:
        try:
            printed += os.read(ours, 4096)
        except OSError:  # the terminal's other end is closed
            break
    output, _ = process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == 0, printed
    assert b"#-" in printed
    assert b"Published as version" in output
