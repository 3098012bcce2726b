"""Forward and backward passes of one batch after another, in buffers that are allocated once.

The same mathematics as `backpropagation.py`, which is the place to understand it; here is only what makes it fast.
"""

import numpy as np

from nnlib.activations import ACTIVATIONS, OUTPUTS
from nnlib.architecture import Architecture
from nnlib.arrays import Float32Array, LabelArray
from nnlib.losses import Loss
from nnlib.parameters import Parameters


class Workspace:
    """Buffers for batches of at most `batch_size` samples. Not thread-safe: one per trainer.

    Attributes:
        x: `(batch_size, inputs)`; the caller writes samples here.
        gradient: Of the last batch's mean objective, in the layout of the parameters.
    """

    def __init__(self, parameters: Parameters[np.float32], architecture: Architecture, batch_size: int) -> None:
        self._parameters = parameters
        self._activation = ACTIVATIONS[architecture.activation]
        self._output = OUTPUTS[architecture.output]
        self.gradient = Parameters(architecture, np.empty_like(parameters.flat))
        self.x, *self._values = (np.empty((batch_size, size), np.float32) for size in architecture.layer_sizes)
        hidden = architecture.layer_sizes[1:-1]
        self._dropped = [np.empty((batch_size, size), np.float32) for size in hidden]
        self._deltas = [np.empty((batch_size, size), np.float32) for size in hidden]
        self._scratch = [np.empty((batch_size, size), np.float32) for size in hidden]

    def run(self, labels: LabelArray, loss: Loss, masks: list[Float32Array] | None = None) -> tuple[float, int]:
        """Compute `gradient` for the first `len(labels)` rows of `x`.

        Args:
            labels: `(n,)`.
            loss: Whose objective is descended.
            masks: Per hidden layer `(n, units)`, 0 or 1 / (1 - dropout); None drops nothing.

        Returns:
            The summed error of the batch and how many samples were read right.
        """
        n = len(labels)
        inputs = self._forward(n, masks)
        outputs = self._values[-1][:n]
        correct = int(np.count_nonzero(outputs.argmax(axis=1) == labels))
        error = loss.backward(outputs, labels)
        np.divide(outputs, n, out=outputs)
        self._backward(inputs, outputs, masks)
        return error, correct

    def _forward(self, n: int, masks: list[Float32Array] | None) -> list[Float32Array]:
        """Fill the values of every layer; return what each layer read, `(n, inputs)`."""
        inputs = [self.x[:n]]
        last = len(self._values) - 1
        for layer, (w, b) in enumerate(zip(self._parameters.weights, self._parameters.biases, strict=True)):
            y = self._values[layer][:n]
            np.matmul(inputs[-1], w, out=y)
            np.add(y, b, out=y)
            if layer == last:
                self._output(y)
                break
            self._activation.apply(y)
            inputs.append(y if masks is None else np.multiply(y, masks[layer], out=self._dropped[layer][:n]))
        return inputs

    def _backward(self, inputs: list[Float32Array], dz: Float32Array, masks: list[Float32Array] | None) -> None:
        n = len(dz)
        for layer in reversed(range(len(inputs))):
            np.matmul(inputs[layer].T, dz, out=self.gradient.weights[layer])
            np.sum(dz, axis=0, out=self.gradient.biases[layer])
            if layer == 0:
                return
            below = layer - 1
            dx = np.matmul(dz, self._parameters.weights[layer].T, out=self._deltas[below][:n])
            if masks is not None:
                np.multiply(dx, masks[below], out=dx)
            self._activation.backward(dx, self._values[below][:n], self._scratch[below][:n])
            dz = dx
