"""Optimizers: parameters and gradient in, parameters changed in place. They know nothing of the network.

With the gradient g, the learning rate r, and one value of each kind per parameter p:

`sgd`        p -= r g
`momentum`   v = 0.9 v + g                    p -= r v                                    (Polyak, 1964)
`nesterov`   v = 0.9 v + g                    p -= r (g + 0.9 v)                          (Sutskever et al., 2013)
`rmsprop`    s = 0.9 s + 0.1 g^2              p -= r g / (sqrt(s) + 1e-8)                 (Hinton, 2012)
`adam`       m = 0.9 m + 0.1 g
             s = 0.999 s + 0.001 g^2          p -= r m' / (sqrt(s') + 1e-8)               (Kingma and Ba, 2015)
             with m' = m / (1 - 0.9^t) and s' = s / (1 - 0.999^t) in step t = 1, 2, ...
`adamw`      as `adam`; the weights shrink apart from it, see `batch_descent.py`          (Loshchilov and Hutter, 2019)

Each pass over the vectors costs time, so a mean such as m is kept as the sum it is a share of, M = m / 0.1 = 0.9 M + g,
which saves a pass; the share goes into the one factor that the step needs anyway.
"""

from typing import ClassVar, Literal, TypeAlias

import numpy as np

from nnlib.arrays import Float32Array, empty_vector
from nnlib.errors import StateError

OptimizerName: TypeAlias = Literal["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"]

EPSILON = 1e-8


class Optimizer:
    """Base of all: plain descent along the gradient, which needs no memory.

    Attributes:
        slots: What is remembered per parameter, by name; each `(parameter_count,)`.
        steps: Taken so far.
    """

    slot_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, parameter_count: int) -> None:
        self.slots = {name: empty_vector(parameter_count) for name in self.slot_names}
        for slot in self.slots.values():
            slot.fill(0)
        self.steps = 0

    def step(self, parameters: Float32Array, gradient: Float32Array, learning_rate: float) -> None:
        """Move `parameters` in place; `gradient` is overwritten. Both `(parameter_count,)`."""
        self.steps += 1
        self._move(parameters, gradient, learning_rate)

    def state(self) -> dict[str, object]:
        """Copies of everything remembered, as plain values."""
        return {"steps": self.steps, "slots": {name: slot.copy() for name, slot in self.slots.items()}}

    def restore(self, state: object) -> None:
        """Take over what `state` returned.

        Raises:
            StateError: If it is another optimizer's, or of another size.
        """
        if not isinstance(state, dict) or state.keys() != {"steps", "slots"}:
            raise StateError(f"expected an optimizer state with steps and slots, got {state!r:.80}")
        steps, slots = state["steps"], state["slots"]
        if type(steps) is not int or not isinstance(slots, dict) or slots.keys() != self.slots.keys():
            raise StateError(f"expected an optimizer state with slots {sorted(self.slots)}, got {slots!r:.80}")
        for name, slot in self.slots.items():
            saved = slots[name]
            if not isinstance(saved, np.ndarray) or saved.shape != slot.shape or saved.dtype != slot.dtype:
                raise StateError(f"optimizer slot {name!r} must be float32 of shape {slot.shape}")
            slot[:] = saved
        self.steps = steps

    def _move(self, p: Float32Array, g: Float32Array, rate: float) -> None:
        """Move `p`; `g` is scratch once it has been used."""
        np.multiply(g, rate, out=g)
        np.subtract(p, g, out=p)


class Momentum(Optimizer):
    """Descends along a decaying sum of gradients."""

    slot_names = ("velocity",)

    def _move(self, p: Float32Array, g: Float32Array, rate: float) -> None:
        v = self.slots["velocity"]
        np.multiply(v, 0.9, out=v)
        np.add(v, g, out=v)
        np.multiply(v, rate, out=g)
        np.subtract(p, g, out=p)


class Nesterov(Optimizer):
    """Momentum that looks a step ahead."""

    slot_names = ("velocity",)

    def _move(self, p: Float32Array, g: Float32Array, rate: float) -> None:
        v = self.slots["velocity"]
        np.multiply(v, 0.9, out=v)
        np.add(v, g, out=v)
        np.multiply(g, rate, out=g)
        np.subtract(p, g, out=p)
        np.multiply(v, 0.9 * rate, out=g)
        np.subtract(p, g, out=p)


class RMSProp(Optimizer):
    """Divides each gradient by its own recent size."""

    slot_names = ("square_sum",)

    def __init__(self, parameter_count: int) -> None:
        super().__init__(parameter_count)
        self._scratch = empty_vector(parameter_count)

    def _move(self, p: Float32Array, g: Float32Array, rate: float) -> None:
        s, t = self.slots["square_sum"], self._scratch
        np.multiply(s, 0.9, out=s)
        np.multiply(g, g, out=t)
        np.add(s, t, out=s)
        # With S = s / 0.1: r g / (sqrt(s) + e) = (r / c) g / (sqrt(S) + e / c)  where  c = sqrt(0.1)
        c = 0.1**0.5
        np.sqrt(s, out=t)
        np.add(t, EPSILON / c, out=t)
        np.divide(g, t, out=t)
        np.multiply(t, rate / c, out=t)
        np.subtract(p, t, out=p)


class Adam(Optimizer):
    """Momentum divided by recent size, both corrected for having started at 0."""

    slot_names = ("sum", "square_sum")

    def _move(self, p: Float32Array, g: Float32Array, rate: float) -> None:
        m, s = self.slots["sum"], self.slots["square_sum"]
        np.multiply(m, 0.9, out=m)
        np.add(m, g, out=m)
        np.multiply(s, 0.999, out=s)
        np.multiply(g, g, out=g)
        np.add(s, g, out=s)
        # With M = m / 0.1 and S = s / 0.001: r m' / (sqrt(s') + e) = (r b / c) M / (sqrt(S) + e / c)
        # where  b = 0.1 / (1 - 0.9^t)  and  c = sqrt(0.001 / (1 - 0.999^t)).
        b = 0.1 / (1 - 0.9**self.steps)
        c = (0.001 / (1 - 0.999**self.steps)) ** 0.5
        np.sqrt(s, out=g)
        np.add(g, EPSILON / c, out=g)
        np.divide(m, g, out=g)
        np.multiply(g, rate * b / c, out=g)
        np.subtract(p, g, out=p)


OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": Optimizer,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": Adam,
}
"""By the name a recipe uses."""
