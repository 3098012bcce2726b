"""What is told of the inside of a network while it reads a drawing."""

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.test import Client

from inference.inspection import flow, reasons
from nnlib import Network
from tests.inference.pages.test_versions import Publish, publish  # noqa: F401 -- fixtures

Draw = Callable[..., Network]
SEVEN = [[[110, 110], [290, 110], [220, 250], [190, 330]]]


@pytest.fixture
def drawing() -> np.ndarray[Any, np.dtype[np.float32]]:
    image = np.zeros((28, 28), np.float32)
    image[5:8, 6:20] = 0.8
    image[8:23, 15:18] = 1
    return image.reshape(1, 784)


def floats(text: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.frombuffer(base64.b64decode(text), "<f4")


# The flow


def test_the_lines_are_the_largest_products_of_weight_and_activation(draw_network: Draw, drawing: Any) -> None:
    network = draw_network(30, 20, activation="sigmoid")
    activations = network.activations(drawing)
    for pair, lines in enumerate(flow.strongest_flow(network, activations, 300)):
        products = activations[pair][0][:, None] * network.weights[pair]
        strongest = np.sort(np.abs(products).ravel())[::-1][:100]
        np.testing.assert_allclose(np.abs(lines["values"]), strongest, rtol=1e-3)
        for source, target, value in zip(lines["sources"], lines["targets"], lines["values"], strict=True):
            assert value == pytest.approx(float(products[source, target]), rel=1e-3)


def test_no_line_ends_in_a_neuron_that_stays_silent(draw_network: Draw, drawing: Any) -> None:
    network = draw_network(40, activation="relu")
    activations = network.activations(drawing)
    silent = set(np.flatnonzero(activations[1][0] == 0).tolist())
    first, _ = flow.strongest_flow(network, activations, 4000)
    assert silent
    assert not silent & set(first["targets"])


def test_no_line_begins_at_a_blank_pixel(draw_network: Draw, drawing: Any) -> None:
    network = draw_network(12)
    lines = flow.strongest_flow(network, network.activations(drawing), 3000)[0]
    assert lines["sources"]
    assert all(drawing[0, source] > 0 for source in lines["sources"])


def test_one_neurons_flow_comes_from_below_and_goes_on_above(draw_network: Draw, drawing: Any) -> None:
    network = draw_network(30, 20, activation="tanh")
    activations = network.activations(drawing)
    through = flow.flow_through(network, activations, 2, 5)
    assert set(through["incoming"]["targets"]) == {5}
    assert set(through["outgoing"]["sources"]) == {5}
    best = np.abs(activations[1][0] * network.weights[1][:, 5]).argmax()
    assert through["incoming"]["sources"][0] == best


# The reasons


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "tanh"])
def test_what_the_pixels_add_sums_to_the_logits(draw_network: Draw, drawing: Any, activation: str) -> None:
    network = draw_network(30, 20, activation=activation)
    reference = np.full(784, 0.1, np.float32)
    told = reasons.reasons(network, drawing[0], reference)
    logits = network.logits(drawing)[0]
    assert [one["digit"] for one in told["digits"]] == np.argsort(-logits)[:2].tolist()
    for one in told["digits"]:
        total = one["base"] + floats(one["shares"]).sum(dtype=np.float64)
        assert total == pytest.approx(float(logits[one["digit"]]), abs=1e-5)


def test_the_sentence_names_where_the_ink_and_the_blank_paper_decide() -> None:
    difference, change = np.zeros((28, 28)), np.zeros((28, 28))
    difference[2:6, 13:15], change[2:6, 13:15] = 1, -0.5  # nothing at the top, where an average image has ink
    difference[13:15, 3:6], change[13:15, 3:6] = 0.5, 0.5
    difference[24:26, 22:24], change[24:26, 22:24] = -0.6, 0.5
    assert reasons.sentence(4, 9, difference.ravel(), change.ravel()) == (
        "It says 4 and not 9 mostly because of the blank paper at the top and the ink at the left. "
        "What speaks most for 9: the ink at the lower right."
    )


def test_the_sentence_admits_that_nothing_stands_out() -> None:
    nothing = np.zeros(784)
    assert reasons.sentence(1, 7, nothing, nothing) == (
        "It says 1 and not 7, but no part of the drawing alone decides it."
    )


# Asked over HTTP


@pytest.mark.django_db
@pytest.mark.usefixtures("model_store")
def test_a_prediction_tells_the_inside_when_asked(client: Client, publish: Publish) -> None:  # noqa: F811
    number = publish(30, 20).number
    asked = {"lines": 60, "focus": [1, 3], "why": True}
    body = {"strokes": SEVEN, "versions": [number], "activations": True, "inside": asked}
    (result,) = client.post("/api/v1/predict", body, content_type="application/json").json()["results"]
    assert [len(layer) for layer in result["activations"]] == [784, 30, 20, 10]
    assert [len(lines["values"]) for lines in result["inside"]["lines"]] == [20, 20, 20]
    assert result["inside"]["focus"]["neuron"] == 3
    assert result["inside"]["why"]["digits"][0]["digit"] == result["digit"]


@pytest.mark.django_db
@pytest.mark.usefixtures("model_store")
def test_a_neuron_that_the_network_lacks_is_refused(client: Client, publish: Publish) -> None:  # noqa: F811
    number = publish(30).number
    body = {"strokes": SEVEN, "versions": [number], "inside": {"focus": [1, 30]}}
    answer = client.post("/api/v1/predict", body, content_type="application/json")
    assert answer.status_code == 422
    assert "expected a neuron of a 784-30-10 network" in answer.json()["detail"]
