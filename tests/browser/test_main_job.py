"""The main job in a real browser: submit a run, watch it, get a version, draw against it."""

import os
import re
import signal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.drawing import SEVEN, draw
from tests.lab import Lab
from tests.processes import child, until

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PATIENCE = 60_000


def submit_from_the_form(page: Page, lab: Lab, **fields: str) -> None:
    page.goto(f"{lab.url}/runs/new/")
    page.locator("input[name=dataset][value='pen-strokes']").check()
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Start the run").click()
    page.wait_for_url(re.compile(r"/runs/\d+/$"))


def test_a_run_is_submitted_watched_published_and_asked(page: Page, lab: Lab) -> None:
    submit_from_the_form(page, lab, name="From the browser", hidden_layers="64", epochs="8", batch_size="16")
    page.evaluate("window.sameDocument = true")
    rows = page.locator("#epochs tbody tr")
    for count in (1, 2, 3):
        expect(rows.nth(count - 1)).to_be_visible(timeout=PATIENCE)
    expect(rows).to_have_count(8, timeout=PATIENCE)
    opened = page.get_by_role("link", name=re.compile(r"Open version \d+"))
    expect(opened).to_be_visible(timeout=PATIENCE)
    assert page.evaluate("window.sameDocument"), "the page was loaded again"
    numbers = [int(text) for text in rows.locator("td:first-child, th:first-child").all_inner_texts()]
    assert sorted(numbers) == list(range(1, 9))

    opened.click()
    page.wait_for_url(re.compile(r"/versions/\d+/$"))
    number = int(page.url.rstrip("/").rsplit("/", 1)[1])
    expect(page.get_by_role("heading", level=1)).to_contain_text("From the browser")

    page.goto(f"{lab.url}/?version={number}")
    draw(page, SEVEN)
    expect(page.locator(".answer [data-part=digit]")).to_have_text("7", timeout=PATIENCE)


def test_the_starter_reads_a_digit_drawn_with_the_mouse(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.url}/?version=1")
    draw(page, SEVEN)
    expect(page.locator(".answer [data-part=digit]")).to_have_text("7", timeout=PATIENCE)


def test_a_page_that_is_loaded_again_in_the_middle_shows_every_epoch(page: Page, lab: Lab) -> None:
    submit_from_the_form(page, lab, hidden_layers="64", epochs="12", batch_size="8")
    rows = page.locator("#epochs tbody tr")
    expect(rows.nth(2)).to_be_visible(timeout=PATIENCE)
    page.reload()
    expect(rows).to_have_count(12, timeout=PATIENCE)
    numbers = [int(text) for text in rows.locator("td:first-child, th:first-child").all_inner_texts()]
    assert sorted(numbers) == list(range(1, 13))


def test_a_browser_that_loses_its_network_gets_every_epoch_when_it_is_back(page: Page, lab: Lab) -> None:
    submit_from_the_form(page, lab, hidden_layers="64", epochs="12", batch_size="8")
    rows = page.locator("#epochs tbody tr")
    expect(rows.nth(0)).to_be_visible(timeout=PATIENCE)
    with lab.paused("uvicorn"):
        page.wait_for_timeout(1500)
    expect(rows).to_have_count(12, timeout=PATIENCE)
    numbers = [int(text) for text in rows.locator("td:first-child, th:first-child").all_inner_texts()]
    assert sorted(numbers) == list(range(1, 13))


