"""The confirmation of a change: its word is typed, and it is carried out once."""

from __future__ import annotations

from transfers_cli.web.asking import Answer, Asked, View
from transfers_cli.web.console import Console
from transfers_cli.web.proposals import Proposal


def shown(proposal: Proposal, problem: str | None = None) -> View:
    """What the proposal would do, and where its word is typed. ``problem``: why it was not carried out yet."""
    values = {"proposal": proposal, "problem": problem, **proposal.values}
    return View(proposal.template, values, proposal.command, status=200 if problem is None else 400)


def confirm(console: Console, asked: Asked) -> Answer:
    """Carry out a proposal whose word was typed."""
    proposal = console.proposals.get(asked.params["key"])
    if proposal is not None and asked.text("word") != proposal.word:
        return shown(proposal, f"Nothing was changed. Type “{proposal.word}” to confirm.")
    proposal = console.proposals.take(asked.params["key"])
    if proposal is None:
        message = "This change has been carried out already, or was proposed too long ago. Look, and propose it again."
        return View("problem.html", {"message": message, "http_status": 409}, status=409)
    done = proposal.carry_out()
    return View("done.html", {"done": done}, proposal.command)
