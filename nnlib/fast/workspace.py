"""Forward and backward passes of one batch after another, in buffers that are allocated once.

The mathematics is that of `backpropagation.py` and explained there; only what makes it fast is explained here.
"""

import numpy as np
from numpy.typing import NDArray

from nnlib.architecture import Architecture
from nnlib.arrays import Float32Array
from nnlib.fast import skyline
from nnlib.fast.activations import ACTIVATIONS, OUTPUTS
from nnlib.fast.aligned_arrays import empty_vector
from nnlib.fast.convolutions import Convolutions
from nnlib.losses import Loss
from nnlib.parameters import Parameters


class Workspace:
    """Buffers for batches of at most `rows` samples. Not thread-safe: one per trainer.

    Attributes:
        gradient: Of the last batch's mean objective, in the layout of the parameters.
    """

    def __init__(self, architecture: Architecture, parameters: Parameters[np.float32], loss: Loss, rows: int) -> None:
        self.gradient = Parameters(architecture, empty_vector(parameters.flat.size))
        self._loss = loss
        self._activation = ACTIVATIONS[architecture.activation]
        self._output = OUTPUTS[architecture.output]
        self._ones = np.ones(rows, np.float32)
        self._convolutions, first_dense = None, len(architecture.convolutions)
        self._weights, self._biases = parameters.weights[first_dense:], parameters.biases[first_dense:]
        self._dws, self._dbs = self.gradient.weights[first_dense:], self.gradient.biases[first_dense:]
        if architecture.convolutions:
            self._convolutions = Convolutions(architecture, parameters, rows, gradient=self.gradient)
            self._d_maps = np.empty((rows, architecture.dense_sizes[0]), np.float32)
        self._values = [np.empty((rows, size), np.float32) for size in architecture.layer_sizes[1:]]
        # In column order, the maxima and sums of a softmax over few classes are vectorized over many samples.
        self._values[-1] = np.empty((rows, architecture.outputs), np.float32, order="F")
        self._part = np.empty_like(self._values[0])
        hidden = architecture.layer_sizes[1:-1]
        self._dropped, self._deltas, self._scratch = (
            [np.empty((rows, size), np.float32) for size in hidden] for _ in range(3)
        )

    def run(
        self,
        x: Float32Array,
        first: NDArray[np.intp],
        targets: Float32Array,
        masks: list[Float32Array] | None = None,
    ) -> tuple[float, int]:
        """Compute `gradient` for a batch.

        Args:
            x: `(n, inputs)`.
            first: `(n,)`, ascending: row i of `x` is 0 before column `first[i]`; of no use to convolutions.
            targets: `(n, classes)`, one-hot.
            masks: Per hidden layer `(n, units)`, 0 or 1 / (1 - dropout); None drops nothing.

        Returns:
            The summed error of the batch and the number of correct predictions.
        """
        inputs = self._forward(x, first, masks)
        outputs = self._values[-1][: len(x)]
        error = self._loss.error(outputs, targets)
        correct = int(np.count_nonzero(outputs.argmax(axis=1) == targets.argmax(axis=1)))
        np.divide(self._loss.backward(outputs, targets), len(x), out=outputs)
        self._backward(inputs, first, outputs, masks)
        return error, correct

    def _forward(
        self, x: Float32Array, first: NDArray[np.intp], masks: list[Float32Array] | None
    ) -> list[Float32Array]:
        """Fill the values of every layer; return the inputs of each dense layer, `(n, inputs)`."""
        n, last = len(x), len(self._values) - 1
        inputs = [x if self._convolutions is None else self._convolutions.forward(x)]
        for layer, (w, b) in enumerate(zip(self._weights, self._biases, strict=True)):
            y = self._values[layer][:n]
            if layer == 0 and self._convolutions is None:
                skyline.multiply(x, first, w, out=y, scratch=self._part[:n])
            else:
                np.matmul(inputs[-1], w, out=y)
            np.add(y, b, out=y)
            if layer == last:
                self._output(y)
                break
            self._activation.apply(y)
            inputs.append(y if masks is None else np.multiply(y, masks[layer], out=self._dropped[layer][:n]))
        return inputs

    def _backward(
        self,
        inputs: list[Float32Array],
        first: NDArray[np.intp],
        dz: Float32Array,
        masks: list[Float32Array] | None,
    ) -> None:
        n = len(dz)
        ones = self._ones[:n]
        for layer in reversed(range(1, len(inputs))):
            np.matmul(inputs[layer].T, dz, out=self._dws[layer])
            np.matmul(ones, dz, out=self._dbs[layer])  # the sum over samples, by BLAS
            below = layer - 1
            dx = np.matmul(dz, self._weights[layer].T, out=self._deltas[below][:n])
            if masks is not None:
                np.multiply(dx, masks[below], out=dx)
            self._activation.backward(dx, self._values[below][:n], self._scratch[below][:n])
            dz = dx
        np.matmul(ones, dz, out=self._dbs[0])
        if self._convolutions is None:
            skyline.multiply_transposed(inputs[0], first, dz, out=self._dws[0])
            return
        np.matmul(inputs[0].T, dz, out=self._dws[0])
        self._convolutions.backward(np.matmul(dz, self._weights[0].T, out=self._d_maps[:n]))
