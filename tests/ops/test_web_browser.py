"""The console in a real browser: every page in three widths, light and dark, and a redrive by the keyboard alone."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from contact_transfer.transfer.outcome import FailureCode
from tests.ops.conftest import Centre, Transfers
from tests.ops.serving import Served, served
from tools.browser import CHROMIUM, chromium, enter, shape
from transfers_cli.deployment import find

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

pytestmark = [
    pytest.mark.cloud,
    pytest.mark.xdist_group("ops"),
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium"),
]
SHAPES = [(width, scheme) for width in (375, 1280, 2560) for scheme in ("light", "dark")]
#: What must not be wider than the window, have no name, or share an id; and contrast, as WCAG 2.2 computes it.
INSPECT = """() => {
  const found = [];
  if (document.documentElement.scrollWidth > window.innerWidth) found.push("wider than the window");
  for (const box of document.querySelectorAll("input:not([type=hidden]), select"))
    if (!box.labels || !box.labels.length) found.push("no label: " + box.outerHTML);
  for (const one of document.querySelectorAll("a, button, svg[role]"))
    if (!(one.getAttribute("aria-label") || one.textContent).trim()) found.push("no name: " + one.outerHTML);
  const ids = [...document.querySelectorAll("[id]")].map((one) => one.id);
  if (new Set(ids).size !== ids.length) found.push("an id twice: " + ids);
  for (const mark of ["header", "nav[aria-label]", "main", "h1"])
    if (document.querySelectorAll(mark).length !== 1) found.push("not one " + mark);
  const light = (rgb) => {
    const [r, g, b] = rgb.match(/[\\d.]+/g).map(Number).map((v) => v / 255)
      .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => {
    for (; one; one = one.parentElement) {
      const colour = getComputedStyle(one).backgroundColor;
      if (!/, 0\\)$/.test(colour)) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  for (const one of document.querySelectorAll("h1, h2, p, a, dt, dd, th, td, label, button, .hint, .tag, .number, legend, input, select")) {
    if (!one.textContent.trim() || one.closest("svg, .visually-hidden, .skip, [hidden]")) continue;
    const [dark, bright] = [light(getComputedStyle(one).color), light(ground(one))].sort((a, b) => a - b);
    const contrast = (bright + 0.05) / (dark + 0.05);
    if (contrast < 4.5) found.push(`contrast ${contrast.toFixed(2)}: ${one.outerHTML.slice(0, 120)}`);
  }
  return [...new Set(found)];
}"""


#: What happens when a window is looked at again.
LOOK = "htmx.trigger('#live', 'seen')"


@pytest.fixture(scope="module")
def browsing() -> Iterator[Browser]:
    """One browser for all tests here; each has a window of its own."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def console(centre: Centre, transfers: Transfers) -> Iterator[Served]:
    """``transfers`` sets the environment that the console takes its credentials from."""
    del centre, transfers
    with served(lambda: find("local")) as made:
        yield made


_ASKED_FOR = ("Failed to load resource", "htmx:afterRequest", "htmx:sendError")


def _is_complaint(said: ConsoleMessage) -> bool:
    """An answer of 404, or none at all, is what a test asked for."""
    return said.type in {"error", "warning"} and not said.text.startswith(_ASKED_FOR)


@pytest.fixture
def page(console: Served, browsing: Browser) -> Iterator[Page]:
    """A window that has entered the console; whatever the browser complains of fails the test."""
    window = enter(browsing, console.access.new_address())
    complaints: list[str] = []
    window.on("console", lambda said: complaints.append(said.text) if _is_complaint(said) else None)
    window.on("pageerror", lambda error: complaints.append(str(error)))
    window.on("dialog", lambda dialog: complaints.append(f"script ran: {dialog.message}"))
    yield window
    window.close()
    assert complaints == []


def scene(centre: Centre) -> str:
    """Requests that failed, one that was transferred and one that is held; answer the contact that was transferred."""
    [contact] = centre.tasks(1)
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    centre.park([centre.body(str(uuid.uuid4()), reason=evil) for _ in range(12)], FailureCode.FLOW_NOT_USABLE, evil)
    sqs, url = centre.cloud.client("sqs"), centre.cloud.outputs["TransferQueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=centre.body(contact, requestId=f"r-{contact}", reason=evil, batchId="b"))
    centre.cloud.wait_until(lambda: contact in centre.transferred(), "the contact is transferred")
    centre.worked_off()
    return contact


def test_every_page_fits_every_window_and_can_be_read(page: Page, console: Served, centre: Centre) -> None:
    contact, origin = scene(centre), console.access.origin
    paths = ("/", "/failed", f"/request?id={contact}", "/doubt", "/scheduled", "/batches?id=b", "/sweep", "/send")
    for path in paths:
        page.goto(origin + path)
        for width, scheme in SHAPES:
            shape(page, width, 900, "dark" if scheme == "dark" else "light")
            assert page.evaluate(INSPECT) == [], (path, width, scheme)
    page.goto(f"{origin}/failed")
    page.get_by_role("link").filter(has_text="-").first.click()
    page.get_by_role("button", name="Show the body").click()
    assert "<script>alert(1)" in page.locator("pre").inner_text()
    for width, scheme in SHAPES:
        shape(page, width, 900, "dark" if scheme == "dark" else "light")
        assert page.evaluate(INSPECT) == [], ("body", width, scheme)


def test_a_redrive_needs_no_mouse(page: Page, console: Served, centre: Centre) -> None:
    contacts = centre.tasks(2)
    centre.park([centre.body(one) for one in contacts], FailureCode.FLOW_NOT_USABLE)
    page.goto(console.access.origin)

    def reach(name: str) -> None:
        """Tab until what has the focus is called so; a link or a button that cannot be reached fails here."""
        for _ in range(60):
            page.keyboard.press("Tab")
            focused = page.evaluate(
                "[document.activeElement.textContent.trim(), document.activeElement.matches(':focus-visible')]"
            )
            if focused[0].startswith(name):
                assert focused[1], "where the focus is can be seen"
                return
        raise AssertionError(f"{name} is not reached by the keyboard")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    reach("Failed")
    page.keyboard.press("Enter")
    page.wait_for_url("**/failed")
    reach("Judge 2 messages")
    page.keyboard.press("Enter")
    page.wait_for_url("**/failed/redrive")
    page.keyboard.type("redrive 2")  # the field has the focus
    page.keyboard.press("Enter")
    page.get_by_text("2 of 2 sent again").wait_for()
    centre.worked_off()
    assert set(contacts) <= set(centre.transferred())


def test_now_renews_itself_and_says_when_the_console_has_gone(page: Page, console: Served, centre: Centre) -> None:
    page.goto(console.access.origin)
    assert page.locator(".tile.good .number").inner_text() == "0"
    centre.park([centre.body("c")], FailureCode.FLOW_NOT_USABLE)
    page.locator(".tile.bad .number").filter(has_text="1").wait_for()
    assert page.locator("#lost").is_hidden()
    page.route("**/live", lambda route: route.abort())
    page.evaluate(LOOK)
    page.locator("#lost").wait_for(state="visible")
    page.unroute("**/live")
    page.evaluate(LOOK)
    page.locator("#lost").wait_for(state="hidden")


def test_send_says_what_is_wrong_while_it_is_typed(page: Page, console: Served, centre: Centre) -> None:
    [contact] = centre.tasks(1)
    given = json.loads(centre.body(contact))
    page.goto(f"{console.access.origin}/send")
    page.get_by_label("contactId").press_sequentially("no id!")
    page.locator("#check .warn").wait_for()
    for name, value in given.items():
        page.get_by_label(name, exact=False).first.fill(value)
    page.locator("#check .good").wait_for()
    page.get_by_role("button", name="Check").click()
    page.get_by_label("Type send to confirm").fill("send")
    page.get_by_role("button", name="Send the request").click()
    page.get_by_text("It was sent.").wait_for()
    centre.cloud.wait_until(lambda: contact in centre.transferred(), "the contact is transferred")


def test_script_in_an_id_does_not_run(page: Page, console: Served) -> None:
    for path in ("/request", "/batches"):
        page.goto(f"{console.access.origin}{path}")
        page.locator("#id").fill('"><img src=x onerror=alert(1)><script>alert(2)</script>')
        page.locator("#id").press("Enter")
        page.wait_for_url("**id=*")
        assert page.locator("main img").count() == 0
