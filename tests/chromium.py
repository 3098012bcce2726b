"""Finds a Chromium for the browser tests, or tries to get one; `python -m tests.chromium` prints what came of it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]


def installed() -> str | None:
    """The path of a Chromium on this machine: named by CHROMIUM, on the PATH, or Playwright's own."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return found
    return _playwrights_own()


def get() -> str | None:
    """The path of a Chromium, which is fetched if need be: Playwright's download, else Debian's package for root."""
    found = installed()
    if found:
        return found
    _run(sys.executable, "-m", "playwright", "install", "chromium")
    if installed() is None and shutil.which("apt-get") and os.geteuid() == 0:
        _run("apt-get", "update", "-qq")
        _run("apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium")
    return installed()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _run(*command: str) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        subprocess.run(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return


if __name__ == "__main__":
    path = get()
    print(f"Browser tests use {path}" if path else "Browser tests are skipped: no Chromium can be had on this machine")
