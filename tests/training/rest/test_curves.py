"""The learning curve of a run and of its version: JSON lists, and tables."""

import csv
import io
from typing import Any

import pytest
from django.test import Client

from tests.training.conftest import Submit
from training.models import Run
from training.worker.execution import execute

COLUMNS = [
    "epoch",
    "train_error",
    "train_accuracy",
    "validation_error",
    "validation_accuracy",
    "test_error",
    "test_accuracy",
    "learning_rate",
    "seconds",
]


@pytest.fixture
def run(submit: Submit) -> Run:
    """A completed run of two epochs."""
    run = submit()
    assert execute(run.pk)
    return Run.objects.get(pk=run.pk)


@pytest.fixture
def addresses(run: Run) -> list[str]:
    """Of the curve of a run, and of its version."""
    assert run.version is not None
    return [f"/api/v1/runs/{run.pk}/epochs", f"/api/v1/versions/{run.version.number}/epochs"]


def table(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_a_curve_is_a_bare_list_by_default(client: Client, addresses: list[str]) -> None:
    for address in addresses:
        epochs = client.get(address).json()
        assert [epoch["epoch"] for epoch in epochs] == [1, 2]
        assert set(epochs[0]) == set(COLUMNS)


def test_a_curve_comes_as_a_table_with_the_same_numbers(client: Client, addresses: list[str]) -> None:
    for address in addresses:
        answer = client.get(address, {"format": "csv"})
        assert answer["Content-Type"].startswith("text/csv")
        assert "attachment" in answer["Content-Disposition"]
        assert answer.content.decode().splitlines()[0] == ",".join(COLUMNS)
        rows = [{name: float(value) if value else None for name, value in row.items()} for row in table(answer)]
        assert rows == client.get(address).json()


def test_a_part_of_a_curve_comes_as_a_table_too(client: Client, addresses: list[str]) -> None:
    assert [row["epoch"] for row in table(client.get(f"{addresses[0]}?format=csv&after=1"))] == ["2"]


def test_another_format_is_refused(client: Client, addresses: list[str]) -> None:
    for address in addresses:
        assert client.get(address, {"format": "xlsx"}).status_code == 422


def test_the_pages_link_to_the_tables(client: Client, run: Run, addresses: list[str]) -> None:
    assert run.version is not None
    pages = (f"/runs/{run.pk}/", f"/versions/{run.version.number}/")
    for page, address in zip(pages, addresses, strict=True):
        assert f'href="{address}?format=csv"' in client.get(page).content.decode()


def test_a_curve_of_nothing_is_not_found(client: Client, db: None) -> None:
    for address in ("/api/v1/runs/99/epochs", "/api/v1/versions/99/epochs"):
        assert client.get(address, {"format": "csv"}).status_code == 404