def test_a_run_is_stopped_from_its_page_and_resumed(page: Page, lab: Lab) -> None:
    submit_from_the_form(page, lab, hidden_layers="64", epochs="400", batch_size="8")
    expect(page.locator("#epochs tbody tr").nth(0)).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Stop").click()
    resume = page.get_by_role("button", name="Resume")
    expect(resume).to_be_visible(timeout=PATIENCE)
    run_id = int(page.url.rstrip("/").rsplit("/", 1)[1])
    stopped_after = lab.call("GET", f"runs/{run_id}")[1]["epoch"]
    resume.click()
    expect(page.locator("#epochs tbody tr").nth(stopped_after)).to_be_visible(timeout=PATIENCE)
    lab.call("POST", f"runs/{run_id}/stop")
    lab.wait_for(run_id, "stopped")
    epochs = [epoch["epoch"] for epoch in lab.call("GET", f"runs/{run_id}/epochs")[1]]
    assert epochs == list(range(1, len(epochs) + 1))


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.url}/runs/new/")
    page.locator("[name=name]").fill("Kept")
    page.locator("[name=hidden_layers]").fill("250, abc")
    page.get_by_role("button", name="Start the run").click()
    expect(page.get_by_text("whole numbers separated by commas").first).to_be_visible()
    expect(page.locator("[name=name]")).to_have_value("Kept")
    expect(page.locator("[name=hidden_layers]")).to_have_value("250, abc")


def test_the_list_of_runs_updates_by_itself(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.url}/runs/")
    run_id = lab.submit(name="Seen from the list", epochs=3)
    row = page.locator(f"[data-run='{run_id}'], [data-id='{run_id}']").first
    expect(row).to_contain_text("Completed", timeout=PATIENCE)


def test_runs_that_are_ticked_are_thrown_away_together(page: Page, lab: Lab) -> None:
    for number in (1, 2, 3):
        run_id = lab.submit(name=f"Bulk {number}", epochs=1)
        lab.wait_for(run_id, "completed")
    page.goto(f"{lab.url}/runs/?q=Bulk")
    throw_away = page.get_by_role("button", name="Move to the trash …")
    expect(throw_away).to_be_disabled()
    page.get_by_label("All shown").check()
    page.get_by_label("Select Bulk 2").uncheck()
    expect(page.locator("#selected-count")).to_have_text("2 selected")
    # The list is read again every two seconds; what is ticked stays.
    with page.expect_response("**/api/v1/runs?*"):
        pass
    expect(page.locator("#selected-count")).to_have_text("2 selected")
    throw_away.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Move 2 runs to the trash?")
    page.get_by_role("button", name="Move to the trash").click()
    expect(page.get_by_text("Bulk 3 and Bulk 1 are in the trash.")).to_be_visible()
    expect(page.locator(".run-row")).to_have_count(1)


def test_the_page_tells_of_a_worker_that_was_lost_and_says_when_it_reconnects(browser: Browser, lab: Lab) -> None:
    # A page of its own: a connection that is refused is an error in its console.
    with browser.new_context(viewport={"width": 1280, "height": 900}) as context:
        page = context.new_page()
        submit_from_the_form(page, lab, hidden_layers="256", epochs="60", batch_size="8")
        rows, connection = page.locator("#epochs tbody tr"), page.locator("#connection")
        expect(rows.nth(1)).to_be_visible(timeout=PATIENCE)
        expect(connection).to_have_text("Live")
        run_id = int(page.url.rstrip("/").rsplit("/", 1)[1])
        worker = lab.call("GET", f"runs/{run_id}")[1]["worker"]
        os.kill(int(worker.rpartition(":")[2]), signal.SIGKILL)
        lost = rf"Worker {re.escape(worker)} was lost in epoch \d+; the run goes on after epoch \d+\."
        expect(page.locator("#log")).to_contain_text(re.compile(lost), timeout=PATIENCE)
        expect(page.locator("#log")).to_contain_text(re.compile(r"Claimed by worker .*, resuming after epoch \d+\."))
        os.kill(until(lambda: child(lab, "web"), what="web"), signal.SIGKILL)
        expect(connection).to_have_text(re.compile("Reconnecting|No live connection"))
        expect(connection).to_have_text(re.compile("Live|^$"), timeout=PATIENCE)
        expect(rows).to_have_count(60, timeout=PATIENCE)
