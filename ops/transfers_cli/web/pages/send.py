"""Send: one request by a form, checked with the worker's own code while it is typed."""

from __future__ import annotations

import json

from transfers_cli.send.lines import Line, ask_connect, read_line
from transfers_cli.send.sending import Sent, send_lines
from transfers_cli.web.asking import Answer, Asked, View, options
from transfers_cli.web.console import Console
from transfers_cli.web.fields import INPUTS, fields
from transfers_cli.web.pages.confirming import shown
from transfers_cli.web.proposals import Done, Proposal


def page(console: Console, asked: Asked) -> View:
    """The form."""
    del asked
    single = len(console.found.settings.instance_arns) == 1
    return View("send.html", {"inputs": INPUTS, "single": single}, ["send", "--help"])


def check(console: Console, asked: Asked) -> View:
    """What the worker would say of the request as it stands. AWS is not asked."""
    line = _line(console, asked)
    return View("check.html", {"line": line, "is_empty": not fields(asked)})


def propose(console: Console, asked: Asked) -> Answer:
    """Check it once more, with Connect if that was asked for, and show it."""
    line = _line(console, asked)
    if asked.flag("check_connect") and line.wrong is None:
        [line] = ask_connect(console.found, [line])
    given = fields(asked)
    values = {"line": line, "given": given, "sentences": []}
    proposal = Proposal(
        "Send the request", "send", lambda: _sent(console, line), "send_plan.html", values, ["send", *_options(given)]
    )
    if line.wrong is not None:
        return View("send_plan.html", {**values, "proposal": None, "problem": None}, proposal.command, status=400)
    return shown(console.proposals.add(proposal))


def _line(console: Console, asked: Asked) -> Line:
    return read_line(1, json.dumps(fields(asked)), console.found.settings)


def _options(given: dict[str, object]) -> list[str]:
    line: list[str] = []
    for one in INPUTS:
        value = given.get(one.name)
        if isinstance(value, bool):
            line.append(f"--{'' if value else 'no-'}{one.option}")
        elif value is not None:
            line += options(**{str(one.option): str(value)})
    return line


def _sent(console: Console, line: Line) -> Done:
    sent = Sent()
    send_lines(console.found, [line], sent)
    console.look_again()
    name = line.request.name if line.request else ""
    if sent.refused:
        return Done("It was not sent.", list(sent.refused.values()), is_whole=False, see=(("Send", "/send"),))
    return Done("It was sent.", see=((f"What becomes of it: {name}", f"/request?id={name}"), ("Now", "/")))
