"""Gradient descent one sample at a time, with the steps of the first layer applied in blocks.

After every sample, `w -= r x dz` changes each weight of the first layer, which has most of a network's weights. Memory
is the limit: the whole matrix is read and written for every sample. But the next sample only needs `x' @ w`, and

    x' @ (w - r x dz) = x' @ w - (x' . x) r dz

so for a block of samples `x` `(n, inputs)` three things suffice: the products `x @ w` with the weights from before
the block, the scalar products `g = x @ x.T`, and the steps `d = -r dz` of the samples so far:

    z[t] = x[t] @ w + b + sum over s < t of (g[t, s] + 1) d[s]          the 1 is the step of the bias

At the end of the block `w += x.T @ d`. The large operations are now three matrix products per block; what remains per
sample fits into the processor's first caches. Nothing is approximated: it is the same sum in another order. The plain
form is `BatchDescent` with batches of one sample.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nnlib.architecture import Architecture
from nnlib.arrays import Float32Array
from nnlib.fast.activations import ACTIVATIONS, OUTPUTS
from nnlib.losses import LOSSES
from nnlib.parameters import Parameters
from nnlib.recipe import Recipe

ROWS = 64


class BlockedSGD:
    """Implements `Descent` for dense layers and `sgd` with batches of one sample and no `l2`.

    Args:
        architecture: Of the network.
        parameters: Moved in place.
        recipe: Its loss is used.
    """

    rows = ROWS
    in_sequence = True

    def __init__(self, architecture: Architecture, parameters: Parameters[np.float32], recipe: Recipe) -> None:
        self._parameters, self._loss = parameters, LOSSES[recipe.loss]
        self._activation = ACTIVATIONS[architecture.activation]
        self._output = OUTPUTS[architecture.output]
        sizes = architecture.layer_sizes
        self._values = [np.empty((ROWS, size), np.float32) for size in sizes[1:]]
        self._deltas = [np.empty((1, size), np.float32) for size in sizes[1:-1]]
        self._scratch = [np.empty((1, size), np.float32) for size in sizes[1:]]
        self._updates = [np.empty(shape, np.float32) for shape in architecture.shapes[1:]]
        self._steps = np.empty((ROWS, sizes[1]), np.float32)

    @staticmethod
    def suits(architecture: Architecture, recipe: Recipe) -> bool:
        """Whether this class can train such a network by this recipe."""
        return not architecture.convolutions and recipe.optimizer == "sgd" and recipe.batch_size == 1 and recipe.l2 == 0

    def learn(
        self,
        x: Float32Array,
        first: NDArray[np.intp],
        targets: Float32Array,
        rates: Sequence[float],
        masks: list[Float32Array] | None,
    ) -> tuple[float, int]:
        """See `Descent`."""
        n, start = len(x), int(first.min())
        x, w, b = x[:, start:], self._parameters.weights[0][start:], self._parameters.biases[0]
        z, steps = np.matmul(x, w, out=self._values[0][:n]), self._steps[:n]
        np.add(z, b, out=z)
        overlaps = x @ x.T
        overlaps += 1
        for t, rate in enumerate(rates):
            row = slice(t, t + 1)
            if t:
                z[row] += overlaps[row, :t] @ steps[:t]
            dz = self._learn_sample(row, targets[row], rate, None if masks is None else [m[row] for m in masks])
            np.multiply(dz, -rate, out=steps[row])
        w += x.T @ steps
        b += steps.sum(axis=0)
        outputs = self._values[-1][:n]
        correct = int(np.count_nonzero(outputs.argmax(axis=1) == targets.argmax(axis=1)))
        return self._loss.error(outputs, targets), correct

    def _learn_sample(
        self, row: slice, target: Float32Array, rate: float, masks: list[Float32Array] | None
    ) -> Float32Array:
        """Take one sample's step in all layers but the first; return the gradient `(1, units)` at the first's `z`.

        The passes of `backpropagation.py`, starting from the first layer's `z` in `_values[0][row]`.
        """
        weights, biases = self._parameters.weights, self._parameters.biases
        values = [value[row] for value in self._values]
        inputs = []
        for layer in range(1, len(values)):
            self._activation.apply(values[layer - 1])
            inputs.append(values[layer - 1] if masks is None else values[layer - 1] * masks[layer - 1])
            np.matmul(inputs[-1], weights[layer], out=values[layer])
            np.add(values[layer], biases[layer], out=values[layer])
        self._output(values[-1])
        dz = self._loss.backward(values[-1], target)
        for layer in reversed(range(1, len(values))):
            below = layer - 1
            dx = np.matmul(dz, weights[layer].T, out=self._deltas[below])
            if masks is not None:
                np.multiply(dx, masks[below], out=dx)
            self._activation.backward(dx, values[below], self._scratch[below])
            step = np.multiply(dz, rate, out=self._scratch[layer])
            np.add(biases[layer], -step[0], out=biases[layer])
            update = np.multiply(inputs[below].T, step, out=self._updates[below])
            np.subtract(weights[layer], update, out=weights[layer])
            dz = dx
        return dz
