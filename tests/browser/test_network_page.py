"""The inside of a network in a real browser: draw, look, choose a neuron; with the mouse and with keys alone."""

import json
import re
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, WebSocket, expect

from inference.model_files.pickle.network_pickle import network_from_bytes
from inference.registry import starter
from tests.browser.drawing import SEVEN, draw
from tests.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PATIENCE = 60_000


@pytest.fixture
def inside(page: Page, lab: Lab) -> Page:
    page.goto(f"{lab.url}/versions/1/network/")
    expect(page.locator("#network[data-ready]")).to_be_visible(timeout=PATIENCE)
    return page


def picture_of(page: Page) -> str:
    # The text of an answer is written at once, the diagram in the next animation frame.
    after_a_frame = """() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(
        () => done(document.getElementById("picture-live").toDataURL()))))"""
    return str(page.evaluate(after_a_frame))


def test_the_picture_follows_the_pen(inside: Page) -> None:
    at_rest = picture_of(inside)
    draw(inside, SEVEN)
    expect(inside.locator("#answer-digit")).to_have_text("7", timeout=PATIENCE)
    expect(inside.locator("#activity li")).not_to_have_count(0, timeout=PATIENCE)
    seven = picture_of(inside)
    assert seven != at_rest
    inside.get_by_role("button", name="Example of a 0").click()
    expect(inside.locator("#answer-digit")).to_have_text("0", timeout=PATIENCE)
    assert picture_of(inside) != seven
    inside.get_by_role("button", name="Clear").click()
    expect(inside.locator("#answer-digit")).to_have_text("–")


def test_the_activations_shown_are_nnlibs(page: Page, lab: Lab) -> None:
    received: list[dict[str, Any]] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda text: received.append(json.loads(text)))

    page.on("websocket", listen)
    page.goto(f"{lab.url}/versions/1/network/?layer=1&neuron=81")
    page.get_by_role("button", name="Example of a 4").click()
    expect(page.locator("#answer-digit")).to_have_text("4", timeout=PATIENCE)
    expect(page.locator("#neuron-now")).to_contain_text(re.compile(r"\d"), timeout=PATIENCE)
    shown = received[-1]["results"][0]
    network = network_from_bytes(starter.NETWORK_FILE.read_bytes())
    pixels = np.array([shown["activations"][0]], np.float32)
    for ours, theirs in zip(network.activations(pixels), shown["activations"], strict=True):
        np.testing.assert_allclose(theirs, ours[0], rtol=1e-5, atol=1e-5)
    number = float(page.locator("#neuron-now").inner_text().removeprefix("Now: "))
    assert number == pytest.approx(shown["activations"][1][81], rel=1e-3)


def test_a_click_on_a_neuron_opens_it_and_gives_it_an_address(inside: Page, lab: Lab) -> None:
    box = inside.locator("#picture").bounding_box()
    assert box is not None
    spot = inside.evaluate(
        "async () => { const { placeLayers } = await import('/static/js/network/layout.js');"
        "const c = document.getElementById('picture');"
        "const p = placeLayers([784, 800, 10], c.clientWidth, c.clientHeight);"
        "return [p[1].x[17], p[1].y[17]]; }"
    )
    inside.mouse.click(box["x"] + spot[0], box["y"] + spot[1])
    expect(inside.locator("#neuron-title")).to_have_text("Neuron 17", timeout=PATIENCE)
    expect(inside.locator("#neuron-images canvas")).to_have_count(12, timeout=PATIENCE)
    expect(inside).to_have_url(re.compile(r"layer=1&neuron=17"))
    inside.reload()
    expect(inside.locator("#neuron-title")).to_have_text("Neuron 17", timeout=PATIENCE)
    inside.locator("#neuron-outgoing button").first.click()
    expect(inside.locator("#neuron-title")).to_have_text(re.compile(r"Digit \d"), timeout=PATIENCE)
    inside.go_back()
    expect(inside.locator("#neuron-title")).to_have_text("Neuron 17", timeout=PATIENCE)


def test_everything_can_be_done_with_keys(inside: Page) -> None:
    inside.get_by_role("button", name="Example of a 4").focus()
    inside.keyboard.press("Enter")
    expect(inside.locator("#answer-digit")).to_have_text("4", timeout=PATIENCE)
    inside.locator("#picture").focus()
    inside.keyboard.press("ArrowDown")
    expect(inside.locator("#pointed")).to_contain_text("neuron 0")
    inside.keyboard.press("ArrowDown")
    expect(inside.locator("#pointed")).to_contain_text("neuron 1")
    inside.keyboard.press("+")
    expect(inside.locator("#picture")).to_have_attribute("data-zoomed", "true")
    inside.keyboard.press("0")
    expect(inside.locator("#picture")).to_have_attribute("data-zoomed", "false")
    inside.keyboard.press("Enter")
    expect(inside.locator("#neuron-title")).to_have_text("Neuron 1", timeout=PATIENCE)
    expect(inside.locator("#neuron-title")).to_be_focused()


COUNT_PAINTED = """(wanted) => new Promise((resolve) => {
  const look = (left) => {
    const painted = [...document.querySelectorAll("#weights canvas")].filter(
      (canvas) => canvas.getContext("2d").getImageData(14, 14, 1, 1).data[3] > 0);
    if (painted.length === wanted || left === 0) resolve(painted.length);
    else setTimeout(look, 100, left - 1);
  };
  look(300);
})"""


