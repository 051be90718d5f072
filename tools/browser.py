"""Debian's Chromium without a screen, driven by Playwright: for the tests of the console and its pictures."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

#: Where distributions put it; Playwright's own browsers are not downloaded.
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
Scheme = Literal["light", "dark"]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that asks nobody but the pages it is sent to. Raise ``RuntimeError`` where Chromium is not installed."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - a second that only this needs

    if CHROMIUM is None:
        raise RuntimeError("Chromium is not installed: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def enter(browser: Browser, address: str) -> Page:
    """A page of the console, signed in by its printed ``address``."""
    page = browser.new_page()
    page.set_default_timeout(120_000)  # milliseconds; a machine that is busy with much else is no finding
    page.goto(address)
    return page


def shape(page: Page, width: int, height: int, scheme: Scheme) -> None:
    """Let the page be seen in a window of ``width`` and ``height`` pixels, on a light or a dark desktop (``scheme``)."""
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
