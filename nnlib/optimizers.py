"""Optimizers: parameters and gradient in, parameters changed in place. They know nothing of the network.

With the gradient g, the learning rate r, and one value of each kind per parameter p:

`sgd`        p -= r g
`momentum`   v = 0.9 v + g                    p -= r v                                    (Polyak, 1964)
`nesterov`   v = 0.9 v + g                    p -= r (g + 0.9 v)                          (Sutskever et al., 2013)
`rmsprop`    s = 0.9 s + 0.1 g^2              p -= r g / (sqrt(s) + 1e-8)                 (Hinton, 2012)
`adam`       m = 0.9 m + 0.1 g
             s = 0.999 s + 0.001 g^2          p -= r m' / (sqrt(s') + 1e-8)               (Kingma and Ba, 2015)
             with m' = m / (1 - 0.9^t) and s' = s / (1 - 0.999^t) in step t = 1, 2, ...
`adamw`      as `adam`; the trainer shrinks the weights apart from it                     (Loshchilov and Hutter, 2019)
"""

from typing import Literal, TypeAlias

import numpy as np

from nnlib.arrays import Float32Array
from nnlib.errors import StateError

OptimizerName: TypeAlias = Literal["sgd", "momentum", "nesterov", "rmsprop", "adam", "adamw"]

MOMENTUM = 0.9
EPSILON = 1e-8


class Optimizer:
    """Base of all: plain descent along the gradient, which needs no memory.

    Attributes:
        slots: What is remembered per parameter, by name; each `(parameter_count,)`.
        steps: Taken so far.
    """

    slot_names: tuple[str, ...] = ()

    def __init__(self, parameter_count: int) -> None:
        self.slots = {name: np.zeros(parameter_count, np.float32) for name in self.slot_names}
        self.steps = 0
        self._scratch = np.empty(parameter_count, np.float32)

    def step(self, parameters: Float32Array, gradient: Float32Array, learning_rate: float) -> None:
        """Move `parameters` in place; `gradient` is overwritten. Both `(parameter_count,)`."""
        self.steps += 1
        self._move(parameters, gradient, learning_rate)

    def state(self) -> dict[str, object]:
        """Copies of everything remembered, as plain values."""
        return {"steps": self.steps, "slots": {name: slot.copy() for name, slot in self.slots.items()}}

    def restore(self, state: dict[str, object]) -> None:
        """Take over what `state` returned.

        Raises:
            StateError: If it is another optimizer's, or of another size.
        """
        steps, slots = state.get("steps"), state.get("slots")
        if not isinstance(steps, int) or not isinstance(slots, dict) or slots.keys() != self.slots.keys():
            raise StateError(f"expected an optimizer state with slots {sorted(self.slots)}, got {slots!r:.80}")
        for name, slot in self.slots.items():
            saved = slots[name]
            if not isinstance(saved, np.ndarray) or saved.shape != slot.shape or saved.dtype != slot.dtype:
                raise StateError(f"optimizer slot {name!r} must be float32 of shape {slot.shape}")
            slot[:] = saved
        self.steps = steps

    def _move(self, p: Float32Array, g: Float32Array, rate: float) -> None:
        np.multiply(g, rate, out=g)
        np.subtract(p, g, out=p)


class Momentum(Optimizer):
    """Descends along a decaying sum of gradients."""

    slot_names = ("velocity",)

    def _move(self, p: Float32Array, g: Float32Array, rate: float) -> None:
        v = self.slots["velocity"]
        np.multiply(v, MOMENTUM, out=v)
        np.add(v, g, out=v)
        np.multiply(v, rate, out=g)
        np.subtract(p, g, out=p)


class Nesterov(Optimizer):
    """Momentum that looks a step ahead."""

    slot_names = ("velocity",)

    def _move(self, p: Float32Array, g: Float32Array, rate: float) -> None:
        v, t = self.slots["velocity"], self._scratch
        np.multiply(v, MOMENTUM, out=v)
        np.add(v, g, out=v)
        np.multiply(v, MOMENTUM, out=t)
        np.add(t, g, out=t)
        np.multiply(t, rate, out=t)
        np.subtract(p, t, out=p)


class RMSProp(Optimizer):
    """Divides each gradient by its own recent size."""

    slot_names = ("square",)

    def _move(self, p: Float32Array, g: Float32Array, rate: float) -> None:
        s, t = self.slots["square"], self._scratch
        np.multiply(g, g, out=t)
        np.multiply(t, 0.1, out=t)
        np.multiply(s, 0.9, out=s)
        np.add(s, t, out=s)
        np.sqrt(s, out=t)
        np.add(t, EPSILON, out=t)
        np.divide(g, t, out=t)
        np.multiply(t, rate, out=t)
        np.subtract(p, t, out=p)


class Adam(Optimizer):
    """Momentum divided by recent size, both corrected for having started at 0."""

    slot_names = ("mean", "square")

    def _move(self, p: Float32Array, g: Float32Array, rate: float) -> None:
        m, s, t = self.slots["mean"], self.slots["square"], self._scratch
        np.multiply(m, 0.9, out=m)
        np.multiply(g, 0.1, out=t)
        np.add(m, t, out=m)
        np.multiply(s, 0.999, out=s)
        np.multiply(g, g, out=g)
        np.multiply(g, 0.001, out=g)
        np.add(s, g, out=s)
        # r m' / (sqrt(s') + e) = (r c / (1 - 0.9^t)) m / (sqrt(s) + c e)  with  c = sqrt(1 - 0.999^t)
        c = (1 - 0.999**self.steps) ** 0.5
        np.sqrt(s, out=t)
        np.add(t, EPSILON * c, out=t)
        np.divide(m, t, out=t)
        np.multiply(t, rate * c / (1 - 0.9**self.steps), out=t)
        np.subtract(p, t, out=p)


OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": Optimizer,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "rmsprop": RMSProp,
    "adam": Adam,
    "adamw": Adam,
}
"""By the name a recipe uses."""
