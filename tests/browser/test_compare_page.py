"""The page that puts versions side by side, in a real browser: flipped images by hand-made truth, curves, drawing."""

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.drawing import SEVEN, draw
from tests.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PATIENCE = 60_000


@pytest.fixture(scope="module")
def pair(lab: Lab) -> tuple[int, int]:
    """Two versions that read the small test set differently: one learned longer."""
    runs = [lab.submit(epochs=epochs, hidden_layers=[24], name=f"Learned {epochs}") for epochs in (1, 6)]
    first, second = (int(lab.wait_for(run, "completed")["version"]) for run in runs)
    return first, second


def answers_of(lab: Lab, number: int, images: np.ndarray) -> list[int]:
    """What a version reads in images, asked by the API as any program would."""
    status, reply = lab.call("POST", "predict", {"pixels": images.tolist(), "versions": [number]})
    assert status == 200
    return list(reply["results"][0]["digits"])


def test_the_flipped_images_are_those_of_the_test_set_that_one_of_two_reads(
    page: Page, lab: Lab, pair: tuple[int, int]
) -> None:
    folder = next((lab.data_dir / "datasets").glob("pen-strokes-*"))
    images, labels = np.load(folder / "x_test.npy"), np.load(folder / "y_test.npy")
    first, second = (answers_of(lab, number, images) for number in pair)
    page.goto(f"{lab.url}/versions/compare/?numbers={pair[0]},{pair[1]}&flips=gained")
    shown = page.locator("#flip-images .flip")
    truth = [i for i in range(len(labels)) if first[i] != labels[i] and second[i] == labels[i]]
    assert [int(flip.get_attribute("data-image") or -1) for flip in shown.all()] == truth[:28]
    for index in (0, 1):
        flip = shown.nth(index)
        number = truth[index]
        expect(flip).to_contain_text(re.compile(rf"a {labels[number]}\s*{first[number]}\s*→\s*{labels[number]}"))
        source = flip.locator("img").get_attribute("src") or ""
        picture = Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2])))
        assert np.array_equal(np.asarray(picture).ravel(), images[number])


def test_a_focused_name_in_the_legend_fades_the_other_curves(page: Page, lab: Lab, pair: tuple[int, int]) -> None:
    page.goto(f"{lab.url}/versions/compare/?numbers={pair[0]},{pair[1]}")
    canvas = page.locator("#compare-chart canvas")
    expect(canvas).to_be_visible()
    picture = "canvas => canvas.toDataURL()"
    whole = canvas.evaluate(picture)
    seen = []
    for button in page.locator("#curve-legend button").all():
        button.focus()
        page.wait_for_timeout(100)
        seen.append(canvas.evaluate(picture))
    assert len({whole, *seen}) == 3
    page.locator("#measure").focus()
    page.wait_for_timeout(100)
    assert canvas.evaluate(picture) == whole


def test_the_view_of_the_curves_stands_in_the_address_and_survives_a_reload(
    page: Page, lab: Lab, pair: tuple[int, int]
) -> None:
    page.goto(f"{lab.url}/versions/compare/?numbers={pair[0]},{pair[1]}")
    expect(page.locator("#compare-chart canvas")).to_be_visible()
    page.get_by_role("button", name="Seconds").click()
    page.locator("#smoothing").select_option("0.6")
    hidden = page.get_by_role("button", name="Learned 1")
    hidden.click()
    expect(hidden).to_have_attribute("aria-pressed", "false")
    page.reload()
    expect(page.get_by_role("button", name="Learned 1")).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_role("button", name="Seconds")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#smoothing")).to_have_value("0.6")


def test_errors_of_different_losses_never_share_an_axis(page: Page, lab: Lab, pair: tuple[int, int]) -> None:
    run = lab.submit(epochs=2, loss="squared_error", activation="sigmoid", name="Classic one")
    classic = lab.wait_for(run, "completed")["version"]
    page.goto(f"{lab.url}/versions/compare/?numbers={pair[0]},{classic}")
    chart = page.locator("#compare-chart")
    expect(page.locator("#measure")).to_have_value("test_accuracy")
    expect(chart).to_have_attribute("data-axis", "Test accuracy")
    page.locator("#measure").select_option("test_error:squared_error")
    expect(chart).to_have_attribute("data-axis", "Test error (squared error)")
    expect(chart.locator(".u-legend .u-series .u-label")).to_have_text(["Epoch", "Classic one"])
    expect(page.get_by_role("button", name="Learned 1")).to_be_disabled()
    expect(page.locator("#chart-note")).to_contain_text("of another loss: Learned 1")
    page.reload()
    expect(page.locator("#measure")).to_have_value("test_error:squared_error")
    page.goto(f"{lab.url}/runs/{run}/")
    expect(page.locator("#error-chart")).to_have_attribute("data-axis", "Error (squared error)")


