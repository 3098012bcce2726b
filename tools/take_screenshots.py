"""Takes the pictures in `docs/images/` from the running program: `make screenshots`."""

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests import chromium
from tests.browser.drawing import SEVEN, draw
from tests.lab import Lab

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
WIDTH, HEIGHT = 1200, 820
EPOCHS_SHOWN = 14


def main() -> None:
    """Start a lab, train, and take every picture once."""
    path = chromium.get()
    if path is None:
        raise SystemExit("No Chromium can be had on this machine")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab = Lab(Path(folder)).start()
        browser = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        try:
            take_run(browser, lab)
            take_pages(browser, lab)
            take_inside(browser, lab)
        finally:
            browser.close()
            lab.stop()


def take_run(browser: Browser, lab: Lab) -> None:
    """The page of a run in the middle of its work, submitted from the form."""
    page = new_page(browser)
    page.goto(f"{lab.url}/runs/new/?preset=fast")
    page.locator("[name=name]").fill("Fast, with three times the epochs")
    page.locator("[name=epochs]").fill(str(EPOCHS_SHOWN + 4))
    page.get_by_role("button", name="Start the run").click()
    page.locator("#epochs tbody tr").nth(EPOCHS_SHOWN - 1).wait_for(timeout=600_000)
    page.screenshot(path=IMAGES / "run.png")
    page.get_by_role("link", name="Open version").wait_for(timeout=600_000)
    page.context.close()


def take_pages(browser: Browser, lab: Lab) -> None:
    """The canvas with a digit."""
    page = new_page(browser)
    page.goto(lab.url)
    draw(page, SEVEN)
    page.locator(".answer [data-part=digit]", has_text="7").wait_for()
    page.wait_for_timeout(500)
    page.screenshot(path=IMAGES / "draw.png")
    page.context.close()


def take_inside(browser: Browser, lab: Lab) -> None:
    """The network of the run while it reads a digit; why it answers; one neuron; and the network as it was before."""
    page = new_page(browser)
    page.goto(f"{lab.url}/versions/2/network/")
    page.locator("#network[data-ready]").wait_for()
    page.locator("#tour-offer-skip").click()
    page.get_by_role("button", name="Example of a 4").click()
    page.locator("#why-sentence", has_text="It says 4").wait_for()
    page.locator("#activity li").first.wait_for()
    page.screenshot(path=IMAGES / "network.png")
    page.locator("#why-title").locator("xpath=..").screenshot(path=IMAGES / "why.png")
    page.locator("#activity button").first.click()
    page.locator("#neuron-images canvas").nth(11).wait_for()
    page.locator("#neuron-card").screenshot(path=IMAGES / "neuron.png")
    page.locator("#learning-slider").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.locator("#learning-epoch", has_text="Epoch 1").wait_for()
    page.wait_for_timeout(500)
    page.locator("#learning").screenshot(path=IMAGES / "learning.png")
    page.context.close()


def new_page(browser: Browser) -> Page:
    """A page of the pictures' size, without animation."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce", color_scheme="light"
    )
    return context.new_page()


if __name__ == "__main__":
    main()
