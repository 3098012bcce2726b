"""Error and accuracy of a network on samples that it is not trained on."""

from dataclasses import dataclass
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from nnlib.activations import OUTPUTS, PROBABILITIES
from nnlib.arrays import Float32Array, LabelArray, SampleArray
from nnlib.data.samples import check_samples, pixels
from nnlib.errors import RecipeError
from nnlib.losses import LOSSES, one_hot
from nnlib.network import Network
from nnlib.vocabulary import LossName, OutputName

ROWS_AT_ONCE = 1000

LOSS_OF: dict[OutputName, LossName] = {LOSSES[name].output: name for name in get_args(LossName)}
"""By the output activation, the loss whose gradient is derived for it."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The result of `evaluate`.

    Attributes:
        error: Mean over the samples.
        accuracy: Share in [0, 1].
        predictions: `(n,)` class numbers.
        logits: `(n, classes)`, as of `Network.logits`.
        output: The network's output activation.
    """

    error: float
    accuracy: float
    predictions: NDArray[np.uint8]
    logits: Float32Array
    output: OutputName

    @property
    def probabilities(self) -> Float32Array:
        """`(n, classes)`, as of `Network.probabilities`."""
        return PROBABILITIES[self.output](self.logits)


def evaluate(network: Network, x: SampleArray, y: LabelArray, *, loss: LossName) -> Evaluation:
    """Error, accuracy, predictions and logits of `network` on all samples, in one pass.

    Args:
        network: Left unchanged.
        x: `(n, inputs)` uint8 in 0..255 or float32 in [0, 1].
        y: `(n,)` labels.
        loss: Must match the network's outputs.
    """
    require_matching_loss(network, loss)
    check_samples(network.architecture, x, y, name="test")
    output, classes = network.architecture.output, network.architecture.outputs
    targets = one_hot(classes)
    error = 0.0
    predictions = np.empty(len(x), np.uint8)
    logits = np.empty((len(x), classes), np.float32)
    for start in range(0, len(x), ROWS_AT_ONCE):
        rows = slice(start, start + ROWS_AT_ONCE)
        logits[rows] = network.logits(pixels(x[rows]))
        outputs = OUTPUTS[output](logits[rows])
        predictions[rows] = outputs.argmax(axis=1)
        error += LOSSES[loss].error(outputs, targets[y[rows]])
    return Evaluation(error / len(x), float(np.mean(predictions == y)), predictions, logits, output)


def require_matching_loss(network: Network, loss: LossName) -> None:
    """Raise RecipeError unless the gradient of `loss` is derived for the network's outputs."""
    wanted, got = LOSSES[loss].output, network.architecture.output
    if wanted != got:
        raise RecipeError(f"{loss} needs {wanted} outputs, got a network with {got} outputs")
