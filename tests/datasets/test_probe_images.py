"""Test images for looking into networks."""

from pathlib import Path
from typing import Any

import pytest

import datasets
from datasets import probe_images


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    probe_images._stored.cache_clear()


def test_images_are_of_the_data_set_that_was_asked_for(small_pen_strokes: None) -> None:
    found = probe_images.probe_images("pen-strokes")
    assert found.title == "test images of pen strokes"
    assert (found.images == datasets.load("pen-strokes").x_test).all()


def test_images_are_of_another_data_set_where_the_one_asked_for_is_not_at_hand(small_pen_strokes: None) -> None:
    assert probe_images.probe_images("corrections").title == "test images of pen strokes"


def test_images_are_drawn_where_no_data_set_is_at_hand(tmp_path: Path, settings: Any) -> None:
    settings.DATASETS_DIR = tmp_path / "empty"
    found = probe_images.probe_images("mnist")
    assert found.title == "freshly drawn pen strokes"
    assert found.images.shape == (1000, 784)
    assert not (tmp_path / "empty").exists()
