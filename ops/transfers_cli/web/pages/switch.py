"""The switch that stops and starts the worker."""

from __future__ import annotations

import time
from collections.abc import Iterator

from transfers_cli import say
from transfers_cli.deployment import Deployment
from transfers_cli.switching import Queued, queued, switch, to_switch
from transfers_cli.web.asking import Answer, Asked, Redirect
from transfers_cli.web.console import Console
from transfers_cli.web.pages.confirming import shown
from transfers_cli.web.proposals import Done, Proposal


def propose(console: Console, asked: Asked) -> Answer:
    """Say what stopping or starting would mean."""
    on, found = asked.text("to") == "on", console.found
    console.look_again()
    others = to_switch(found, on=on)
    if not others:
        return Redirect("/")
    word = "resume" if on else "pause"

    def carry_out() -> Done:
        switch(found, others, on=on)
        console.look_again()
        return Done(f"{found.stack} is {'running' if on else 'paused'}.", see=(("Now", "/"),))

    title = "Start transfers again" if on else "Stop all transfers"
    lines = list(_sentences(found, queued(found), on=on))
    proposal = Proposal(title, word, carry_out, "sentences.html", {"sentences": lines}, (word,))
    return shown(console.proposals.add(proposal))


def _sentences(found: Deployment, there: Queued, *, on: bool) -> Iterator[str]:
    yield f"{say.count(there.waiting, 'request')} wait in the queues of both lanes."
    if on:
        pace = found.settings.transfers_per_second
        yield f"At {pace:g} a second they take {say.span(there.waiting / pace)}."
        return
    yield "What a worker has in hand is finished. Everything else stays in the queues."
    yield f"It is safe until {say.when(there.safe_until(time.time()))}: then the oldest request would be too old for the queue."
    yield "Requests whose own expiresAt passes meanwhile will fail as RequestExpired."
