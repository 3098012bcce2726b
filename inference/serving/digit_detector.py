"""Whether ink is a digit at all: a small network of its own, the same for every version, that ships with the code.

`manage.py train_detector` trains it on digits and on letters, signs, several digits at once and scribbles, and writes
how many digits it refuses wrongly. Letters that some people write for a digit (O, I, S, Z and the like) pass.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nnlib import Architecture, Network

FOLDER: Final = Path(__file__).parents[1] / "detector_files"
WEIGHTS_FILE: Final = FOLDER / "detector.npz"
FACTS_FILE: Final = FOLDER / "detector.json"


@dataclass(frozen=True, slots=True)
class Detector:
    """Distinguishes digits from other marks.

    Attributes:
        network: 784 inputs; the first of its two outputs is "a digit".
        threshold: What is less likely than this to be a digit is refused.
    """

    network: Network
    threshold: float

    def likelihoods(self, x: NDArray[np.float32]) -> NDArray[np.float32]:
        """`(n,)` in [0, 1]: how likely each row of `x` `(n, 784)`, in [0, 1], is to be a digit."""
        return self.network.probabilities(x)[:, 0]


@cache
def detector() -> Detector:
    """The one that ships with the code, read once per process."""
    facts = json.loads(FACTS_FILE.read_text())
    with np.load(WEIGHTS_FILE, allow_pickle=False) as arrays:
        layers = len(arrays.files) // 2
        weights = [arrays[f"weights_{layer}"].astype(np.float32) for layer in range(layers)]
        biases = [arrays[f"biases_{layer}"].astype(np.float32) for layer in range(layers)]
    architecture = Architecture(
        layer_sizes=(len(weights[0]), *(len(b) for b in biases)), activation="relu", output="softmax"
    )
    return Detector(Network(architecture, weights, biases), facts["threshold"])


def save(network: Network, facts: dict[str, float | int | str]) -> None:
    """Write the files that `detector` reads; weights in half precision."""
    FOLDER.mkdir(exist_ok=True)
    arrays = {f"weights_{layer}": w.astype(np.float16) for layer, w in enumerate(network.weights)}
    arrays |= {f"biases_{layer}": b.astype(np.float16) for layer, b in enumerate(network.biases)}
    with WEIGHTS_FILE.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]  # numpy's stub takes only its own keywords
    FACTS_FILE.write_text(json.dumps(facts, indent=1, sort_keys=True) + "\n")
