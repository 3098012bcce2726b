"""Waiting for a run: its expected time, its tab, its place in the queue, and the browser's notification at its end."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.lab import Lab, store_small_pen_strokes

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PATIENCE = 60_000
LONG = {"epochs": 5000, "hidden_layers": [250], "batch_size": 8}
RECORD = """
window.shown = [];
window.Notification = class extends EventTarget {
  static permission = "granted";
  static requestPermission = async () => "granted";
  constructor(title, { body }) { super(); shown.push(`${title}: ${body}`); }
};
"""


@pytest.fixture(scope="module")
def one_slot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab that trains one run at a time."""
    folder: Path = tmp_path_factory.mktemp("one-slot")
    lab = Lab(folder, WORKER_SLOTS="1")
    store_small_pen_strokes(folder / "datasets")
    yield lab.start()
    assert lab.stop() == 0, lab.output()


def test_a_waiting_run_shows_its_place_then_its_progress_then_its_end(page: Page, one_slot: Lab) -> None:
    page.add_init_script(RECORD)
    first, second = one_slot.submit(**LONG), one_slot.submit(**LONG)
    third = one_slot.submit(epochs=3, name="The third")
    page.goto(f"{one_slot.url}/runs/{third}/")
    progress = page.locator("#progress-text")
    # The start is expected once the first run has finished an epoch.
    expected = re.compile(r"^Waiting for a worker, number 2 in the queue, expected start in (about \d|a few seconds)")
    expect(progress).to_contain_text(expected, timeout=PATIENCE)
    expect(page).to_have_title("Waiting · The third · Digit Lab")
    notify = page.get_by_role("button", name="Notify me when it ends")
    notify.click()
    expect(notify).to_have_attribute("aria-pressed", "true")
    one_slot.call("POST", f"runs/{second}/stop")
    expect(progress).to_contain_text("Waiting for a worker, next in the queue", timeout=PATIENCE)
    one_slot.call("POST", f"runs/{first}/stop")
    expect(page).to_have_title("Done · The third · Digit Lab", timeout=PATIENCE)
    assert page.evaluate("shown") == ["The third is done: After epoch 3"]
    expect(notify).to_be_hidden()
    page.get_by_role("link", name="Draw with it").click()
    page.wait_for_url(r"**/?version=*")


def test_the_form_estimates_the_time_of_a_run_before_it_is_submitted(page: Page, one_slot: Lab) -> None:
    run = one_slot.submit(epochs=2)
    one_slot.wait_for(run, "completed")
    page.goto(f"{one_slot.url}/runs/new/?from_run={run}")
    estimate = page.locator("#estimate")
    expect(estimate).to_have_text(re.compile(rf"^Takes a few seconds, as measured on run {run}$"))
    page.get_by_label("Epochs (maximum)").fill("5000")
    page.get_by_label("Hidden layers").fill("64")
    page.get_by_label("Batch size").click()
    expect(estimate).to_have_text(re.compile(r"^Takes about \d+ (s|min), estimated from run \d+$"))
