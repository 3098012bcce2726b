"""Learning rates over the course of a run, as a factor on the recipe's rate."""

from collections.abc import Callable
from math import cos, pi
from typing import Literal, TypeAlias

ScheduleName: TypeAlias = Literal["constant", "step", "cosine", "one_cycle"]


def _constant(progress: float) -> float:  # noqa: ARG001 (every schedule takes it)
    return 1.0


def _step(progress: float) -> float:
    if progress < 0.5:
        return 1.0
    return 0.1 if progress < 0.75 else 0.01


def _cosine(progress: float) -> float:
    return (1 + cos(pi * progress)) / 2


def _one_cycle(progress: float) -> float:
    warm, start, end = 0.3, 1 / 25, 1 / 250_000
    if progress < warm:
        return start + (1 - start) * (1 - cos(pi * progress / warm)) / 2
    return end + (1 - end) * _cosine((progress - warm) / (1 - warm))


SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": _constant,
    "step": _step,
    "cosine": _cosine,
    "one_cycle": _one_cycle,
}
"""Factor by progress, the share in [0, 1) of all steps that lie behind.

`step`: a tenth after half of the steps and a hundredth after three quarters (He et al., 2016, for their shape).
`cosine`: to 0 without restarts (Loshchilov and Hutter, 2017). `one_cycle`: from 1/25 up to 1 in the first 30 %, then
down to 1/250,000, both along a cosine (Smith and Topin, 2018, in PyTorch's form).
"""
