"""Exceptions of nnlib. Each is also the builtin exception that it refines."""


class NnlibError(Exception):
    """Base class of every exception that nnlib raises on purpose."""


class ArchitectureError(NnlibError, ValueError):
    """The architecture or initializer of a network is invalid."""


class ShapeError(NnlibError, ValueError):
    """An array has a shape that the network does not accept."""


class DataError(NnlibError, ValueError):
    """Samples, labels or parameters have an invalid type or value."""


class RecipeError(NnlibError, ValueError):
    """A recipe has an invalid value, or one that does not match the network."""


class StateError(NnlibError, ValueError):
    """A saved training state belongs to another network, recipe or data set, or is damaged."""


class NonFiniteError(NnlibError, ArithmeticError):
    """The error became NaN or infinite, in `epoch`, which counts from 1."""

    def __init__(self, *, error: float, epoch: int, learning_rate: float) -> None:
        self.epoch = epoch
        name = "NaN" if error != error else "infinite"  # noqa: PLR0124 (only NaN differs from itself)
        super().__init__(
            f"error became {name} in epoch {epoch}: lower the learning rate (it was {learning_rate:g}), "
            "or use a gentler initializer or a larger batch"
        )
