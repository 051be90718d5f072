"""Pictures of the console, for the README and the pages: each page as a person sees it, in a real browser."""

from __future__ import annotations

from pathlib import Path

from local.cloud import LocalCloud
from local.console import console
from tools.browser import Scheme, chromium, enter, shape

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
#: By the name of the file: the page, the size of the window, and whether the desktop is light or dark.
_PICTURES: dict[str, tuple[str, int, int, Scheme]] = {
    "console-now": ("/", 1280, 800, "light"),
    "console-request": ("/request?id={contact}", 1280, 900, "light"),
}


def photograph(cloud: LocalCloud, contact: str, folder: Path = IMAGES) -> None:
    """Write the pictures.

    Args:
        cloud: what the console is of.
        contact: the id of a contact that was transferred, for the page of a request.
        folder: where the pictures go.
    """
    with console(cloud) as address, chromium() as browser:
        page = enter(browser, address)
        origin = address.partition("/enter")[0]
        for name, (path, width, height, scheme) in _PICTURES.items():
            shape(page, width, height, scheme)
            page.goto(origin + path.format(contact=contact))
            page.screenshot(path=folder / f"{name}.png")
