"""A redrive from beginning to end: plan it while everything is visible again, then carry it out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from transfers_cli import say
from transfers_cli.deployment import Deployment
from transfers_cli.failed.looking import Looking
from transfers_cli.failed.moving import Moved, Mover
from transfers_cli.failed.parked import Choice, Parked
from transfers_cli.failed.showing import Prospects
from transfers_cli.failed.verdict import Prospect, Verdict, prospects
from transfers_cli.look import Looker
from transfers_cli.progress import counting, stopping


@dataclass(frozen=True)
class Plan:
    """``messages``: all that fit the choice. ``chosen``: those with a prospect that is to be sent, or dropped."""

    messages: Sequence[Parked]
    judged: Prospects
    chosen: Sequence[Parked]
    looking: Looking


def plan(found: Deployment, looking: Looking, choice: Choice, sending: frozenset[Prospect], *, check: bool) -> Plan:
    """Look, give everything back, and judge: nobody is kept from the messages while somebody thinks."""
    with looking, counting("looking", looking.total) as progress:
        messages = [message for message in looking.look(progress.reached) if message in choice]
        judged = dict(prospects(found.aws("dynamodb"), found.settings, messages, time.time()))
    if check:
        _ask_connect(found, judged)
    return Plan(messages, judged, [m for m in messages if judged[m.message_id][0].prospect in sending], looking)


def _ask_connect(found: Deployment, judged: Prospects) -> None:
    looker = Looker(found.aws("connect"), found.settings)
    hopeful = (Prospect.READY, Prospect.MENDED, Prospect.LOOK_FIRST)
    asked = [key for key, (verdict, request) in judged.items() if request and verdict.prospect in hopeful]
    with counting("asking Connect", len(asked)) as progress:
        for key in asked:
            request = judged[key][1]
            if request is not None and (problem := looker.problem(request)):
                judged[key] = (Verdict(Prospect.HOPELESS, problem), request)
            progress.advanced(1)


def carry_out(found: Deployment, planned: Plan, looking: Looking, rate: float | None) -> Moved:
    """Take the chosen messages again, let the others go, and move them. Ctrl-C ends it between two batches."""
    wanted = frozenset(message.message_id for message in planned.chosen)
    with looking, stopping() as stop:
        with counting("taking", looking.total) as progress:
            taken = [m for m in looking.look(progress.reached, wanted) if m.message_id in wanted]
        others = [message for message in looking.seen if message.message_id not in wanted]
        looking.give_back(others)
        queues = (found.output("DeadLetterQueueUrl"), found.output("TransferQueueUrl"))
        with counting("sending", len(taken)) as progress:
            moved = Mover(found.aws("sqs"), *queues, rate, stop).move(looking, taken, progress.advanced)
    there = {message.message_id for message in taken}
    moved.taken += [message_id for message_id in wanted if message_id not in there]
    return moved


def tell(found: Deployment, planned: Plan, moved: Moved | None, *, as_json: bool) -> None:
    """The result, for a person or a script; ``moved`` is None for a dry run."""
    left = len(planned.messages) - len(planned.chosen)
    if as_json:
        outlook = [
            {"messageId": m.message_id, "failureCode": m.code, "prospect": v.prospect, "why": v.why}
            for m in planned.messages
            for v in [planned.judged[m.message_id][0]]
        ]
        sent = None if moved is None else moved.__dict__
        say.as_json({**found.place, "chosen": len(planned.chosen), "left": left, "messages": outlook, "moved": sent})
        return
    if moved is None:
        say.result(f"{len(planned.chosen)} would be sent again, {left} left; nothing was changed.")
        return
    say.result(f"{len(moved.sent)} of {len(planned.chosen)} sent again; {left} left where they are.")
    for why in sorted(set(moved.refused.values())):
        say.note(f"the transfer queue refused some: {why}", style="red")
    if moved.taken:
        say.note(f"{len(moved.taken)} were in somebody else's hands, or had been dealt with.", style="yellow")
    if moved.undeleted:
        say.note(
            f"{len(moved.undeleted)} were sent but not deleted: they are in both queues, and will be recognised.",
            style="yellow",
        )
    if len(moved.sent) + len(moved.taken) + len(moved.refused) < len(planned.chosen):
        say.note("It was interrupted; what was not sent is where it was. Say it again to go on.", style="yellow")
