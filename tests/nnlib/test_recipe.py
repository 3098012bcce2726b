"""A recipe that exists can be followed."""

import math
from dataclasses import replace
from typing import Any

import pytest

from nnlib import Recipe, RecipeError
from nnlib.schedules import SCHEDULES

RECIPE = Recipe(loss="cross_entropy", optimizer="adam", learning_rate=0.001)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("loss", "hinge"),
        ("optimizer", "lion"),
        ("learning_rate", 0),
        ("learning_rate", math.inf),
        ("learning_rate", math.nan),
        ("learning_rate", "fast"),
        ("schedule", "linear"),
        ("batch_size", 0),
        ("batch_size", 1.5),
        ("batch_size", True),
        ("epochs", 0),
        ("error_threshold", 0),
        ("error_threshold", math.nan),
        ("patience", 0),
        ("l2", -1),
        ("dropout", 1),
        ("dropout", -0.1),
        ("augmentation", "wild"),
        ("shuffle", 1),
        ("seed", -1),
        ("seed", 0.5),
    ],
)
def test_an_impossible_value_is_refused_by_name(field: Any, value: Any) -> None:
    with pytest.raises(RecipeError, match=rf"{field} must be .*, got"):
        replace(RECIPE, **{field: value})


def test_a_recipe_is_told_as_plain_values() -> None:
    assert Recipe(**RECIPE.as_dict()) == RECIPE
    assert all(type(value) in (str, int, float, bool, type(None)) for value in RECIPE.as_dict().values())


@pytest.mark.parametrize(
    ("schedule", "factors"),
    [
        ("constant", {0: 1, 0.5: 1, 1: 1}),
        ("step", {0: 1, 0.49: 1, 0.5: 0.1, 0.74: 0.1, 0.75: 0.01, 1: 0.01}),
        ("cosine", {0: 1, 0.25: (1 + math.sqrt(0.5)) / 2, 0.5: 0.5, 1: 0}),
        ("one_cycle", {0: 1 / 25, 0.15: (1 + 1 / 25) / 2, 0.3: 1, 0.65: 0.5, 1: 0}),
    ],
)
def test_a_schedule_passes_through_its_marks(schedule: Any, factors: Any) -> None:
    for progress, factor in factors.items():
        assert SCHEDULES[schedule](progress) == pytest.approx(factor, abs=1e-5)
