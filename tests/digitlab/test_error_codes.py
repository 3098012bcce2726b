"""Every error of the API has a stable code, and the schema describes it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from digitlab.api import api
from inference.errors import InferenceError
from tests.lab import ROOT
from training.errors import TrainingError
from weblib.errors import LabError

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "predict", {"strokes": [], "versions": [1]}, 404, "version.not_found"),
        ("POST", "corrections", {"strokes": [[]], "label": 3}, 422, "ink.empty"),
        ("POST", "corrections", {"pixels": [1, 2, 3], "label": 3}, 422, "ink.invalid"),
        ("POST", "corrections", {"pixels": [1, 2, 3], "label": 11}, 422, "validation"),
        ("POST", "runs", {"epochs": 0}, 422, "validation"),
        ("POST", "runs", {"dataset": "corrections"}, 422, "validation"),
        ("GET", "runs/999", None, 404, "not_found"),
        ("GET", "runs?cursor=x", None, 400, "cursor.invalid"),
        ("GET", "versions/999", None, 404, "version.not_found"),
        ("GET", "versions/compare?numbers=3,x", None, 400, "numbers.invalid"),
        ("GET", "versions/compare?numbers=3", None, 400, "comparison.invalid"),
        ("DELETE", "aliases/champion", None, 409, "registry.state"),
        ("GET", "nothing-here", None, 404, "not_found"),
        ("PUT", "runs", None, 405, "method_not_allowed"),
    ],
)
def test_an_error_has_its_code(  # noqa: PLR0917 -- a row of the table
    client: Client, method: str, path: str, body: Any, status: int, code: str
) -> None:
    answer = client.generic(method, f"/api/v1/{path}", json.dumps(body) if body else "", "application/json")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"]


def test_the_schema_describes_the_errors_of_every_call() -> None:
    schema = api.get_openapi_schema()
    known = {"ErrorOut", "ValidationErrorOut"}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            errors = {status: answer for status, answer in operation["responses"].items() if int(status) >= 400}
            assert errors, f"{method} {path}"
            for answer in errors.values():
                reference = answer["content"]["application/json"]["schema"]["$ref"]
                assert reference.rsplit("/", 1)[1] in known
    assert all("code" in schema["components"]["schemas"][name]["required"] for name in known)


def test_the_names_of_generated_clients_are_those_of_the_calls() -> None:
    paths = api.get_openapi_schema()["paths"].values()
    ids = [operation["operationId"] for operations in paths for operation in operations.values()]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch("[a-z]+(?:[A-Z][a-z]+)*", one) for one in ids), ids
    assert {"submitRun", "predict", "listEpochs", "importVersion"} <= set(ids)


def test_no_two_errors_share_a_code() -> None:
    kinds = subclasses(LabError)
    assert {InferenceError, TrainingError} <= kinds
    codes = [kind.code for kind in kinds if "code" in kind.__dict__ and kind.code != "validation"]
    assert len(codes) == len(set(codes))


def test_no_script_decides_by_the_words_of_an_error() -> None:
    scripts = [path for path in (ROOT / "static/js").rglob("*.js") if isinstance(path, Path)]
    assert scripts
    assert not [path for path in scripts if "nothing drawn/" in path.read_text().lower()]


def subclasses(kind: type[LabError]) -> set[type[LabError]]:
    """Every class below `kind`."""
    return {kind}.union(*(subclasses(one) for one in kind.__subclasses__()))
