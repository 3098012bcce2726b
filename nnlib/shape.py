"""The shape of images and the size limits of networks. Every package imports these numbers from here."""

from typing import Final

SIDE: Final = 28
PIXELS: Final = SIDE * SIDE
CLASSES: Final = 10
"""Rows and columns of an image, inputs of a digit network, outputs of a digit network."""

MAX_HIDDEN_LAYERS: Final = 8
MAX_NEURONS: Final = 4096
MAX_PARAMETERS: Final = 10_000_000
"""Of a network that a run trains: hidden layers, neurons in each, weights and biases in all."""

MAX_LAYERS: Final = MAX_HIDDEN_LAYERS + 2
MAX_IMPORTED_PARAMETERS: Final = 20_000_000
"""Of a network that a file contains: layers with input and output, weights and biases in all."""

MAX_CHANNELS: Final = 256
MAX_KERNEL: Final = 11
MAX_CONVOLUTION_PRODUCTS: Final = 200_000_000
"""Of a convolution: channels, side of the kernel; of all together: multiplications per sample in a forward pass."""
