"""How sure against how often right: in words, as a drawing, and on the pages."""

import re
from typing import Any

import pytest
from django.test import Client

from inference.models import ModelVersion
from inference.registry import starter
from inference.reports.reliability import Bin, Reliability
from inference.reports.reliability_diagram import LEFT, SIDE, TOP, Diagram, diagram_of

NOBODY = {"count": 0, "confidence": None, "accuracy": None}


def metrics(*bins: tuple[int, float, float], temperature: float = 1.4) -> dict[str, Any]:
    """Metrics with bins of (count, confidence, accuracy), each at its place among ten."""
    stored: list[dict[str, Any]] = [NOBODY] * 10
    for count, confidence, accuracy in bins:
        stored[min(9, int(10 * confidence))] = {"count": count, "confidence": confidence, "accuracy": accuracy}
    calibration = {"temperature": temperature, "error_before": 0.04, "error_after": 0.013}
    return {"calibration": {**calibration, "bins": {"before": stored, "after": stored}}}


def reliability(*bins: tuple[int, float, float], temperature: float = 1.4) -> Reliability:
    found = Reliability.of(metrics(*bins, temperature=temperature))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        (Bin(0.9, 1, 200, 0.9, 0.93), "when it says 90 %, it is right 93 times in 100"),
        (Bin(0.9, 1, 4836, 0.9982, 0.9988), "when it says 99.8 %, it is right 999 times in 1,000"),
        (Bin(0.9, 1, 120, 0.9982, 0.9988), "when it says 100 %, it is right 100 times in 100"),
    ],
)
def test_a_bin_is_told_in_frequencies_as_fine_as_its_answers_allow(answers: Bin, sentence: str) -> None:
    assert answers.sentence == sentence


def test_the_fullest_bin_is_told_and_the_fullest_of_the_others() -> None:
    found = reliability((30, 0.72, 0.5), (500, 0.95, 0.97), (20, 0.61, 0.4))
    assert found.sentences == [
        "When it says 95 %, it is right 97 times in 100 (500 images).",
        "When it says 72 %, it is right 50 times in 100 (30 images).",
    ]


def test_a_share_of_a_handful_is_not_told() -> None:
    assert len(reliability((500, 0.95, 0.97), (3, 0.61, 0.4)).sentences) == 1


@pytest.mark.parametrize(("temperature", "words"), [(1.4, "toned down"), (0.8, "surer"), (1.01, "as they are")])
def test_what_a_temperature_does_is_said_in_words(temperature: float, words: str) -> None:
    assert words in reliability((500, 0.95, 0.97), temperature=temperature).temper


def test_a_spot_stands_where_its_bin_says_and_grows_with_its_answers() -> None:
    drawn = Diagram.of(reliability((3, 0.25, 0.5), (500, 0.95, 0.95)))
    few, many = drawn.spots
    assert (float(few.x), float(few.y)) == (LEFT + 0.25 * SIDE, TOP + 0.5 * SIDE)
    assert float(few.radius) < float(many.radius)
    (_, top, bottom), (_, tighter_top, tighter_bottom) = re.findall(r"M([\d.]+) ([\d.]+)V([\d.]+)", drawn.doubt)
    assert float(bottom) - float(top) > 5 * (float(tighter_bottom) - float(tighter_top))


def test_metrics_without_bins_have_no_diagram() -> None:
    assert diagram_of({}) is None
    assert diagram_of({"calibration": {"temperature": 1.0, "error_before": 0.1, "error_after": 0.1}}) is None


@pytest.mark.django_db
def test_the_starter_ships_with_its_diagram_and_the_page_tells_it(client: Client) -> None:
    starter.import_starter()
    page = client.get("/versions/1/").content.decode()
    assert re.search(r"When it says [\d.]+ %, it is right \d+ times in 1,000", page)
    spots = re.findall(r"<circle [^>]+><title>", page)
    rows = re.findall(r'<tr><th scope="row">\d+ to \d+ %</th>', page)
    assert len(spots) == len(rows) > 3


@pytest.mark.django_db
def test_a_version_that_was_kept_without_bins_says_so(client: Client) -> None:
    version = starter.import_starter()
    assert version is not None
    known = dict(version.metrics["calibration"])
    del known["bins"]
    ModelVersion.objects.update(metrics={**version.metrics, "calibration": known})
    page = client.get("/versions/1/").content.decode()
    assert "kept before this diagram was drawn" in page
    ModelVersion.objects.update(metrics={})
    assert "reliability-title" not in client.get("/versions/1/").content.decode()
