"""The pages of the console: each is a function from what was asked to what is shown, and calls what the command of its name calls."""

from __future__ import annotations

from transfers_cli.web.pages import (
    batches,
    cancel,
    confirming,
    doubt,
    failed,
    now,
    repairing,
    request,
    scheduled,
    send,
    sweep,
    switch,
)

_GET, _POST = ("GET",), ("POST",)
#: Every path: its page, and the methods of HTTP.
ROUTES = (
    ("/", now.page, _GET),
    ("/live", now.live, _GET),
    ("/switch", switch.propose, _POST),
    ("/failed", failed.page, _GET),
    ("/failed/message/{message}", failed.message, _GET),
    ("/failed/redrive", repairing.redrive, _POST),
    ("/failed/drop", repairing.drop, _POST),
    ("/request", request.page, _GET),
    ("/doubt", doubt.page, _GET),
    ("/scheduled", scheduled.page, _GET),
    ("/batches", batches.page, _GET),
    ("/cancel", cancel.propose, _POST),
    ("/sweep", sweep.page, _GET),
    ("/sweep", sweep.propose, _POST),
    ("/send", send.page, _GET),
    ("/send", send.propose, _POST),
    ("/send/check", send.check, _POST),
    ("/confirm/{key}", confirming.confirm, _POST),
)
