"""Network internals for one drawing: what the page of a network requests with each prediction."""

from typing import Annotated, Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from datasets import probe_images
from datasets.errors import InkError
from inference.inspection import flow, reasons
from nnlib import Network

MAX_LINES: Final = 3000
# Beyond this many weights the products of one drawing take longer than an event loop should be held.
QUICK_PARAMETERS: Final = 1_000_000


class InsideRequest(BaseModel):
    """Which internals to return."""

    model_config = ConfigDict(extra="forbid")

    lines: Annotated[int, Field(ge=0, le=MAX_LINES)] = Field(
        0, description="How many of the strongest contributions (weight × activation), all pairs of layers together"
    )
    focus: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=0)]] | None = Field(
        None, description="[layer, neuron]: its own strongest contributions, in and out; layer 1 follows the pixels"
    )
    why: bool = Field(default=False, description="Whether to answer what each pixel adds to the two best digits")

    def is_quick(self, network: Network) -> bool:
        """Whether the answer takes a few milliseconds at most."""
        return not self.why and network.architecture.parameter_count <= QUICK_PARAMETERS


def inside(network: Network, x: NDArray[np.float32], request: InsideRequest) -> dict[str, Any]:
    """The requested internals of a network for `x` `(1, 784)`, ready for JSON.

    Raises:
        InkError: the network has no such neuron.
    """
    activations = network.activations(x)
    told: dict[str, Any] = {"lines": flow.strongest_flow(network, activations, request.lines)}
    if request.focus is not None:
        layer, neuron = request.focus
        sizes = network.architecture.layer_sizes
        if layer >= len(sizes) or neuron >= sizes[layer]:
            raise InkError(f"expected a neuron of a {'-'.join(map(str, sizes))} network; got layer {layer}, {neuron}")
        told["focus"] = {
            "layer": layer,
            "neuron": neuron,
            **flow.flow_through(network, activations, layer, neuron),
        }
    if request.why:
        told["why"] = reasons.reasons(network, x[0], probe_images.probe_images().average)
    return told
