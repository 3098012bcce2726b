"""Pages of data sets and their samples."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from PIL import Image

from datasets import catalogue, sample_pages, stored

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.DATASETS_DIR = tmp_path
    settings.MNIST_FILE = ""
    return tmp_path


@pytest.fixture
def mnist(folder: Path) -> stored.Arrays:
    """A small set in MNIST's place."""
    del folder
    rng = np.random.default_rng(1)
    x, y = rng.integers(0, 256, (300, 784), dtype=np.uint8), np.arange(300, dtype=np.uint8) % 10
    arrays = (x, y, x[:10], y[:10])
    stored.store(arrays, catalogue.folder_of("mnist"))
    return arrays


def alpha_of(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).getchannel("A"))


def test_every_data_set_has_a_card(client: Client) -> None:
    page = client.get("/datasets/").content.decode()
    assert all(f">{title}</h2>" in page for title in ("MNIST", "Pen strokes", "MNIST and pen strokes", "Corrections"))


def test_samples_are_the_stored_images_of_their_digit(client: Client, mnist: stored.Arrays) -> None:
    x, y = mnist[:2]
    row = alpha_of(client.get("/datasets/mnist/2/7.png").content)
    wanted = x[y == 7][sample_pages.PER_PAGE : 2 * sample_pages.PER_PAGE].reshape(-1, 28, 28)
    np.testing.assert_array_equal(row, np.hstack(list(wanted)))


def test_a_last_page_may_be_shorter(client: Client, mnist: stored.Arrays) -> None:
    del mnist
    row = alpha_of(client.get("/datasets/mnist/3/7.png").content)
    assert row.shape == (28, 28 * sample_pages.PER_PAGE)
    assert row[:, 6 * 28 :].max() == 0


@pytest.mark.usefixtures("mnist")
def test_past_the_end_there_is_nothing(client: Client) -> None:
    assert client.get("/datasets/mnist/4/7.png").status_code == 404


def test_pen_strokes_are_drawn_to_be_looked_at_where_they_are_not_stored(client: Client) -> None:
    first, again, other = (alpha_of(client.get(f"/datasets/pen-strokes/{page}/3.png").content) for page in (1, 1, 2))
    assert first.max() > 200
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    assert "drawn to be looked at" in client.get("/datasets/pen-strokes/").content.decode()


def test_a_set_that_is_not_at_hand_is_said_not_to_be(client: Client) -> None:
    page = client.get("/datasets/mnist/")
    assert page.status_code == 200
    assert "<img src=" not in page.content.decode().partition("<main")[2]
    assert client.get("/datasets/mnist/1/3.png").status_code == 404


@pytest.mark.parametrize("address", ["nothing/", "corrections/", "pen-strokes/1/10.png", "pen-strokes/0/1.png"])
def test_other_addresses_lead_nowhere(client: Client, address: str) -> None:
    assert client.get(f"/datasets/{address}").status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999", "²"])
def test_a_page_that_is_none_is_the_first_or_the_last(client: Client, page: str) -> None:
    answer = client.get("/datasets/pen-strokes/", {"page": page})
    assert answer.status_code == 200
    assert 1 <= answer.context["page"] <= 500


def test_the_form_of_a_run_can_start_with_a_data_set(client: Client) -> None:
    page = client.get("/runs/new/?dataset=mnist%2Bpen-strokes")
    assert page.context["form"]["dataset"].value() == "mnist+pen-strokes"
