"""Scheduled: the requests that are held until they are due."""

from __future__ import annotations

from itertools import islice

from transfers_cli.held import held_requests
from transfers_cli.web.asking import Asked, View
from transfers_cli.web.console import Console

#: Schedules that are read; each takes a call.
MOST = 100


def page(console: Console, asked: Asked) -> View:
    """The list, soonest first."""
    del asked
    read = list(islice(held_requests(console.found), MOST + 1))
    listed = sorted(read[:MOST], key=lambda one: one.until)
    return View("scheduled.html", {"listed": listed, "more": len(read) > MOST}, ["scheduled"])
