"""What is told of one neuron."""

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.test import Client

from datasets.probe_images import Probe
from inference.inspection import neuron
from inference.registry.services import load_network
from nnlib import Network
from tests.inference.pages.test_versions import Publish, publish  # noqa: F401 -- fixtures

Draw = Callable[..., Network]


@pytest.fixture
def probe() -> Probe:
    rng = np.random.default_rng(3)
    images = (rng.random((300, 784)) > 0.8).astype(np.uint8) * np.uint8(255)
    return Probe(images, (np.arange(300) % 10).astype(np.uint8), "made up images")


def floats(text: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.frombuffer(base64.b64decode(text), "<f4")


def test_a_neuron_of_the_first_layer_shows_its_weights(draw_network: Draw, probe: Probe) -> None:
    network = draw_network(12, 8)
    told = neuron.inspect_neuron(network, "a", probe, 1, 7)
    np.testing.assert_array_equal(floats(told["weights"]), network.weights[0][:, 7])
    assert (told["is_projected"], told["incoming"]) == (False, [])
    assert [neuron for neuron, _ in told["outgoing"]] == np.argsort(-np.abs(network.weights[1][7])).tolist()


def test_a_deeper_neuron_is_projected_back_to_the_pixels(draw_network: Draw, probe: Probe) -> None:
    network = draw_network(12, 8)
    told = neuron.inspect_neuron(network, "b", probe, 3, 4)
    expected = network.weights[0] @ network.weights[1] @ network.weights[2][:, 4]
    np.testing.assert_allclose(floats(told["weights"]), expected, rtol=1e-4, atol=1e-6)
    assert told["is_projected"]
    assert told["outgoing"] == []


def test_the_images_that_light_a_neuron_most_come_first(draw_network: Draw, probe: Probe) -> None:
    network = draw_network(12)
    told = neuron.inspect_neuron(network, "c", probe, 1, 5)
    values = network.activations(probe.pixels)[1][:, 5]
    order = np.argsort(-values, kind="stable")[:12]
    assert [image["label"] for image in told["images"]] == probe.labels[order].tolist()
    assert base64.b64decode(told["images"][0]["pixels"]) == probe.images[order[0]].tobytes()
    assert sum(told["histogram"]["counts"]) == 300
    for digit, mean in enumerate(told["means"]):
        assert mean == pytest.approx(float(values[probe.labels == digit].mean()), rel=1e-3)


def test_the_sentence_names_the_digits_that_excite_it(draw_network: Draw) -> None:
    network = draw_network(4)
    network.weights[0][:], network.biases[0][:] = 0, 0
    network.weights[0][100, 2] = 1
    images = np.zeros((20, 784), np.uint8)
    labels = (np.arange(20) % 10).astype(np.uint8)
    images[labels == 6, 100] = 255
    told = neuron.inspect_neuron(network, "d", Probe(images, labels, "dots"), 1, 2)
    assert told["sentence"].startswith("On average it is excited most by 6 and least by")


@pytest.mark.django_db
@pytest.mark.usefixtures("model_store", "small_pen_strokes")
def test_the_page_of_a_neuron_is_looked_up_with_test_images_at_hand(client: Client, publish: Publish) -> None:  # noqa: F811
    version = publish(12, dataset="pen-strokes")
    told = client.get(f"/versions/{version.number}/network/1/3.json").json()
    np.testing.assert_array_equal(floats(told["weights"]), load_network(version).weights[0][:, 3])
    assert told["source"] == "test images of pen strokes"
    assert told["count"] == 500


@pytest.mark.django_db
@pytest.mark.usefixtures("model_store")
@pytest.mark.parametrize("path", ["0/3", "1/12", "3/0"])
def test_a_neuron_that_is_not_there_is_not_found(client: Client, publish: Publish, path: str) -> None:  # noqa: F811
    version = publish(12)
    answer = client.get(f"/versions/{version.number}/network/{path}.json")
    assert answer.status_code == 404


@pytest.mark.parametrize("bias", [0.0, 0.5])
def test_a_neuron_that_always_answers_the_same_has_that_value_alone(
    draw_network: Draw, probe: Probe, bias: float
) -> None:
    network = draw_network(12, 8)
    network.weights[0][:, 7] = 0
    network.biases[0][7] = bias
    told = neuron.inspect_neuron(network, f"equal {bias}", probe, 1, 7)["histogram"]
    assert (told["low"], told["high"], sum(told["counts"])) == (bias, bias, 300)


def test_nearly_equal_activations_are_counted_too(draw_network: Draw, probe: Probe) -> None:
    network = draw_network(12, 8)
    network.weights[0][:, 7] = 0
    network.weights[0][5, 7] = 1.2e-7
    network.biases[0][7] = 1
    assert sum(neuron.inspect_neuron(network, "nearly equal", probe, 1, 7)["histogram"]["counts"]) == 300