def test_epochs_that_a_log_axis_cannot_show_are_counted(page: Page, lab: Lab, pair: tuple[int, int]) -> None:
    page.add_init_script(
        """const parse = JSON.parse;
        JSON.parse = (text) => {
            const data = parse(text);
            if (data?.[1]?.history) for (const epoch of data[1].history.slice(0, 3)) epoch.test_error = 0;
            return data;
        };"""
    )
    page.goto(f"{lab.url}/versions/compare/?numbers={pair[0]},{pair[1]}")
    note = page.locator("#compare-chart .chart__note")
    expect(page.locator("#compare-chart canvas")).to_be_visible()
    expect(note).to_be_hidden()
    page.get_by_role("button", name="Log", exact=True).click()
    expect(note).to_have_text("3 epochs at 0 are not shown: a logarithmic axis has no 0.")
    page.get_by_role("button", name="Linear").click()
    expect(note).to_be_hidden()


def test_a_run_beside_a_version_grows_while_it_trains(page: Page, lab: Lab, pair: tuple[int, int]) -> None:
    run = lab.submit(epochs=4000, hidden_layers=[64], batch_size=8, name="Goes on")
    lab.wait_for(run, "running")
    page.goto(f"{lab.url}/versions/compare/?numbers={pair[0]}&runs={run}")
    expect(page.locator("#compare-chart canvas")).to_be_visible()
    reached = lab.call("GET", f"runs/{run}")[1]["epoch"]
    page.wait_for_function(
        "reached => +document.querySelector('#curve-legend [data-part=epoch]').textContent.slice(6) > reached + 2",
        arg=reached,
        timeout=PATIENCE,
    )
    lab.call("POST", f"runs/{run}/stop")
    lab.wait_for(run, "stopped")


def test_the_table_follows_a_run_to_its_end(page: Page, lab: Lab, pair: tuple[int, int]) -> None:
    run = lab.submit(epochs=4000, hidden_layers=[64], batch_size=8, name="Is stopped")
    lab.wait_for(run, "running")
    page.goto(f"{lab.url}/versions/compare/?numbers={pair[0]}&runs={run}")
    epochs = (
        page.locator("#results tr", has=page.get_by_role("rowheader", name="Epochs", exact=True))
        .first.locator("td")
        .last
    )
    before = epochs.inner_text()
    expect(epochs).not_to_have_text(before, timeout=PATIENCE)
    lab.call("POST", f"runs/{run}/stop")
    expect(page.locator("#results .badge")).to_have_text("stopped", timeout=PATIENCE)


def test_the_page_of_a_run_that_has_ended_is_not_called_live(page: Page, lab: Lab) -> None:
    run = lab.submit(epochs=4000, hidden_layers=[64], batch_size=8)
    lab.wait_for(run, "running")
    page.goto(f"{lab.url}/runs/{run}/")
    expect(page.locator("#connection")).to_have_text("Live", timeout=PATIENCE)
    lab.call("POST", f"runs/{run}/stop")
    expect(page.locator("#status")).to_have_text("Stopped", timeout=PATIENCE)
    expect(page.locator("#connection")).to_be_hidden()
    page.reload()
    page.wait_for_timeout(1500)  # the socket has sent its first message
    expect(page.locator("#connection")).to_be_hidden()


def test_the_longest_bar_of_a_drawing_is_its_confidence(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.url}/?version=1")
    draw(page, SEVEN)
    expect(page.locator(".answer [data-part=digit]")).to_have_text("7", timeout=PATIENCE)
    expect(page.locator(".answer [data-part=sentence]")).to_have_text(re.compile(r"^confidence \d"))
    share = page.locator(".answer .bar.is-best [data-part=share]").inner_text()
    expect(page.locator(".answer [data-part=sentence]")).to_have_text(f"confidence {share}")


def test_one_drawing_is_read_by_all(page: Page, lab: Lab, pair: tuple[int, int]) -> None:
    page.goto(f"{lab.url}/versions/compare/?numbers=1,{pair[1]}")
    page.locator("#pad").scroll_into_view_if_needed()
    draw(page, SEVEN)
    row = page.locator("#readings tr[data-version='1']")
    expect(row.locator("[data-part=digit]")).to_have_text("7", timeout=PATIENCE)
    expect(page.locator(f"#readings tr[data-version='{pair[1]}'] [data-part=digit]")).to_have_text(re.compile(r"\d"))
    page.get_by_role("button", name="Clear").click()
    expect(row.locator("[data-part=digit]")).to_have_text("–")
