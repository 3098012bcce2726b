"""Intervals and odds against values worked out by hand."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest

from inference.reports.downsampling import downsampled, largest_triangles
from inference.reports.paired_test import Pair
from inference.reports.statistics import mcnemar_p, odds_words, wilson_interval


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    # Newcombe: Two-sided confidence intervals for the single proportion (1998), table I.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_is_the_published_one(hits: int, count: int, low: float, high: float) -> None:
    assert wilson_interval(hits, count) == pytest.approx((low, high), abs=0.00006)


def test_an_interval_needs_something_to_count() -> None:
    with pytest.raises(ValueError, match="expected 0 to 0 hits of at least one"):
        wilson_interval(0, 0)


@pytest.mark.parametrize(("first", "second"), [(1, 9), (9, 1), (0, 1), (5, 5), (0, 30), (40, 60), (300, 420)])
def test_the_odds_are_exact(first: int, second: int) -> None:
    n, fewer = first + second, min(first, second)
    exact = min(Fraction(1), Fraction(2 * sum(comb(n, k) for k in range(fewer + 1)), 2**n))
    assert mcnemar_p(first, second) == pytest.approx(float(exact), rel=1e-9)


def test_nothing_flipped_proves_nothing() -> None:
    assert mcnemar_p(0, 0) == 1.0


@pytest.mark.parametrize(
    ("p", "words"),
    [(0.62, "62 times in 100"), (0.05, "5 times in 100"), (0.0025, "once in 400"), (0.0021, "once in 480"),
     (0.000123, "once in 8,100"), (1e-9, "less than once in a million")],
)  # fmt: skip
def test_odds_are_said_in_words(p: float, words: str) -> None:
    assert odds_words(p) == words


def digits(text: str) -> bytes:
    return bytes(int(letter) for letter in text)


def test_images_are_sorted_by_what_became_of_them() -> None:
    truth = np.frombuffer(digits("0123456789"), np.uint8)
    pair = Pair.of(truth, digits("0128466789"), digits("0123436189"))
    assert pair is not None
    assert {kind: pair.indices(kind).tolist() for kind in pair.counts} == {
        "flipped": [3, 7],
        "lost": [7],
        "gained": [3],
        "misread": [5],
    }
    assert pair.agreement == 0.7


def test_answers_to_other_images_make_no_pair() -> None:
    truth = np.frombuffer(digits("0123"), np.uint8)
    assert Pair.of(truth, digits("012"), digits("0123")) is None


def test_the_better_one_is_named_only_when_chance_can_be_ruled_out() -> None:
    truth = np.zeros(100, np.uint8)
    good, bad, same = bytes(100), bytes(80) + b"\x01" * 20, bytes(99) + b"\x01"
    better, unsure = Pair.of(truth, bad, good), Pair.of(truth, same, good)
    assert better is not None
    assert unsure is not None
    assert better.sentence("A", "B") == (
        "B is better: B reads 20 that A does not, A 0 that B does not. Chance alone would do this once in 520,000."
    )
    assert unsure.sentence("A", "B").startswith("There is no telling which is better: B reads 1")


def history(count: int) -> list[dict[str, float]]:
    return [{"epoch": n, "train_error": 1 / n, "test_error": 9.0 if n == 777 else 1 / n} for n in range(1, count + 1)]


def test_a_long_curve_keeps_its_ends_and_its_peaks() -> None:
    shown = downsampled(history(10_000), most=100)
    numbers = [epoch["epoch"] for epoch in shown]
    assert numbers == sorted(set(numbers))
    assert len(numbers) <= 100
    assert {1, 777, 10_000} <= set(numbers)


def test_a_short_curve_is_left_alone() -> None:
    assert downsampled(history(100), most=100) == history(100)


@pytest.mark.parametrize("count", [3, 4, 50, 99])
def test_as_many_points_are_chosen_as_were_asked_for(count: int) -> None:
    chosen = largest_triangles(np.sin(np.arange(100.0)), count)
    assert len(set(chosen.tolist())) == count
    assert chosen.tolist() == sorted(chosen.tolist())
