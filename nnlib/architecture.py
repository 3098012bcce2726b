"""The architecture of a network: its convolutions, the sizes of its dense layers, and the activations."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import get_args

from nnlib.errors import ArchitectureError
from nnlib.shape import MAX_CHANNELS, MAX_CONVOLUTION_PRODUCTS, MAX_KERNEL, PIXELS, SIDE
from nnlib.vocabulary import ActivationName, OutputName


@dataclass(frozen=True, slots=True)
class Convolution:
    """A convolution with the stride 1 and margins of zeros, so that maps keep their size; see `convolution/`.

    The activation and the maximum of every 2x2 pixels follow: maps of 28x28 become 14x14, 7x7, 3x3 and 1x1.

    Attributes:
        channels: Number of maps that it computes, 1 to 256.
        kernel: Side of the square that it reads around every pixel; odd, 1 to 11.

    Raises:
        ArchitectureError: If a number is out of range.
    """

    channels: int
    kernel: int

    def __post_init__(self) -> None:
        if type(self.channels) is not int or not 1 <= self.channels <= MAX_CHANNELS:
            raise ArchitectureError(
                f"the channels of a convolution must be an int in 1..{MAX_CHANNELS}, got {self.channels!r}"
            )
        if type(self.kernel) is not int or self.kernel % 2 == 0 or not 1 <= self.kernel <= MAX_KERNEL:
            raise ArchitectureError(
                f"the kernel of a convolution must be an odd int in 1..{MAX_KERNEL}, got {self.kernel!r}"
            )

    def __str__(self) -> str:
        return f"{self.channels}x{self.kernel}"


@dataclass(frozen=True, slots=True)
class Architecture:
    """Convolutions, if any, then dense layers; valid by construction.

    `layer_sizes` are the inputs, the units of each dense layer, and the outputs, such as `(784, 250, 10)`. Without
    convolutions the first dense layer reads the inputs. With convolutions the inputs are an image of 28x28, and it
    reads the last convolution's maps, flattened row by row with the channels of a pixel side by side.
    `activation` is that of the convolutions and hidden layers, `output` that of the last layer.

    Raises:
        ArchitectureError: If there are fewer than two layers, an empty layer or an unknown activation, or if the
            convolutions do not suit an image of 28x28, leave no pixel of it or take too many products per sample.
    """

    layer_sizes: tuple[int, ...]
    activation: ActivationName
    output: OutputName
    convolutions: tuple[Convolution, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.layer_sizes, tuple) or len(self.layer_sizes) < 2:
            raise ArchitectureError(f"layer_sizes must be a tuple of at least 2 sizes, got {self.layer_sizes!r}")
        for size in self.layer_sizes:
            if isinstance(size, bool) or not isinstance(size, int) or size < 1:
                raise ArchitectureError(f"every layer size must be an int of at least 1, got {size!r}")
        if self.activation not in get_args(ActivationName):
            raise ArchitectureError(f"activation must be one of {get_args(ActivationName)}, got {self.activation!r}")
        if self.output not in get_args(OutputName):
            raise ArchitectureError(f"output must be one of {get_args(OutputName)}, got {self.output!r}")
        self._check_convolutions()

    @property
    def inputs(self) -> int:
        """Number of input values per sample."""
        return self.layer_sizes[0]

    @property
    def outputs(self) -> int:
        """Number of output values per sample."""
        return self.layer_sizes[-1]

    @property
    def maps(self) -> tuple[tuple[int, int], ...]:
        """`(side, channels)` of the image and of every convolution's maps after the maximum; empty without any."""
        return _maps(self.convolutions)

    @property
    def dense_sizes(self) -> tuple[int, ...]:
        """Sizes of the dense layers, with what the first one reads: `layer_sizes` if there are no convolutions."""
        return _dense_sizes(self.layer_sizes, self.convolutions)

    @property
    def shapes(self) -> tuple[tuple[int, int], ...]:
        """`(inputs, outputs)` of every weight matrix, first layer first.

        A convolution's is `(kernel * kernel * channels below, channels)`: rows of the square, its columns, channels.
        """
        return _shapes(self.layer_sizes, self.convolutions)

    @property
    def fans_out(self) -> tuple[int, ...]:
        """Of every weight matrix, the number of values that read one input: `outputs`, of a convolution per square."""
        dense = self.dense_sizes[1:]
        return (*(one.kernel**2 * one.channels for one in self.convolutions), *dense)

    @property
    def parameter_count(self) -> int:
        """Number of weights and biases."""
        return count_parameters(self.layer_sizes, self.convolutions)

    def _check_convolutions(self) -> None:
        convolutions = self.convolutions
        if not isinstance(convolutions, tuple) or not all(isinstance(one, Convolution) for one in convolutions):
            raise ArchitectureError(f"convolutions must be a tuple of Convolution, got {convolutions!r}")
        if not convolutions:
            return
        if self.inputs != PIXELS:
            raise ArchitectureError(
                f"convolutions need {PIXELS} inputs, an image of {SIDE}x{SIDE}, got {self.inputs} inputs"
            )
        if self.maps[-1][0] == 0:
            most = next(number for number, (side, _) in enumerate(self.maps) if side == 0) - 1
            raise ArchitectureError(
                f"at most {most} convolutions fit an image of {SIDE}x{SIDE}, because each halves its side; "
                f"got {len(convolutions)}"
            )
        products = sum(
            side**2 * one.kernel**2 * below * one.channels
            for (side, below), one in zip(self.maps, convolutions, strict=False)
        )
        if products > MAX_CONVOLUTION_PRODUCTS:
            raise ArchitectureError(
                f"convolutions may take {MAX_CONVOLUTION_PRODUCTS:,} products per sample, got {products:,}: "
                "use fewer channels or smaller kernels"
            )


def count_parameters(layer_sizes: Sequence[int], convolutions: Sequence[Convolution] = ()) -> int:
    """Weights and biases of convolutions and dense layers, see `Architecture`."""
    return sum((inputs + 1) * outputs for inputs, outputs in _shapes(layer_sizes, convolutions))


def _maps(convolutions: Sequence[Convolution]) -> tuple[tuple[int, int], ...]:
    if not convolutions:
        return ()
    sides = (SIDE >> number for number in range(len(convolutions) + 1))
    return tuple(zip(sides, (1, *(one.channels for one in convolutions)), strict=True))


def _dense_sizes(layer_sizes: Sequence[int], convolutions: Sequence[Convolution]) -> tuple[int, ...]:
    if not convolutions:
        return tuple(layer_sizes)
    side, channels = _maps(convolutions)[-1]
    return (side * side * channels, *layer_sizes[1:])


def _shapes(layer_sizes: Sequence[int], convolutions: Sequence[Convolution]) -> tuple[tuple[int, int], ...]:
    kernels = (
        (one.kernel**2 * below, one.channels)
        for (_, below), one in zip(_maps(convolutions), convolutions, strict=False)
    )
    return (*kernels, *pairwise(_dense_sizes(layer_sizes, convolutions)))
