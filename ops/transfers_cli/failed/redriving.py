"""A redrive from beginning to end: plan it while everything is visible again, then carry it out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from transfers_cli import say
from transfers_cli.deployment import Deployment
from transfers_cli.failed.looking import Looking
from transfers_cli.failed.moving import Moved, Mover
from transfers_cli.failed.parked import Choice, Parked
from transfers_cli.failed.prospect import Forecast, Prospect, prospects
from transfers_cli.failed.showing import Prospects
from transfers_cli.failed.source import CONFIRMATION, Source
from transfers_cli.ledger import LedgerReader
from transfers_cli.look import Looker
from transfers_cli.progress import counting, stopping

_HOPEFUL = frozenset({Prospect.READY, Prospect.FIXED, Prospect.LOOK_FIRST})
_EVENT = Forecast(Prospect.READY, "The confirmation function takes it again.")
_PASSED = "Connect was asked: nothing speaks against it."
_LOOK_FIRST = "Connect shows the contact as active; it may have been transferred all the same: look at the contact."


@dataclass(frozen=True)
class Plan:
    """What a redrive or a drop would do.

    ``messages``: all that fit the choice. ``chosen``: those with a prospect that the caller chose to send or drop. ``asked``: of how
    many Connect was asked; None when it was not.
    """

    source: Source
    messages: Sequence[Parked]
    judged: Prospects
    chosen: Sequence[Parked]
    looking: Looking
    asked: int | None = None


def judge(source: Source, messages: Sequence[Parked]) -> Prospects:
    """What sending the messages again would bring, as far as settings and ledger tell."""
    if source.output == CONFIRMATION:
        return {message.message_id: (_EVENT, None) for message in messages}
    found = source.found
    return prospects(LedgerReader(found), found.settings, messages, time.time())


def plan(
    source: Source, choice: Choice, sending: frozenset[Prospect], *, hold: int | None = None, check: bool = False
) -> Plan:
    """Look, give everything back, and judge: nobody is kept from the messages while somebody thinks.

    ``hold``: as ``Looking`` has it. ``check``: ask Connect, too.
    """
    with source.look(hold) as looking, counting("looking", looking.total) as progress:
        messages = [message for message in looking.look(progress.reached) if message in choice]
        judged = judge(source, messages)
    asked = _ask_connect(source.found, judged) if check else None
    chosen = [message for message in messages if judged[message.message_id][0].prospect in sending]
    return Plan(source, messages, judged, chosen, looking, asked)


def _ask_connect(found: Deployment, judged: Prospects) -> int:
    """Replace the forecasts that Connect can improve; return how many contacts it was asked about."""
    looker = Looker(found.aws("connect"), found.settings)
    asked = [(key, request) for key, (forecast, request) in judged.items() if request and forecast.prospect in _HOPEFUL]
    with counting("asking Connect", len(asked)) as progress:
        for key, request in asked:
            judged[key] = (_checked(looker.problem(request), judged[key][0]), request)
            progress.advanced(1)
    return len(asked)


def _checked(problem: str | None, forecast: Forecast) -> Forecast:
    if problem is not None:
        return Forecast(Prospect.HOPELESS, problem)
    if forecast.prospect is Prospect.LOOK_FIRST:
        return Forecast(Prospect.LOOK_FIRST, _LOOK_FIRST)
    return Forecast(Prospect.READY, _PASSED)


def carry_out(planned: Plan, looking: Looking, rate: float | None) -> Moved:
    """Take the chosen messages again, let the others go, and move them. Ctrl-C ends it between two batches."""
    wanted = frozenset(message.message_id for message in planned.chosen)
    source = planned.source
    with looking, stopping() as stop:
        with counting("taking", looking.total) as progress:
            taken = [m for m in looking.look(progress.reached, wanted) if m.message_id in wanted]
        others = [message for message in looking.seen if message.message_id not in wanted]
        looking.give_back(others)
        with counting("sending", len(taken)) as progress:
            mover = Mover(source.found.aws("sqs"), source.url, source.target_of, rate, stop)
            moved = mover.move(looking, taken, progress.advanced)
    there = {message.message_id for message in taken}
    moved.taken += [message_id for message_id in wanted if message_id not in there]
    return moved


def _as_dict(planned: Plan, moved: Moved | None) -> dict[str, Any]:
    outlook = [
        {"messageId": m.message_id, "failureCode": m.code, "prospect": v.prospect, "why": v.why}
        for m in planned.messages
        for v in [planned.judged[m.message_id][0]]
    ]
    return {
        **planned.source.found.place,
        "chosen": len(planned.chosen),
        "left": len(planned.messages) - len(planned.chosen),
        "messages": outlook,
        "moved": None if moved is None else moved.__dict__,
    }


def tell(planned: Plan, moved: Moved | None, *, as_json: bool) -> None:
    """The result, for a person or a script; ``moved`` is None for a dry run."""
    left = len(planned.messages) - len(planned.chosen)
    if as_json:
        say.as_json(_as_dict(planned, moved))
        return
    if moved is None:
        say.result(f"{len(planned.chosen)} would be sent again, {left} left; nothing was changed.")
        return
    first, *others = sentences(planned, moved)
    say.result(first)
    for sentence in others:
        say.note(sentence, style="yellow")


def sentences(planned: Plan, moved: Moved) -> list[str]:
    """What became of a redrive, for a person: the result, and what was not as it should be."""
    left = len(planned.messages) - len(planned.chosen)
    lines = [f"{len(moved.sent)} of {len(planned.chosen)} sent again; {left} left where they are."]
    lines += [f"The queue refused some: {why}" for why in sorted(set(moved.refused.values()))]
    if moved.taken:
        lines.append(f"{len(moved.taken)} were in somebody else's hands, or had been dealt with.")
    if moved.undeleted:
        many = len(moved.undeleted)
        lines.append(f"{many} were sent but not deleted: they are in both queues, and will be recognised.")
    if len(moved.sent) + len(moved.taken) + len(moved.refused) < len(planned.chosen):
        lines.append("It was interrupted; what was not sent is where it was. Say it again to go on.")
    return lines
