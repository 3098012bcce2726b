"""Everything that nnlib refuses, and why. Each error is also the builtin that it refines."""


class NnlibError(Exception):
    """Base of every error that nnlib raises on purpose."""


class ArchitectureError(NnlibError, ValueError):
    """A network of this shape cannot be built."""


class ShapeError(NnlibError, ValueError):
    """An array has another shape than the network needs."""


class DataError(NnlibError, ValueError):
    """Samples or labels are of the wrong kind or out of range."""


class RecipeError(NnlibError, ValueError):
    """A recipe holds a value that cannot work, or one that does not suit the network."""


class StateError(NnlibError, ValueError):
    """A saved training state does not belong to this network, recipe or data."""


class NonFiniteError(NnlibError, ArithmeticError):
    """The error became NaN or infinite. The message names the epoch and a remedy.

    Attributes:
        epoch: The epoch in which it happened, from 1.
    """

    def __init__(self, *, error: float, epoch: int, learning_rate: float) -> None:
        self.epoch = epoch
        name = "NaN" if error != error else "infinite"  # noqa: PLR0124 (only NaN differs from itself)
        super().__init__(
            f"error became {name} in epoch {epoch}: lower the learning rate (it was {learning_rate:g}), "
            "or use a gentler initializer or a larger batch"
        )
