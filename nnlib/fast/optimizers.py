"""The optimizers of `nnlib/optimizers.py` in place, on one vector of all parameters.

Each pass over the vectors costs time, so a mean such as m is kept as the sum it is a share of, M = m / 0.1 = 0.9 M + g,
which saves a pass; the share becomes part of the one factor that the step needs anyway. The weight decay of `adamw`
is separate from its steps: see `batch_descent.py`.

Where a gradient stays 0, a sum decays into the range of subnormal numbers and stays there (0.9 times the smallest one
rounds to itself). Many processors need a hundred times longer for an operation with such a number, so what is tiny is
set to 0 now and then: see `flush_tiny`.
"""

from typing import ClassVar

import numpy as np

from nnlib.arrays import Float32Array
from nnlib.errors import StateError
from nnlib.fast.aligned_arrays import empty_vector
from nnlib.optimizers import EPSILON

TINY = 1e-30
"""A sum below it changes no parameter that float32 can tell from 0: its step is below 1e-22 times the learning rate."""
FLUSH_STEPS = 64
"""In so many steps, 0.9 makes 1e-33 of 1e-30: what was not tiny at one flush is not subnormal (1e-38) at the next."""


def flush_tiny(values: Float32Array, scratch: Float32Array) -> None:
    """Set every value between -1e-30 and 1e-30 to 0, in place; `scratch` has the same shape and is overwritten."""
    np.abs(values, out=scratch)
    np.greater(scratch, TINY, out=scratch)
    np.multiply(values, scratch, out=values)


class Optimizer:
    """Base class; itself gradient descent, which needs no slots.

    Attributes:
        slots: One value per parameter for every kind of sum that is kept, by name; each `(parameter_count,)`.
        steps: Number of steps taken.
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
        if self.steps % FLUSH_STEPS == 0:
            self.flush(gradient)

    def flush(self, scratch: Float32Array) -> None:
        """Set tiny sums to 0; `scratch`, `(parameter_count,)`, is overwritten."""
        for slot in self.slots.values():
            flush_tiny(slot, scratch)

    def state(self) -> dict[str, object]:
        """Copies of steps and slots, as plain values."""
        return {"steps": self.steps, "slots": {name: slot.copy() for name, slot in self.slots.items()}}

    def restore(self, state: object) -> None:
        """Continue from what `state` returned.

        Raises:
            StateError: If it belongs to another optimizer, or to another number of parameters.
        """
        if not isinstance(state, dict) or state.keys() != {"steps", "slots"}:
            raise StateError(f"expected an optimizer state with steps and slots, got {state!r:.80}")
        steps, slots = state["steps"], state["slots"]
        if type(steps) is not int or not isinstance(slots, dict) or slots.keys() != self.slots.keys():
            raise StateError(f"expected an optimizer state with slots {sorted(self.slots)}, got {slots!r:.80}")
        for name, slot in self.slots.items():
            saved = slots[name]
            if not isinstance(saved, np.ndarray) or saved.shape != slot.shape or saved.dtype != slot.dtype:
                raise StateError(f"optimizer slot {name!r} must be float32 of shape {slot.shape}, got {saved!r:.80}")
            slot[:] = saved
        self.steps = steps

    def _move(self, p: Float32Array, g: Float32Array, rate: float) -> None:
        """Move `p` in place; `g` may be overwritten."""
        np.multiply(g, rate, out=g)
        np.subtract(p, g, out=p)


class Momentum(Optimizer):
    """Descends along a decaying sum of gradients, the velocity."""

    slot_names = ("velocity",)

    def _move(self, p: Float32Array, g: Float32Array, rate: float) -> None:
        v = self.slots["velocity"]
        np.multiply(v, 0.9, out=v)
        np.add(v, g, out=v)
        np.multiply(v, rate, out=g)
        np.subtract(p, g, out=p)


class Nesterov(Optimizer):
    """Momentum with the gradient taken one step ahead."""

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
    """Divides each gradient by its recent root mean square."""

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
    """Momentum divided by the recent root mean square, both corrected for the start at 0."""

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
"""By `OptimizerName`."""
