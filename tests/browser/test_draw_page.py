"""The page to draw on, with mouse, finger and keyboard: erase, undo, several versions, corrections, pictures, links."""

import base64
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, Page, expect

from tests.browser.drawing import EM, ONE, SEVEN, ZERO, draw, touch
from tests.lab import Lab

pytestmark = [pytest.mark.browser, pytest.mark.processes]

PATIENCE = 30_000
SIZES = [(390, 844), (820, 1180), (1280, 900)]
DIGIT = ".answer [data-part=digit]"


@pytest.fixture(scope="module")
def second_version(lab: Lab) -> int:
    """Another version beside the starter."""
    run = lab.wait_for(lab.submit(epochs=1), "completed")
    return int(run["version"])


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def touched(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page on a screen that is touched, in three sizes."""
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=True, reduced_motion="reduce")
    yield context.new_page()
    context.close()


def expect_digit(page: Page, digit: int) -> None:
    expect(page.locator(DIGIT).first).to_have_text(str(digit), timeout=PATIENCE)


def expect_nothing(page: Page) -> None:
    expect(page.locator(DIGIT).first).to_have_text("–", timeout=PATIENCE)


def picture(*, paper: int, ink: int) -> bytes:
    """A PNG of a seven."""
    image = Image.new("L", (300, 200), paper)
    ImageDraw.Draw(image).line([(110, 40), (190, 40), (140, 165)], fill=ink, width=14, joint="curve")
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def file(data: bytes, name: str = "seven.png") -> Any:
    return {"name": name, "mimeType": "image/png", "buffer": data}


def paste(page: Page, data: bytes, kind: str = "image/png") -> None:
    """Paste a file, as the browser does when the clipboard holds one."""
    page.evaluate(
        """([text, type]) => {
          const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
          const clipboardData = new DataTransfer();
          clipboardData.items.add(new File([bytes], "pasted", { type }));
          document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""",
        [base64.b64encode(data).decode(), kind],
    )


# Drawing.


def test_a_finger_draws_on_a_screen_of_any_size(touched: Page, lab: Lab) -> None:
    touched.goto(f"{lab.url}/?version=1")
    touch(touched, SEVEN)
    expect_digit(touched, 7)
    assert touched.evaluate("scrollY") == 0, "the page scrolled instead"
    assert touched.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page is wider than the screen"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_mouse_draws_in_a_window_of_any_size(page: Page, lab: Lab, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"{lab.url}/?version=1")
    draw(page, ZERO)
    expect_digit(page, 0)


def test_what_is_erased_is_not_read_and_can_be_had_back(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.url}/?version=1")
    draw(page, ONE)
    expect_digit(page, 1)
    page.get_by_role("button", name="Erase").click()
    draw(page, ONE)
    expect_nothing(page)
    page.get_by_role("button", name="Undo").first.click()
    expect_digit(page, 1)


def test_undo_and_redo_go_stroke_by_stroke_with_the_keyboard_too(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.url}/?version=1")
    draw(page, ONE)
    expect_digit(page, 1)
    page.keyboard.press("Control+z")
    expect_nothing(page)
    expect(page.locator("#undo")).to_be_disabled()
    page.keyboard.press("Control+Shift+z")
    expect_digit(page, 1)
    page.keyboard.press("c")
    expect_nothing(page)
    page.keyboard.press("Control+z")
    expect_digit(page, 1)


def test_a_letter_is_said_not_to_look_like_a_digit(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.url}/?version=1")
    unlike = page.locator("#unlike")
    draw(page, EM)
    expect(unlike).to_be_visible(timeout=PATIENCE)
    expect(page.locator(".answer [data-part=sentence]")).to_have_text("does not look like a digit")
    expect(page.locator("#spoken")).to_contain_text("This does not look like a digit. If it is one: ")
    page.get_by_role("button", name="Clear").click()
    draw(page, SEVEN)
    expect_digit(page, 7)
    expect(unlike).to_be_hidden()
    expect(page.locator(".answer [data-part=sentence]")).to_contain_text("confidence")


@pytest.mark.parametrize("where", ["versions/1/network/", "versions/compare/?numbers=1,{second}"])
def test_every_canvas_says_that_a_letter_does_not_look_like_a_digit(
    page: Page, lab: Lab, second_version: int, where: str
) -> None:
    page.goto(f"{lab.url}/{where.format(second=second_version)}")
    spoken, seen = page.locator("#spoken"), page.get_by_text("does not look like a digit").locator("visible=true")
    draw(page, EM)
    expect(seen.first).to_be_visible(timeout=PATIENCE)
    expect(spoken).to_contain_text("This does not look like a digit", timeout=PATIENCE)
    page.get_by_role("button", name="Clear").click()
    draw(page, SEVEN)
    expect(spoken).not_to_contain_text("does not look like a digit", timeout=PATIENCE)
    expect(spoken).to_contain_text(re.compile("predict", re.IGNORECASE), timeout=PATIENCE)
    expect(seen).to_have_count(0)


def test_ink_survives_another_size_of_the_window(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.url}/?version=1")
    draw(page, SEVEN)
    expect_digit(page, 7)
    page.set_viewport_size({"width": 390, "height": 844})
    page.get_by_role("button", name="Predict").click()
    expect_digit(page, 7)


# Several versions.


def test_every_version_is_asked_at_one_click_and_the_votes_are_counted(
    page: Page, lab: Lab, second_version: int
) -> None:
    page.goto(f"{lab.url}/?version=1")
    count = page.locator("#versions input").count()
    page.get_by_role("button", name="All", exact=True).click()
    draw(page, SEVEN)
    expect(page.locator(".answer:not(.is-waiting)")).to_have_count(count, timeout=PATIENCE)
    votes = [int(text.split(" of ")[0]) for text in page.locator("#votes span").all_inner_texts()]
    assert sum(votes) == count
    assert votes == sorted(votes, reverse=True)
    page.get_by_role("button", name="Only the first").click()
    expect(page.locator(".answer")).to_have_count(1)
    expect(page.locator("#votes")).to_be_hidden()


# Corrections.


def corrections(lab: Lab) -> list[dict[str, Any]]:
    return list(lab.call("GET", "corrections")[1]["items"])


def test_a_drawing_is_corrected_relabelled_and_forgotten(page: Page, lab: Lab) -> None:
    before = len(corrections(lab))
    page.goto(f"{lab.url}/?version=1")
    panel = page.get_by_role("group", name="Correct label")
    expect(panel.get_by_role("button", name="7")).to_be_disabled()
    draw(page, SEVEN)
    panel.get_by_role("button", name="7").click(timeout=PATIENCE)
    expect(panel.get_by_text("Saved as a 7.")).to_be_visible(timeout=PATIENCE)
    kept = corrections(lab)[0]
    assert (kept["label"], kept["digit"], kept["version"], kept["form"]) == (7, 7, 1, "strokes")
    page.keyboard.press("Shift+Digit1")
    expect(panel.get_by_text("Saved as a 1.")).to_be_visible(timeout=PATIENCE)
    assert (corrections(lab)[0]["id"], corrections(lab)[0]["label"]) == (kept["id"], 1)
    panel.get_by_role("button", name="Undo").click()
    expect(panel.get_by_text("Deleted.")).to_be_visible(timeout=PATIENCE)
    assert len(corrections(lab)) == before


def test_corrections_are_relabelled_and_deleted_on_their_page(page: Page, lab: Lab) -> None:
    number = lab.call("POST", "corrections", {"strokes": [[[10, 10], [90, 10], [40, 120]]], "label": 2})[1]["id"]
    page.goto(f"{lab.url}/corrections/")
    page.get_by_label(f"Digit of correction {number}").select_option("7")
    expect(page.get_by_text(f"Correction {number} is now labelled 7.")).to_be_visible(timeout=PATIENCE)
    assert lab.call("GET", f"corrections/{number}")[1]["label"] == 7
    page.get_by_label(re.compile(f"Select correction {number},")).check()
    page.get_by_role("button", name="Delete 1 selected").click()
    expect(page.get_by_role("heading", name="Delete this correction?")).to_be_visible()
    page.get_by_role("button", name="Delete 1").click()
    expect(page.get_by_text("1 correction is deleted.")).to_be_visible()
    assert lab.call("GET", f"corrections/{number}")[0] == 404


# Pictures.


@pytest.mark.parametrize(("paper", "ink"), [(240, 30), (20, 230)], ids=["dark on light", "light on dark"])
def test_an_uploaded_picture_is_read_shown_and_removed(page: Page, lab: Lab, paper: int, ink: int) -> None:
    page.goto(f"{lab.url}/?version=1")
    page.set_input_files("#upload input", file(picture(paper=paper, ink=ink)))
    expect_digit(page, 7)
    expect(page.get_by_alt_text("The picture that is read")).to_be_visible()
    page.get_by_role("button", name="Remove the picture").click()
    expect_nothing(page)


def test_a_picture_lies_over_the_ink_and_is_corrected_in_its_stead(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.url}/?version=1")
    draw(page, ZERO)
    expect_digit(page, 0)
    paste(page, picture(paper=255, ink=0))
    expect_digit(page, 7)
    page.keyboard.press("t")
    page.keyboard.press("7")
    expect(page.get_by_text("Saved as a 7.")).to_be_visible(timeout=PATIENCE)
    kept = corrections(lab)[0]
    assert (kept["form"], kept["label"], kept["strokes"]) == ("image", 7, None)
    page.get_by_role("button", name="Clear").click()
    expect_digit(page, 0)


def test_a_large_photo_is_made_small_and_turned_upright_before_it_is_sent(page: Page, lab: Lab) -> None:
    photo = Image.open(io.BytesIO(picture(paper=200, ink=60))).resize((4200, 2800)).convert("RGB")
    photo = Image.blend(photo, Image.effect_noise(photo.size, 90).convert("RGB"), 0.1).rotate(90, expand=True)
    exif, buffer = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6
    photo.save(buffer, "JPEG", quality=90, exif=exif)
    assert len(buffer.getvalue()) > 1_000_000
    page.goto(f"{lab.url}/?version=1")
    page.set_input_files("#upload input", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()})
    expect_digit(page, 7)
    shown = page.get_by_alt_text("The picture that is read")
    assert shown.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [800, 533]


def test_a_scan_of_many_pixels_and_few_bytes_is_made_small_before_it_is_sent(page: Page, lab: Lab) -> None:
    scan, buffer = Image.new("1", (4960, 7016), 1), io.BytesIO()
    ImageDraw.Draw(scan).line([(2000, 3000), (2600, 3000), (2200, 4000)], fill=0, width=60)
    scan.save(buffer, "PNG")
    assert len(buffer.getvalue()) < 1_000_000
    page.goto(f"{lab.url}/?version=1")
    page.set_input_files("#upload input", file(buffer.getvalue()))
    expect_digit(page, 7)
    shown = page.get_by_alt_text("The picture that is read")
    assert shown.evaluate("image => image.naturalHeight") == 800


def bomb() -> bytes:
    buffer = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(buffer, "PNG")
    return buffer.getvalue()


def test_what_is_no_picture_is_told_beside_the_button_and_loses_no_ink(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.url}/?version=1")
    draw(page, ONE)
    expect_digit(page, 1)
    trouble = page.locator("#upload [role=alert]")
    for data, sentence in (
        (bomb(), "No ink found in this image"),
        (b"no picture at all", "This image cannot be read: it is damaged"),
        (picture(paper=128, ink=128), "No ink found in this image"),
        (b"", "This file is empty."),
    ):
        page.set_input_files("#upload input", file(data))
        expect(trouble).to_contain_text(sentence, timeout=PATIENCE)
        expect_digit(page, 1)
    paste(page, b"a text", "text/plain")
    expect(trouble).to_contain_text("This is not an image.")


# Links.


def test_a_link_brings_back_the_drawing_and_who_is_asked(page: Page, lab: Lab, second_version: int) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{lab.url}/runs/")
    page.goto(f"{lab.url}/?version=1&version={second_version}")
    draw(page, SEVEN)
    expect_digit(page, 7)
    page.get_by_role("button", name="Copy a link").click()
    expect(page.get_by_text("The link is copied.")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    assert link == page.url
    page.go_back()
    assert page.url.endswith("/runs/"), "a drawing must not stand in the way back"
    page.goto(link)
    expect_digit(page, 7)
    expect(page.locator(".answer")).to_have_count(2)


def test_a_drawing_survives_loading_the_page_again(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.url}/?version=1")
    draw(page, SEVEN)
    page.wait_for_url(re.compile("ink="))
    page.reload()
    expect_digit(page, 7)


def test_a_link_that_was_cut_says_so(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.url}/?version=1&ink=ASwBBOADkAOAB")
    expect(page.get_by_text("The drawing in this link cannot be read")).to_be_visible()
    draw(page, SEVEN)
    expect_digit(page, 7)
    expect(page.get_by_text("The drawing in this link cannot be read")).to_be_hidden()
