"""Long names and large numbers stay inside; charts show the useful range, the threshold, and no axes before data."""

import pytest
from playwright.sync_api import Page, expect

from tests.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.processes]

UNBROKEN = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverleihungsurkundenausstellungsbeamtinnenx"
THRESHOLD = 0.9
WIDER = """() => [...document.querySelectorAll('main *')].filter((one) => {
    const box = one.getBoundingClientRect();
    return box.right > innerWidth + 1 && !one.closest('.table-box, .filters, .answers, .visually-hidden');
}).map((one) => one.outerHTML.slice(0, 90))"""
SPILLED = """() => [...document.querySelectorAll('.confusion td')].filter((cell) => {
    cell.textContent = cell.closest('#difference') ? '−1135' : '1135';
    const range = document.createRange();
    range.selectNodeContents(cell);
    return range.getBoundingClientRect().width > cell.getBoundingClientRect().width;
}).length"""


@pytest.fixture(scope="module")
def named(lab: Lab) -> tuple[int, int]:
    """Two runs: one with a long name and a threshold, one that diverges."""
    assert len(UNBROKEN) == 100
    long = lab.submit(name=UNBROKEN, epochs=30, error_threshold=THRESHOLD)
    wild = lab.submit(name="Diverged", epochs=4, optimizer="sgd", learning_rate=30)
    lab.wait_for(long, "completed")
    lab.wait_for(wild, "completed")
    return long, wild


def version(lab: Lab, run: int) -> int:
    return int(lab.call("GET", f"runs/{run}")[1]["version"])


@pytest.mark.parametrize("width", [390, 1280])
def test_a_long_name_widens_no_page(page: Page, lab: Lab, named: tuple[int, int], width: int) -> None:
    long, wild = named
    first, second = (version(lab, run) for run in named)
    page.set_viewport_size({"width": width, "height": 900})
    for path in (
        f"?version={first}&version={second}",
        f"runs/{long}/",
        f"runs/{long}/delete/",
        f"versions/{first}/",
        f"versions/{first}/network/",
        f"versions/compare/?numbers={first},{second}",
        "versions/compare/",
        "versions/",
        "runs/",
        f"runs/bulk/?action=trash&run={long}&run={wild}",
    ):
        page.goto(f"{lab.url}/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.evaluate(WIDER) == [], path


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_four_digits_and_a_sign_fit_into_every_cell_of_a_confusion_matrix(
    page: Page, lab: Lab, named: tuple[int, int], width: int
) -> None:
    first, second = (version(lab, run) for run in named)
    page.set_viewport_size({"width": width, "height": 900})
    for path in (f"versions/{first}/", f"versions/compare/?numbers={first},{second}"):
        page.goto(f"{lab.url}/{path}")
        assert page.locator(".confusion td").count() >= 100
        assert page.evaluate(SPILLED) == 0, path


def test_in_a_difference_of_confusion_matrices_colour_means_better_and_worse(
    page: Page, lab: Lab, named: tuple[int, int]
) -> None:
    first, second = (version(lab, run) for run in named)
    page.goto(f"{lab.url}/versions/compare/?numbers={first},{second}")
    for truth, row in enumerate(page.locator("#difference tbody tr").all()):
        for answer, cell in enumerate(row.locator("td").all()):
            count = int(cell.inner_text().replace("−", "-"))
            is_better = (count > 0) == (answer == truth)
            name = "" if count == 0 else "better-" if is_better else "worse-"
            assert (cell.get_attribute("class") or "").startswith(name or ""), (truth, answer, count)
            assert bool(cell.get_attribute("class")) == (count != 0)


def test_a_run_that_diverged_is_cut_off_until_the_whole_range_is_wanted(
    page: Page, lab: Lab, named: tuple[int, int]
) -> None:
    first, second = (version(lab, run) for run in named)
    page.goto(f"{lab.url}/versions/compare/?numbers={first},{second}")
    switch, note = page.get_by_role("button", name="Useful range"), page.locator("#chart-note")
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(note).to_contain_text("Cut off above ")
    expect(note).to_contain_text("Diverged")
    switch.click()
    expect(note).to_contain_text("Drag over a part")
    assert "range=all" in page.url
    page.reload()
    expect(switch).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name="Log").click()
    expect(switch).to_be_hidden()


def test_the_stopping_threshold_and_titles_of_both_axes_are_drawn(page: Page, lab: Lab, named: tuple[int, int]) -> None:
    # What a canvas says can be heard only while it is painted.
    page.add_init_script(
        """window.written = [];
        const fill = CanvasRenderingContext2D.prototype.fillText;
        CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
            window.written.push(String(text));
            return fill.call(this, text, ...rest);
        };"""
    )
    for path in (f"runs/{named[0]}/", f"versions/{version(lab, named[0])}/"):
        page.goto(f"{lab.url}/{path}")
        expect(page.locator("#error-chart canvas")).to_be_visible()
        page.wait_for_function(f"window.written.includes('stops below {THRESHOLD}')")
        assert {"Epoch", "Error (cross-entropy)"} <= set(page.evaluate("window.written")), path


def test_before_the_first_epoch_a_chart_has_no_axes(page: Page, lab: Lab) -> None:
    waiting = [lab.submit(epochs=4000, hidden_layers=[64], batch_size=8, name=f"Waits {n}") for n in range(4)]
    last = waiting[-1]
    assert lab.call("GET", f"runs/{last}")[1]["status"] == "queued"
    page.goto(f"{lab.url}/runs/{last}/")
    expect(page.locator("#error-chart")).to_have_text("No epoch has ended yet")
    expect(page.locator("#error-chart canvas")).to_have_count(0)
    for run in waiting[:-1]:
        lab.call("POST", f"runs/{run}/stop")
    expect(page.locator("#error-chart canvas")).to_be_visible(timeout=60_000)
    expect(page.locator("#error-chart .chart__empty")).to_have_count(0)
    lab.call("POST", f"runs/{last}/stop")
    lab.wait_for(last, "stopped")
