"""Calling off a request or a batch."""

from __future__ import annotations

from transfers_cli import say
from transfers_cli.cancel.carrying_out import carry_out
from transfers_cli.cancel.wanted import Wanted, read_wanted
from transfers_cli.web.asking import Answer, Asked, options
from transfers_cli.web.console import Console
from transfers_cli.web.pages.confirming import shown
from transfers_cli.web.proposals import Done, Proposal


def propose(console: Console, asked: Asked) -> Answer:
    """Say what would be cancelled, and what stays as it is."""
    named = {name: asked.text(name) for name in ("instance", "request_id", "batch_id")}
    wanted = read_wanted(
        console.found, instance=named["instance"], request_id=named["request_id"], batch_id=named["batch_id"]
    )
    sentences = [
        "It ends what is queued or scheduled, and what arrives within seven days from now.",
        "What is transferred, under way or in doubt stays as it is.",
        *([note] if (note := wanted.note()) else []),
    ]
    progress = wanted.progress()
    values = {"sentences": sentences, "facts": progress.facts() if progress else {}}
    command = ["cancel", *options(**named)]
    title = f"Cancel {wanted.what}"
    proposal = Proposal(title, "cancel", lambda: _cancelled(console, wanted), "sentences.html", values, command)
    return shown(console.proposals.add(proposal))


def _cancelled(console: Console, wanted: Wanted) -> Done:
    done = carry_out(console.found, wanted.cancellation)
    console.look_again()
    batch_id = wanted.cancellation.batch_id
    see = (("Batches", "/batches"),) if batch_id else (("Requests", "/request"),)
    if done.is_read:
        ended = [f"{say.count(done.schedules, 'schedule')} deleted."] if done.schedules else []
        return Done(f"{wanted.what} is cancelled.", [*ended, "What had happened before stays as it is."], see=see)
    before = f"The cancellation is sent; {say.count(done.before, 'message')} may be read before it."
    return Done(before, ["Nothing scheduled was touched yet. Cancel again to see it through."], is_whole=False, see=see)
