"""How soon is the page of a network there, how much does it weigh, and how fluently does it follow the pen?

    python -m benchmarks.network --rounds 5 --seconds 6

Starts the real program, publishes networks of random weights, and opens their pages in a headless Chromium that renders
in software: as the very first page of a browser that was started this moment and still builds its own windows, and then
as its second page, with nothing cached. Then draws on them, and counts frames and pictures painted from a new answer.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from inference.model_files.pickle.network_pickle import network_to_bytes
from nnlib import Architecture, Network
from tests import chromium
from tests.lab import Lab

SHAPES = ((784, 250, 10), (784, 300, 100, 10), (784, 800, 10))
COUNT_FRAMES = """() => {
  window.frames_ = 0; window.painted_ = 0; window.longest_ = 0;
  let last = performance.now();
  const tick = (now) => {
    window.frames_ += 1;
    window.longest_ = Math.max(window.longest_, now - last);
    last = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
  document.addEventListener("painted", () => { window.painted_ += 1; });
}"""

WRITE_A_FOUR = """() => new Promise((resolve) => {
  new MutationObserver(resolve).observe(document.getElementById("answer-digit"), { childList: true });
  document.querySelector('#examples [data-digit="4"]').click();
})"""

MOVE_PEN = """(seconds) => new Promise((resolve) => {
  const pad = document.getElementById("pad");
  const { left, top, width, height } = pad.getBoundingClientRect();
  const start = performance.now();
  const move = (now) => {
    const angle = (4 * (now - start)) / 1000;
    const clientX = left + width * (0.5 + 0.3 * Math.cos(angle));
    const clientY = top + height * (0.5 + 0.38 * Math.sin(1.3 * angle));
    pad.dispatchEvent(new PointerEvent("pointermove", { pointerId: 1, clientX, clientY, bubbles: true }));
    if (now - start < 1000 * seconds) requestAnimationFrame(move);
    else resolve();
  };
  requestAnimationFrame(move);
})"""


def main() -> None:
    """Print a line for every shape."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5, help="new browsers for each network")
    parser.add_argument("--seconds", type=float, default=6.0, help="of drawing on each network")
    options = parser.parse_args()
    path = chromium.get()
    if path is None:
        raise SystemExit("No Chromium can be had on this machine")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab = Lab(Path(folder)).start()
        try:
            numbers = [publish(lab, shape) for shape in SHAPES]
            addresses = [f"{lab.url}/versions/{number}/network/" for number in numbers]

            def launch() -> Browser:
                return playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)

            tell_openings(launch, addresses, options.rounds)
            tell_drawing(launch, addresses, options.seconds)
        finally:
            lab.stop()


def tell_openings(launch: Callable[[], Browser], addresses: list[str], rounds: int) -> None:
    """Open every page first, and every page second, in so many new browsers."""
    opened: list[list[Opening]] = [[] for _ in addresses]
    later: list[list[Opening]] = [[] for _ in addresses]
    for _ in range(rounds):
        for one in range(len(addresses)):
            other = (one + 1) % len(addresses)
            browser = launch()
            opened[one].append(opening(browser, addresses[one]))
            later[other].append(opening(browser, addresses[other]))
            browser.close()
    for shape, firsts, seconds in zip(SHAPES, opened, later, strict=True):
        sys.stdout.write(
            f"{name_of(shape)}: {firsts[0].size / 1000:.0f} kB\n"
            f"  first page of a browser just started: {spread(firsts)}\n"
            f"  second page, nothing cached: {spread(seconds)}\n"
        )


class Opening(NamedTuple):
    """How many bytes a page took, and how many seconds until it was ready, and until it had answered a drawing."""

    size: int
    ready: float
    answered: float


def opening(browser: Browser, address: str) -> Opening:
    """Open a page in a context of its own: with empty caches."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    received = [0]
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(int(event["encodedDataLength"])))
    started = time.perf_counter()
    page.goto(address)
    page.locator("#network[data-ready]").wait_for()
    ready = time.perf_counter() - started
    page.evaluate(WRITE_A_FOUR)
    answered = time.perf_counter() - started
    page.wait_for_timeout(500)
    page.context.close()
    return Opening(sum(received), ready, answered)


def spread(openings: list[Opening]) -> str:
    """Medians, and the least and the most."""
    ready = [one.ready for one in openings]
    answered = statistics.median(one.answered for one in openings)
    return (
        f"ready in {statistics.median(ready):.2f} s ({min(ready):.2f} to {max(ready):.2f}), "
        f"a drawing answered after {answered:.2f} s"
    )


def name_of(shape: tuple[int, ...]) -> str:
    """A shape as people write it."""
    return "-".join(map(str, shape))


def tell_drawing(launch: Callable[[], Browser], addresses: list[str], seconds: float) -> None:
    """Draw on every page."""
    browser = launch()
    for shape, address in zip(SHAPES, addresses, strict=True):
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        page.goto(address)
        page.locator("#network[data-ready]").wait_for()
        page.wait_for_timeout(500)
        page.evaluate(COUNT_FRAMES)
        took = draw_for(page, seconds)
        frames, painted, longest = page.evaluate("[frames_, painted_, longest_]")
        page.context.close()
        sys.stdout.write(
            f"{name_of(shape)}: while drawing {frames / took:.0f} frames a second, {painted / took:.0f} pictures a "
            f"second, longest frame {longest:.0f} ms\n"
        )
    browser.close()


def publish(lab: Lab, shape: tuple[int, ...]) -> int:
    """A version of random weights; its number."""
    architecture = Architecture(shape, "relu", "softmax")
    network = Network.initialised(architecture, initializer="he", rng=np.random.default_rng(1))
    boundary = "network-boundary"
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.pickle"\r\n\r\n'.encode()
    body = head + network_to_bytes(network) + f"\r\n--{boundary}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    request = urllib.request.Request(f"{lab.url}/api/v1/versions/import", body, headers, method="POST")  # noqa: S310
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 -- our own program
        return int(json.loads(answer.read())["number"])


def draw_for(page: Page, seconds: float) -> float:
    """Draw round and round, a point for every frame; how long it took.

    The points are made in the page: sent one by one from outside they come at twenty a second.
    """
    box = page.locator("#pad").bounding_box()
    if box is None:
        raise SystemExit("the page has no canvas")
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    started = time.perf_counter()
    page.evaluate(MOVE_PEN, seconds)
    took = time.perf_counter() - started
    page.mouse.up()
    return took


if __name__ == "__main__":
    main()
