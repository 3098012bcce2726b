"""A lesson from its first button to its solution, with runs that really train."""

import pytest
from playwright.sync_api import Page, expect

from tests.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.processes]
PATIENCE = 60_000
LESSON = "Learning rate and error"


def test_a_lesson_is_solved_by_runs_of_ones_own(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.url}/about/")
    page.get_by_role("link", name="lessons", exact=True).click()
    page.get_by_role("link", name=LESSON).click()
    page.get_by_role("button", name="Start the run").click()
    expect(page.locator("#status")).to_have_text("Completed", timeout=PATIENCE)
    page.get_by_role("link", name=LESSON).click()
    for rate, words in (("3", "Not yet. The training error ended"), ("0.1", "Passed.")):
        page.get_by_role("link", name="Run it again with changes").click()
        page.get_by_label("Learning rate", exact=True).fill(rate)
        page.get_by_role("button", name="Start the run").click()
        expect(page.locator("#status")).to_have_text("Completed", timeout=PATIENCE)
        page.get_by_role("link", name=LESSON).click()
        expect(page.locator(".attempt").first).to_contain_text(words)
    expect(page.get_by_role("link", name="Next lesson: Overfitting")).to_be_visible()


def test_a_heading_leads_to_its_entry_in_the_glossary(page: Page, lab: Lab) -> None:
    run = lab.submit(epochs=1)
    page.goto(f"{lab.url}/runs/{run}/")
    page.get_by_role("heading", name="Learning curves").get_by_role("link").click()
    expect(page).to_have_url(f"{lab.url}/glossary/#learning-curve")
    expect(page.locator("#learning-curve")).to_be_in_viewport()
