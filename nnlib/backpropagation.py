"""The forward pass and backpropagation, in their plain form.

These two functions are the reference: `gradient_check.py` compares them with numerical derivatives, and tests compare
the passes of `fast/` with them.

A layer turns `x` `(n, inputs)` into `y = f(x @ w + b)` `(n, outputs)`. Let `dz` `(n, outputs)` be the derivative of
every sample's error with respect to `z = x @ w + b`. Then by the chain rule

    dw = x.T @ dz       because  z_j = sum_i x_i w_ij + b_j,  so  d z_j / d w_ij = x_i
    db = sum of dz over the samples
    dx = dz @ w.T       because  d z_j / d x_i = w_ij

and `dx`, multiplied by the slope of the activation below, is the `dz` of the layer below. Convolutions precede these
layers and are explained in `convolution/`; the first dense layer reads their maps as one row of values per sample.
"""

from nnlib.activations import ACTIVATIONS, OUTPUTS, SLOPES, Function
from nnlib.architecture import Architecture
from nnlib.arrays import FloatArray, Layers
from nnlib.convolution.maximum import maximum, maximum_backward
from nnlib.convolution.product import convolve, convolve_backward
from nnlib.losses import Loss
from nnlib.shape import SIDE


def forward(
    architecture: Architecture, weights: Layers, biases: Layers, x: FloatArray, *, output: Function | None = None
) -> list[FloatArray]:
    """Every layer's values, from the input `x` `(n, inputs)` to the outputs.

    Of a convolution these are its maps after the activation and then after the maximum, both
    `(n, height, width, channels)`; of a dense layer `(n, units)`.
    `output` replaces the network's own output activation, which turns the last layer's logits into its values.
    """
    activation, count = ACTIVATIONS[architecture.activation], len(architecture.convolutions)
    values = [x]
    for w, b in zip(weights[:count], biases[:count], strict=True):
        values.append(activation(convolve(_as_maps(values[-1]), w, b)))
        values.append(maximum(values[-1]))
    for w, b in zip(weights[count:-1], biases[count:-1], strict=True):
        values.append(activation(_as_rows(values[-1], w) @ w + b))
    logits = _as_rows(values[-1], weights[-1]) @ weights[-1] + biases[-1]
    values.append((output or OUTPUTS[architecture.output])(logits))
    return values


def backward(
    architecture: Architecture, weights: Layers, values: Layers, targets: FloatArray, loss: Loss
) -> tuple[list[FloatArray], list[FloatArray]]:
    """The gradient of the mean objective over a batch: `dw` and `db` per layer, first layer first.

    `values` are those that `forward` returned, `targets` `(n, classes)` are one-hot.
    """
    slope, count = SLOPES[architecture.activation], len(architecture.convolutions)
    dws: list[FloatArray] = []
    dbs: list[FloatArray] = []
    *below, outputs = values
    dz: FloatArray = loss.backward(outputs, targets) / len(targets)
    dx = dz
    for layer in reversed(range(count, len(weights))):
        x = below.pop()
        dws.insert(0, _as_rows(x, weights[layer]).T @ dz)
        dbs.insert(0, dz.sum(axis=0))
        if layer > 0:
            dx = (dz @ weights[layer].T).reshape(x.shape)
            dz = dx * slope(x)
    for layer in reversed(range(count)):
        maps = below.pop()
        dz = maximum_backward(dx, maps) * slope(maps)
        dw, db, dx = convolve_backward(dz, _as_maps(below.pop()), weights[layer])
        dws.insert(0, dw)
        dbs.insert(0, db)
    return dws, dbs


def _as_maps(x: FloatArray) -> FloatArray:
    """`x` as `(n, height, width, channels)`: maps are left as they are, images `(n, 784)` have one channel."""
    return x if x.ndim == 4 else x.reshape(len(x), SIDE, SIDE, 1)


def _as_rows(x: FloatArray, w: FloatArray) -> FloatArray:
    """`x` as `(n, inputs)` for the weights `w` of a dense layer: maps are flattened."""
    return x.reshape(len(x), len(w))
