"""A web process without data sets offers those that workers have."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import datasets
from datasets import catalogue, worker_reports
from weblib.redis_client import redis_client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def web_without_data(settings: Any, tmp_path: Path) -> Iterator[None]:
    """This process has no data set and cannot fetch MNIST; nothing is reported, also afterwards."""
    settings.DATASETS_DIR = tmp_path
    settings.MNIST_FILE = str(tmp_path / "missing.npz")
    names = [f"digitlab:dataset:{key}" for key in catalogue.STORED_KEYS]
    with redis_client() as client:
        client.delete(*names)
        yield
        client.delete(*names)


def states() -> dict[str, str]:
    return {status.key: status.state for status in datasets.availability() if status.key != "corrections"}


def test_what_a_worker_has_is_ready() -> None:
    assert states() == {"mnist": "unavailable", "pen-strokes": "on_first_use", "mnist+pen-strokes": "unavailable"}
    assert datasets.refusal("mnist")
    worker_reports.report(["mnist", "pen-strokes"])
    assert states() == {"mnist": "ready", "pen-strokes": "ready", "mnist+pen-strokes": "ready"}
    assert (datasets.default_key(), datasets.refusal("mnist")) == ("mnist", "")


def test_its_page_says_where_the_samples_are(client: Client) -> None:
    worker_reports.report(["mnist"])
    assert "On the workers&#x27; disks" in client.get("/datasets/mnist/").content.decode()


def test_a_report_ends_with_its_worker() -> None:
    worker_reports.report(["mnist"])
    with redis_client() as client:
        assert 0 < client.ttl("digitlab:dataset:mnist") <= worker_reports.EXPIRY_SECONDS


def test_without_redis_only_the_own_disk_counts(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    worker_reports.report(["mnist"])
    assert worker_reports.reported(["mnist"]) == frozenset()


def test_a_worker_reports_what_is_on_its_disk(settings: Any) -> None:
    folder = catalogue.folder_of("mnist")
    folder.mkdir(parents=True)
    (folder / "fingerprint.json").write_text("{}")
    catalogue.report_stored()
    settings.DATASETS_DIR = folder / "elsewhere"
    assert states()["mnist"] == "ready"
