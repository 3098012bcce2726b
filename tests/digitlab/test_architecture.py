"""The sketch of the architecture in the documentation agrees with the code."""

import ast
import re
from itertools import product

from tests.lab import ROOT

PACKAGES = {
    "digitlab": ROOT / "platform/digitlab",
    "training": ROOT / "training",
    "inference": ROOT / "inference",
    "datasets": ROOT / "platform/datasets",
    "storage": ROOT / "platform/storage",
    "weblib": ROOT / "platform/weblib",
    "nnlib": ROOT / "nnlib",
}
NO_ROOMS = {"__pycache__", "migrations", "management", "templatetags", "starter_files", "detector_files"}
MOST_MODULES = 25


def sketch() -> str:
    """The diagram under the heading "Sketch"."""
    text = (ROOT / "docs/architecture.md").read_text()
    return text.split("## Sketch", 1)[1].split("```mermaid", 1)[1].split("```", 1)[0]


def test_the_sketch_shows_the_rooms_that_there_are() -> None:
    rooms = {
        f"{package}.{path.name}"
        for package, folder in PACKAGES.items()
        for path in folder.iterdir()
        if path.is_dir() and path.name not in NO_ROOMS and (path / "__init__.py").is_file()
    }
    assert set(re.findall(r"^\s*([a-z_]+\.[a-z_]+)\[", sketch(), re.MULTILINE)) == rooms
    assert set(re.findall(r"^\s*subgraph (\w+)", sketch(), re.MULTILINE)) == set(PACKAGES)


def test_the_sketch_shows_the_imports_between_packages_that_there_are() -> None:
    shown = set(re.findall(r"^\s*(\w+) --> (\w+)\s*$", sketch(), re.MULTILINE))
    there = {(a, b) for a, b in product(PACKAGES, PACKAGES) if a != b and b in imported_by(a)}
    assert shown == there


def imported_by(package: str) -> set[str]:
    """The packages that the modules of `package` import."""
    found = set[str]()
    for path in PACKAGES[package].rglob("*.py"):
        if "migrations" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found & set(PACKAGES)


def test_no_folder_holds_more_modules_than_one_can_take_in() -> None:
    for folder in (*PACKAGES.values(), ROOT / "static/js"):
        for place in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
            if place.name in {"migrations", "__pycache__"}:
                continue
            modules = [path for path in place.iterdir() if path.suffix in {".py", ".js"}]
            assert len(modules) <= MOST_MODULES, f"{place}: {len(modules)}"
