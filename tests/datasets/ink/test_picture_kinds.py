"""Kinds of pictures that people send, ten digits of each, as `make bench-pictures` reads them with sixty."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np
import pytest

from benchmarks.picture_kinds import KINDS, page
from benchmarks.pictures import STARTER, outcome_of, written
from datasets.ink.strokes import Ink
from inference.model_files.pickle.network_pickle import network_from_bytes
from nnlib import Network


@cache
def starter() -> Network:
    return network_from_bytes(STARTER.read_bytes())


@cache
def digits() -> list[tuple[Ink, int]]:
    return list(written(starter(), 10, seed=100))


@pytest.mark.parametrize("name", KINDS)
def test_nine_of_ten_are_read_and_none_is_wrong_while_sure(name: str) -> None:
    outcomes: Counter[str] = Counter()
    for number, (ink, digit) in enumerate(digits()):
        data = KINDS[name](page(ink, digit, np.random.default_rng([5, number])), np.random.default_rng([6, number]))
        outcomes[outcome_of(starter(), data, digit)] += 1
    assert outcomes["right"] >= 9, outcomes
    assert outcomes["sure, wrong"] == 0, outcomes
