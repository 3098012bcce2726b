"""A stopped run and an earlier epoch are published from the page of the run, in a real browser."""

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PATIENCE = 60_000
SMALL = {"dataset": "pen-strokes", "hidden_layers": [32], "epochs": 400, "batch_size": 8}


def test_a_run_that_was_stopped_is_published_from_its_page(page: Page, lab: Lab) -> None:
    run_id = lab.call("POST", "runs", SMALL)[1]["id"]
    page.goto(f"{lab.url}/runs/{run_id}/")
    rows = page.locator("#epochs tbody tr")
    # The button of an epoch comes while the run trains, as its snapshot does.
    first = page.get_by_role("button", name="Publish epoch 1 as a version")
    expect(first).to_be_visible(timeout=PATIENCE)
    publish = page.get_by_role("button", name="Publish as a version", exact=True)
    expect(publish).to_be_hidden()
    page.get_by_role("button", name="Stop").click()
    expect(publish).to_be_visible(timeout=PATIENCE)
    last = int(rows.locator("td:first-child").all_inner_texts()[0])
    publish.click()
    page.wait_for_url(re.compile(r"/versions/\d+/$"))
    newest = int(page.url.rstrip("/").rsplit("/", 1)[1])
    expect(page.locator("body")).to_contain_text(f"published by hand from a stopped run at epoch {last}")

    page.goto(f"{lab.url}/runs/{run_id}/")
    page.locator("#learning-slider").focus()
    page.keyboard.press("Home")
    button = page.get_by_role("button", name="Publish this epoch")
    expect(button).to_be_disabled()  # before training
    page.keyboard.press("ArrowRight")
    expect(button).to_be_enabled()
    button.click()
    page.wait_for_url(re.compile(rf"/versions/{newest + 1}/$"))
    until = time.monotonic() + 60
    while not (metrics := lab.call("GET", f"versions/{newest + 1}")[1]["metrics"])["measured"]:
        assert time.monotonic() < until
        time.sleep(0.2)
    assert sum(map(sum, metrics["confusion"])) > 0
    page.reload()
    expect(page.get_by_role("heading", name="Confusion matrix")).to_be_visible()
    expect(page.locator("body")).to_contain_text("Measured here on the test images of Pen strokes")
