"""Learning-rate schedules: the factor on the learning rate, by progress: the share in [0, 1) of all steps taken."""

from collections.abc import Callable
from math import cos, pi


def constant(progress: float) -> float:  # noqa: ARG001 (every schedule has this argument)
    """Always 1."""
    return 1.0


def step(progress: float) -> float:
    """1, a tenth after half of the steps and a hundredth after three quarters (as He et al., 2016)."""
    if progress < 0.5:
        return 1.0
    return 0.1 if progress < 0.75 else 0.01


def cosine(progress: float) -> float:
    """From 1 to 0 along a cosine, without restarts (Loshchilov and Hutter, 2017)."""
    return (1 + cos(pi * progress)) / 2


def one_cycle(progress: float) -> float:
    """Along cosines from 1/25 up to 1 in 30 % of the steps, then to 1/250,000 (Smith and Topin, 2018; as PyTorch)."""
    warm, start, end = 0.3, 1 / 25, 1 / 250_000
    if progress < warm:
        return start + (1 - start) * (1 - cos(pi * progress / warm)) / 2
    return end + (1 - end) * cosine((progress - warm) / (1 - warm))


SCHEDULES: dict[str, Callable[[float], float]] = {
    "constant": constant,
    "step": step,
    "cosine": cosine,
    "one_cycle": one_cycle,
}
"""By `ScheduleName`."""
