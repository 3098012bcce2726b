"""The stories inside the cluster's namespaces; `tests.faults.cluster.outside` starts it there."""

import argparse
import sys
from pathlib import Path

from tests import environment  # noqa: F401 -- before settings are read
from tests.faults.cluster import telling
from tests.faults.cluster.stories import STORIES


def main() -> int:
    """The exit status: 0 when every story was survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.cluster")
    parser.add_argument("folder", type=Path)
    parser.add_argument("stories", nargs="*", metavar="story")
    parser.add_argument("--runs", type=int, required=True)
    options = parser.parse_args()
    return telling.tell(options.folder, options.stories or list(STORIES), runs=options.runs)


if __name__ == "__main__":
    sys.exit(main())
