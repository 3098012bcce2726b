"""What an answer is worth."""

import numpy as np
import pytest

from datasets import pen_strokes
from inference.serving.confidence import how_sure
from inference.serving.digit_detector import detector
from inference.serving.network_cache import LoadedVersion
from inference.serving.prediction import PredictRequest, answer
from nnlib import Architecture, Network
from nnlib.calibration import tempered


def probabilities(**shares: float) -> list[float]:
    """These shares, and what is left spread over the other digits."""
    named = {int(digit.removeprefix("d")): share for digit, share in shares.items()}
    rest = (1 - sum(named.values())) / (10 - len(named))
    return [named.get(digit, rest) for digit in range(10)]


def test_a_sure_answer_names_its_digit_alone() -> None:
    assert how_sure(probabilities(d7=0.95), temperature=1.0) == {
        "confidence": pytest.approx(0.95),
        "verdict": "sure",
        "candidates": [7],
        "temperature": 1.0,
    }


def test_a_version_that_wavers_names_between_which() -> None:
    worth = how_sure(probabilities(d4=0.4, d9=0.5), temperature=1.0)
    assert (worth["verdict"], worth["candidates"]) == ("unsure", [9, 4])


def test_a_temperature_makes_a_boastful_answer_unsure() -> None:
    boastful = probabilities(d4=0.05, d9=0.94)
    assert how_sure(boastful, temperature=1.0)["verdict"] == "sure"
    assert how_sure(boastful, temperature=3.0)["verdict"] == "unsure"


def test_the_confidence_is_the_tempered_probability() -> None:
    p = probabilities(d4=0.3, d9=0.6)
    expected = tempered(np.array([p]), 2.0)[0, 9]
    assert how_sure(p, temperature=2.0)["confidence"] == pytest.approx(float(expected))


def test_the_digit_stays_the_same_at_every_temperature() -> None:
    p = probabilities(d1=0.3, d2=0.35, d3=0.3)
    assert {how_sure(p, temperature=t)["candidates"][0] for t in (0.2, 1.0, 5.0)} == {2}


def test_few_digits_are_refused_and_most_other_marks_are() -> None:
    digits, _, _, _ = pen_strokes.generate(seed=11, train=1000, test=0)
    marks = pen_strokes.generate_marks(seed=11, count=1000)
    known = detector()
    refused = [
        float(
            np.mean(known.likelihoods(images.reshape(-1, 784).astype(np.float32) / np.float32(255)) < known.threshold)
        )
        for images in (digits, marks)
    ]
    assert refused[0] <= 0.015
    assert refused[1] >= 0.6


STROKES = {
    "one": [[(140.0, 40.0), (138.0, 240.0)]],
    "M": [[(40.0, 240.0), (60.0, 40.0), (140.0, 160.0), (220.0, 40.0), (240.0, 240.0)]],
}


@pytest.fixture
def version() -> LoadedVersion:
    architecture = Architecture((784, 12, 10), "relu", "softmax")
    return LoadedVersion(1, Network.initialised(architecture, initializer="he", rng=np.random.default_rng(1)))


@pytest.mark.parametrize(("name", "is_digit"), [("one", True), ("M", False)])
def test_a_drawing_is_answered_with_whether_it_is_a_digit(version: LoadedVersion, name: str, *, is_digit: bool) -> None:
    reply = answer(PredictRequest(strokes=STROKES[name], brush=20), [version])
    assert reply["is_digit"] is is_digit
    assert reply["results"][0]["digit"] == reply["results"][0]["candidates"][0]


def test_no_answer_to_what_is_no_digit_is_sure(version: LoadedVersion) -> None:
    reply = answer(PredictRequest(strokes=STROKES["M"], brush=20), [version])
    assert [result["verdict"] for result in reply["results"]] == ["not_a_digit"]


def test_pixels_are_taken_as_a_digit_unasked(version: LoadedVersion) -> None:
    assert "is_digit" not in answer(PredictRequest(pixels=[128.0] * 784), [version])
