"""The forward pass and backpropagation, in their plain form.

These two functions are the reference: `gradient_check.py` compares them with numerical derivatives, and tests compare
the passes of `fast/` with them.

A layer turns `x` `(n, inputs)` into `y = f(x @ w + b)` `(n, outputs)`. Let `dz` `(n, outputs)` be the derivative of
every sample's error with respect to `z = x @ w + b`. Then by the chain rule

    dw = x.T @ dz       because  z_j = sum_i x_i w_ij + b_j,  so  d z_j / d w_ij = x_i
    db = sum of dz over the samples
    dx = dz @ w.T       because  d z_j / d x_i = w_ij

and `dx`, multiplied by the slope of the activation below, is the `dz` of the layer below.
"""

from nnlib.activations import ACTIVATIONS, OUTPUTS, SLOPES, Function
from nnlib.architecture import Architecture
from nnlib.arrays import FloatArray, Layers
from nnlib.losses import Loss


def forward(
    architecture: Architecture, weights: Layers, biases: Layers, x: FloatArray, *, output: Function | None = None
) -> list[FloatArray]:
    """Every layer's values `(n, units)`, from the input `x` `(n, inputs)` to the outputs.

    `output` replaces the network's own output activation, which turns the last layer's logits into its values.
    """
    activation = ACTIVATIONS[architecture.activation]
    values = [x]
    for w, b in zip(weights[:-1], biases[:-1], strict=True):
        values.append(activation(values[-1] @ w + b))
    logits = values[-1] @ weights[-1] + biases[-1]
    values.append((output or OUTPUTS[architecture.output])(logits))
    return values


def backward(
    architecture: Architecture, weights: Layers, values: Layers, targets: FloatArray, loss: Loss
) -> tuple[list[FloatArray], list[FloatArray]]:
    """The gradient of the mean objective over a batch: `dw` and `db` per layer, first layer first.

    `values` are those that `forward` returned, `targets` `(n, classes)` are one-hot.
    """
    slope = SLOPES[architecture.activation]
    dws: list[FloatArray] = []
    dbs: list[FloatArray] = []
    dz = loss.backward(values[-1], targets) / len(targets)
    for layer in reversed(range(len(weights))):
        x = values[layer]
        dws.insert(0, x.T @ dz)
        dbs.insert(0, dz.sum(axis=0))
        if layer > 0:
            dz = dz @ weights[layer].T * slope(x)
    return dws, dbs
