"""A Python client that is generated from the schema has a class for each error answer."""

import json
import os
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz import tool
from tests.lab import Lab

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def schema(lab: Lab) -> Any:
    with urllib.request.urlopen(f"{lab.url}/api/v1/openapi.json") as response:
        return json.load(response)


@pytest.fixture(scope="module")
def documented(schema: Any) -> list[tuple[str, int]]:
    """Each operation with each of its 4xx."""
    return [
        (operation["operationId"], int(status))
        for path in schema["paths"].values()
        for operation in path.values()
        for status in operation["responses"]
        if status.startswith("4")
    ]


@pytest.fixture(scope="module")
def answers(lab: Lab, schema: Any, documented: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What a client that was generated just now makes of error answers."""
    generator = tool("openapi-python-client")
    if generator is None:
        pytest.skip("openapi-python-client is missing: `make test` installs it")
    folder = tmp_path_factory.mktemp("client")
    (folder / "openapi.json").write_text(json.dumps(schema))
    (folder / "settings.yml").write_text("post_hooks: []")
    options = ["--path", "openapi.json", "--output-path", "lab_client", "--config", "settings.yml", "--meta", "none"]
    generated = subprocess.run(
        [generator, "generate", *options, "--fail-on-warning"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert generated.returncode == 0, generated.stdout + generated.stderr
    script = Path(__file__).with_name("typed_errors.py")
    python = Path(generator).with_name("python")
    called = subprocess.run(
        [python, script, lab.url, json.dumps(documented)],
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert called.returncode == 0, called.stderr
    return json.loads(called.stdout)


def test_each_documented_error_has_a_class(answers: Any, documented: list[tuple[str, int]]) -> None:
    assert len(answers["parsed"]) == len(documented) > 100
    for operation, status, name in answers["parsed"]:
        assert name == ("ValidationErrorOut" if status == 422 else "ErrorOut"), (operation, status)


@pytest.mark.parametrize(
    ("call", "status", "name", "code"),
    [
        ("cursor", 400, "ErrorOut", "cursor.invalid"),
        ("missing", 404, "ErrorOut", "not_found"),
        ("champion", 409, "ErrorOut", "registry.state"),
        ("epochs", 422, "ValidationErrorOut", "validation"),
        ("empty", 422, "ValidationErrorOut", "ink.empty"),
    ],
)
def test_an_error_of_the_lab_arrives_in_its_class(answers: Any, call: str, status: int, name: str, code: str) -> None:
    assert answers["live"][call] == [status, name, code]
