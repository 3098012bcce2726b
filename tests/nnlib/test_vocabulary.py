"""Every name of the vocabularies has an implementation, plain and fast."""

from typing import Any, get_args

import pytest

from nnlib import activations, losses, optimizers, schedules, vocabulary
from nnlib.data.augmentation import STRENGTHS
from nnlib.fast import activations as fast_activations
from nnlib.fast import optimizers as fast_optimizers
from nnlib.shape import PIXELS, SIDE


@pytest.mark.parametrize(
    ("names", "table"),
    [
        (vocabulary.ActivationName, activations.ACTIVATIONS),
        (vocabulary.ActivationName, activations.SLOPES),
        (vocabulary.ActivationName, fast_activations.ACTIVATIONS),
        (vocabulary.OutputName, activations.OUTPUTS),
        (vocabulary.OutputName, activations.PROBABILITIES),
        (vocabulary.OutputName, fast_activations.OUTPUTS),
        (vocabulary.LossName, losses.LOSSES),
        (vocabulary.OptimizerName, optimizers.OPTIMIZERS),
        (vocabulary.OptimizerName, fast_optimizers.OPTIMIZERS),
        (vocabulary.ScheduleName, schedules.SCHEDULES),
        (vocabulary.AugmentationName, {"none": None, **STRENGTHS}),
    ],
)
def test_every_name_has_an_implementation(names: Any, table: dict[str, Any]) -> None:
    assert set(table) == set(get_args(names))


def test_an_image_is_a_square() -> None:
    assert PIXELS == SIDE**2
