"""Sweep: every contact that waits in a queue, moved as one batch."""

from __future__ import annotations

from transfers_cli import say
from transfers_cli.errors import Exit, Stop
from transfers_cli.sweep.place import chosen_instance
from transfers_cli.sweep.planning import SweepPlan, plan_sweep
from transfers_cli.sweep.wanted import Wanted
from transfers_cli.web.asking import Answer, Asked, View, options
from transfers_cli.web.console import Console
from transfers_cli.web.pages.confirming import shown
from transfers_cli.web.proposals import Done, Proposal

#: Contacts that are listed.
MOST = 100
_TEXTS = ("from_queue", "flow", "to_queue", "to_user", "older_than", "channel", "reason")


def page(console: Console, asked: Asked) -> View:
    """The form."""
    del asked
    settings = console.found.settings
    instances, channels = settings.instance_arns, sorted(settings.allowed_channels)
    return View("sweep.html", {"instances": instances, "channels": channels}, ["sweep", "--help"])


def propose(console: Console, asked: Asked) -> Answer:
    """Search, and show what was found."""
    texts = {name: asked.text(name) for name in _TEXTS}
    wanted = Wanted(
        from_queue=_required(texts["from_queue"], "The queue to sweep"),
        flow=_required(texts["flow"], "The flow"),
        to_queue=texts["to_queue"],
        to_user=texts["to_user"],
        older_than=texts["older_than"] or "0m",
        limit=_number(asked.text("limit")),
        channel=texts["channel"],
        urgent=asked.flag("urgent"),
        reason=texts["reason"],
    )
    instance = asked.text("instance")
    plan = plan_sweep(console.found, wanted.order(console.found, chosen_instance(console.found, instance)))
    number = len(plan.good)
    line = options(**texts, limit=asked.text("limit"), urgent=wanted.urgent, instance=instance)
    values = {"plan": plan, "contacts": plan.contacts[:MOST]}
    title = f"Move {say.count(number, 'contact')}"
    proposal = Proposal(
        title, f"move {number}", lambda: _started(console, plan), "sweep_plan.html", values, ["sweep", *line]
    )
    return shown(console.proposals.add(proposal))


def _started(console: Console, plan: SweepPlan) -> Done:
    sent, batch_id = plan.send(console.found), plan.order.batch_id
    console.remember_batch(batch_id)
    console.look_again()
    title = f"{len(sent.ids)} of {len(plan.contacts)} sent as batch {batch_id}."
    whole = len(sent.ids) == len(plan.contacts)
    return Done(title, sorted(set(sent.refused.values())), whole, (("Batches", "/batches"), ("Now", "/")))


def _required(text: str | None, what: str) -> str:
    if text is None:
        raise Stop(f"{what} is missing.", Exit.USAGE)
    return text


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and int(text)):
        raise Stop(f"The limit {text} is no number of contacts.", Exit.USAGE)
    return int(text)
