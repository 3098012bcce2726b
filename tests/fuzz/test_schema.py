"""The answers of the API are those that its schema documents, for generated requests of every call."""

import re
from pathlib import Path

import pytest

from tests.fuzz import fuzz, prepare, tool
from tests.lab import Lab, store_small_pen_strokes

pytestmark = pytest.mark.processes


def test_generated_requests_are_answered_as_the_schema_says(tmp_path: Path) -> None:
    """The short form of `make fuzz`; always the same requests. The runs that they submit need a lab of its own."""
    schemathesis = tool("schemathesis")
    if schemathesis is None:
        pytest.skip("schemathesis is missing: `make test` installs it")
    lab = Lab(tmp_path / "lab")
    store_small_pen_strokes(lab.data_dir / "datasets")
    try:
        lab.start()
        prepare(lab)
        report = fuzz(lab, schemathesis, ["--phases", "coverage,fuzzing", "--max-examples", "3", "--seed", "1"])
    finally:
        lab.stop()
    assert report.returncode == 0, report.stdout + report.stderr
    cases = re.search(r"([\d,]+) generated", report.stdout)
    assert cases is not None
    assert int(cases[1].replace(",", "")) > 500
