"""`make fuzz`: some thousand generated requests against a lab of its own."""

import os
import sys
import tempfile
from pathlib import Path

from tests import environment  # noqa: F401 -- before settings are read
from tests.fuzz import fuzz, prepare, tool
from tests.lab import Lab, store_small_pen_strokes

LONG = ("--phases", "coverage,fuzzing,stateful", "--max-examples", "60")


def main() -> int:
    """Start a lab, send the requests and print the report; the exit status of the fuzzer."""
    schemathesis = tool("schemathesis")
    if schemathesis is None:
        sys.exit("schemathesis is missing: run `make fuzz`, which installs it")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "digitlab.settings")
    with tempfile.TemporaryDirectory() as folder:
        lab = Lab(Path(folder) / "lab")
        store_small_pen_strokes(lab.data_dir / "datasets")
        try:
            lab.start()
            prepare(lab)
            report = fuzz(lab, schemathesis, [*LONG, *sys.argv[1:]])
        finally:
            lab.stop()
    sys.stdout.write(report.stdout + report.stderr)
    return report.returncode


if __name__ == "__main__":
    sys.exit(main())