def test_all_pictures_of_the_first_layer_are_painted(inside: Page) -> None:
    assert inside.evaluate(COUNT_PAINTED, 200) == 200


def test_a_drawing_is_explained_in_words_and_in_pictures(inside: Page) -> None:
    inside.get_by_role("button", name="Example of a 4").click()
    expect(inside.locator("#why-sentence")).to_have_text(re.compile(r"It says 4 and not \d"), timeout=PATIENCE)
    expect(inside.locator("#why figure strong")).to_have_text(["Prediction: 4", re.compile(r"Runner-up: \d")])


def test_on_a_phone_nothing_is_wider_than_the_screen(inside: Page) -> None:
    inside.set_viewport_size({"width": 390, "height": 844})
    inside.get_by_role("button", name="Example of a 4").click()
    expect(inside.locator("#why figure").first).to_be_visible(timeout=PATIENCE)
    assert inside.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.fixture(scope="module")
def learned(lab: Lab) -> int:
    """The number of a version that was trained here."""
    run = lab.wait_for(lab.submit(hidden_layers=[24, 12], epochs=3), "completed")
    return int(run["version"])


def test_the_slider_goes_back_to_the_network_before_it_learned(page: Page, lab: Lab, learned: int) -> None:
    page.goto(f"{lab.url}/versions/{learned}/network/")
    expect(page.locator("#learning-epoch")).to_have_text("Epoch 3", timeout=PATIENCE)
    page.get_by_role("button", name="Example of a 7").click()
    expect(page.locator("#answer-digit")).to_have_text(re.compile(r"\d"), timeout=PATIENCE)
    finished = page.locator("#answer-share").inner_text()
    page.locator("#learning-slider").focus()
    page.keyboard.press("Home")
    expect(page.locator("#learning-epoch")).to_have_text("Before training")
    expect(page.locator("#as-of")).to_have_text("Before training")
    expect(page.locator("#answer-share")).not_to_have_text(finished, timeout=PATIENCE)
    expect(page).to_have_url(re.compile(r"epoch=0"))
    first = page.locator("#learning-pictures canvas").first.evaluate("canvas => canvas.toDataURL()")
    page.keyboard.press("End")
    expect(page.locator("#answer-share")).to_have_text(finished, timeout=PATIENCE)
    expect(page.locator("#as-of")).to_be_hidden()
    assert page.locator("#learning-pictures canvas").first.evaluate("canvas => canvas.toDataURL()") != first
    page.goto(f"{lab.url}/versions/{learned}/network/?epoch=1")
    expect(page.locator("#as-of")).to_have_text("Snapshot after epoch 1", timeout=PATIENCE)


def test_a_run_shows_its_weights_while_it_learns_and_afterwards(page: Page, lab: Lab) -> None:
    run_id = lab.submit(hidden_layers=[24], epochs=200, batch_size=8)
    page.goto(f"{lab.url}/runs/{run_id}/")
    expect(page.locator("#learning-pictures canvas")).to_have_count(24, timeout=PATIENCE)
    expect(page.locator("#learning-epoch")).to_have_text(re.compile(r"Epoch [2-9]"), timeout=PATIENCE)
    expect(page.locator("#learning-layers canvas")).to_have_count(4)
    page.locator("#learning-slider").focus()
    page.keyboard.press("Home")
    newest = page.locator("#epochs tbody tr").count()
    expect(page.locator("#epochs tbody tr").nth(newest)).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#learning-epoch")).to_have_text("Before training")
    lab.call("POST", f"runs/{run_id}/stop")
    lab.wait_for(run_id, "stopped")
    page.reload()
    expect(page.locator("#learning-epoch")).to_have_text(re.compile(r"Epoch \d+"), timeout=PATIENCE)


def test_the_tour_is_taken_with_keys_and_offered_once(page: Page, lab: Lab, learned: int) -> None:
    page.goto(f"{lab.url}/versions/{learned}/network/")
    offer = page.locator("#tour-offer")
    expect(offer).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Show me").focus()
    page.keyboard.press("Enter")
    titles = [
        "The input: 784 numbers",
        "What a neuron does",
        "The weights of one neuron",
        "The prediction",
        "Attribution",
        "What an epoch does",
        "Error (loss)",
    ]
    for title in titles:
        expect(page.locator("#tour-title")).to_have_text(title)
        expect(page.locator(".is-toured")).to_have_count(1)
        if title == "What an epoch does":
            expect(page.locator("#learning-epoch")).to_have_text("Before training")
        page.keyboard.press("Enter")
    expect(page.locator("#tour")).to_be_hidden()
    expect(page.locator("#answer-digit")).to_have_text(re.compile(r"\d"), timeout=PATIENCE)
    page.reload()
    expect(page.locator("#network[data-ready]")).to_be_visible(timeout=PATIENCE)
    expect(offer).to_be_hidden()
    page.get_by_role("button", name="Guided tour").click()
    expect(page.locator("#tour-title")).to_have_text("The input: 784 numbers")
    page.keyboard.press("Escape")
    expect(page.locator("#tour")).to_be_hidden()
