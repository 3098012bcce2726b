"""How fluently does the page of a network follow the pen, and how much does its first view weigh?

    python -m benchmarks.network --seconds 6

Starts the real program, publishes networks of random weights, and draws on their pages in a headless Chromium that
renders in software. Counts frames, pictures painted from a new answer, and bytes over the wire.
"""

import argparse
import json
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from inference.artifacts import network_to_bytes
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
    parser.add_argument("--seconds", type=float, default=6.0)
    options = parser.parse_args()
    path = chromium.get()
    if path is None:
        raise SystemExit("No Chromium can be had on this machine")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        lab = Lab(Path(folder)).start()
        browser = playwright.chromium.launch(executable_path=path, args=chromium.ARGUMENTS)
        try:
            for shape in SHAPES:
                measure(browser, lab, shape, options.seconds)
        finally:
            browser.close()
            lab.stop()


def measure(browser: Browser, lab: Lab, shape: tuple[int, ...], seconds: float) -> None:
    """Open the page of a network of this shape cold, then draw."""
    number = publish(lab, shape)
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    received = [0]
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: received.append(int(event["encodedDataLength"])))
    started = time.perf_counter()
    page.goto(f"{lab.url}/versions/{number}/network/")
    page.locator("#network[data-ready]").wait_for()
    ready = time.perf_counter() - started
    page.wait_for_timeout(500)
    weight = sum(received)
    page.evaluate(COUNT_FRAMES)
    took = draw_for(page, seconds)
    counted: Any = page.evaluate("[frames_, painted_, longest_]")
    page.context.close()
    sys.stdout.write(
        f"{'-'.join(map(str, shape))}: first view {weight / 1000:.0f} kB in {ready:.2f} s; while drawing "
        f"{counted[0] / took:.0f} frames a second, {counted[1] / took:.0f} pictures a second, "
        f"longest frame {counted[2]:.0f} ms\n"
    )


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
