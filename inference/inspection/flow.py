"""What flows through a network for one drawing: the contributions, weight times activation, that matter most."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import TypedDict  # as in the messages of runs: schemas are made from these

from nnlib import Network

FOCUS_LINES: Final = 60

Floats = NDArray[np.float32]


class Lines(TypedDict):
    """Connections between two layers, strongest first; `values` are weight times activation of the source."""

    sources: list[int]
    targets: list[int]
    values: list[float]


def strongest_flow(network: Network, activations: list[Floats], most: int) -> list[Lines]:
    """Per pair of layers its share of the `most` strongest contributions, first pair first.

    What flows into a neuron that stays silent ends there, and is left out.

    Args:
        network: Whose weights count.
        activations: Per layer `(1, units)`, as `network.activations` answers for one drawing.
        most: Of all pairs together.
    """
    share = max(1, most // len(network.weights))
    last = len(network.weights) - 1
    flows = []
    for layer, w in enumerate(network.weights):
        audible = np.arange(w.shape[1]) if layer == last else np.flatnonzero(activations[layer + 1][0])
        flow = _strongest(activations[layer][0], w[:, audible], share)
        flow["targets"] = audible[flow["targets"]].tolist()
        flows.append(flow)
    return flows


def flow_through(network: Network, activations: list[Floats], layer: int, neuron: int) -> dict[str, Lines]:
    """What flows into one neuron (`incoming`) and from it on (`outgoing`), strongest first; of an output nothing."""
    into = _strongest(activations[layer - 1][0], network.weights[layer - 1][:, neuron : neuron + 1], FOCUS_LINES)
    into["targets"] = [neuron] * len(into["sources"])
    out = Lines(sources=[], targets=[], values=[])
    if layer < len(network.weights):
        row = slice(neuron, neuron + 1)
        out = _strongest(activations[layer][0, row], network.weights[layer][row], FOCUS_LINES)
        out["sources"] = [neuron] * len(out["targets"])
    return {"incoming": into, "outgoing": out}


def _strongest(values: Floats, w: Floats, most: int) -> Lines:
    """The largest `|values[i] * w[i, j]|`; what is silent contributes nothing and is left out."""
    active = np.flatnonzero(values)
    flow = (values[active, None] * w[active]).ravel()
    strength = np.abs(flow)
    kept = np.argpartition(strength, -most)[-most:] if len(flow) > most else np.arange(len(flow))
    kept = kept[np.argsort(-strength[kept], kind="stable")]
    kept = kept[strength[kept] > 0]
    rows, targets = np.divmod(kept, w.shape[1])
    return Lines(
        sources=active[rows].tolist(),
        targets=targets.tolist(),
        values=[float(f"{value:.4g}") for value in flow[kept]],
    )
