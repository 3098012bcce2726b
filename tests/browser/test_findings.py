"""A run that learned nothing says so on its page when it ends, and in the list, without a reload."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PATIENCE = 60_000
IDLE = {"dataset": "pen-strokes", "hidden_layers": [32], "epochs": 30, "batch_size": 8, "learning_rate": 1e-9}


def test_a_run_that_learned_nothing_is_no_success(page: Page, lab: Lab) -> None:
    run_id = lab.call("POST", "runs", {**IDLE, "optimizer": "sgd", "name": "Idle"})[1]["id"]
    page.goto(f"{lab.url}/runs/{run_id}/")
    expect(page.locator("[data-code]")).to_have_count(0)
    page.evaluate("window.sameDocument = true")
    expect(page.locator("#status")).to_have_text("Completed", timeout=PATIENCE)
    expect(page.locator("#status")).to_have_class(re.compile("is-poor"))
    expect(page.locator("[data-code=learned_nothing]")).to_contain_text("Learned nothing. It reads ")
    expect(page.locator("[data-code=tiny_steps]")).to_contain_text("With a learning rate of 1e-09")
    assert page.evaluate("window.sameDocument"), "the page was loaded again"
    assert page.locator("#progress.is-completed").count() == 0
    page.locator("[data-code=tiny_steps]").get_by_role("link", name="Run again with changes").click()
    expect(page.locator("[name=learning_rate]")).to_have_value("1e-09")

    page.goto(f"{lab.url}/runs/?q=Idle")
    badge = page.locator(f"[data-run='{run_id}'] [data-part=finding]")
    expect(badge).to_have_text(re.compile("^Learned nothing: It reads"))
    page.wait_for_timeout(2500)  # a poll of the list leaves it
    expect(badge).to_have_attribute("title", re.compile("^It reads"))
    expect(page.locator(f"[data-run='{run_id}'] [data-part=status]")).to_have_class(re.compile("is-poor"))
