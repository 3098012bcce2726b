"""Networks that were trained on inputs of another scale answer the same to pixels in [0, 1] once it is folded in."""

from collections.abc import Callable
from itertools import product

import numpy as np
import pytest

from inference.errors import ArtifactError
from inference.model_files.import_options import ImportOptions
from inference.model_files.input_scale import INPUT_SCALES, InputScale, folded, scaled_pixels
from inference.model_files.kinds import KINDS, read_network
from nnlib import Network

Draw = Callable[..., Network]
X = np.random.default_rng(4).random((20, 784), np.float32)
SCALED = {
    "0..1": X,
    "-1..1": 2 * X - 1,
    "0..255": 255 * X,
    "mnist-standardized": (X - np.float32(0.1307)) / np.float32(0.3081),
}


@pytest.mark.parametrize("scale", INPUT_SCALES)
def test_a_scale_that_is_folded_in_answers_as_the_network_does_to_scaled_inputs(
    draw_network: Draw, scale: InputScale
) -> None:
    network = draw_network(30, 20)
    before = network.sha256()
    np.testing.assert_allclose(scaled_pixels(X, scale), SCALED[scale], rtol=1e-5, atol=1e-5)
    found = folded(network, scale)
    np.testing.assert_allclose(found.logits(X), network.logits(SCALED[scale]), rtol=1e-4, atol=1e-3)
    assert network.sha256() == before
    assert (found.sha256() == before) == (scale == "0..1")


@pytest.mark.parametrize(("key", "scale"), list(product(KINDS, INPUT_SCALES)))
def test_a_file_of_any_kind_is_read_with_a_scale(draw_network: Draw, key: str, scale: InputScale) -> None:
    network = draw_network(30)
    found, _ = read_network(KINDS[key].write(network, {}), ImportOptions(input_scale=scale))
    assert found.sha256() == folded(network, scale).sha256()


def test_weights_that_are_too_large_for_a_scale_are_refused(draw_network: Draw) -> None:
    network = draw_network()
    network.weights[0][0, 0] = 3e38
    with pytest.raises(ArtifactError, match="expected weights that can be scaled to inputs of 0…255"):
        folded(network, "0..255")
