"""Rules on names (b, c): one name transfers once for as long as the ledger remembers, and is bound for as long as its request stands.

A name is bound by a request that is transferred, under way or in doubt. One that has failed binds nothing: its name may be sent again
with other parameters. What counts is what became of the messages and what Connect did.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator
from itertools import pairwise

from tests.simulation.case import KILLS, SKEW, Case
from tests.simulation.evidence import Wanted
from tests.simulation.verdict import Verdict

_DAY = 86_400.0


def twice(case: Case) -> Iterator[str]:
    """A name has transferred again while it had to be remembered."""
    by_name: dict[Hashable, dict[int, float]] = defaultdict(dict)
    for wanted in case.evidence.wanted:
        if wanted.request.request_id is not None or wanted.request.follow:
            by_name[wanted.identity].update((record.number, record.time) for record in case.made_by(wanted))
    for name, made in by_name.items():
        times = sorted(made.values())
        if any(later - before < remembered(case) for before, later in pairwise(times)):
            yield f"request {name} has transferred {len(made)} times"


def remembered(case: Case) -> float:
    """Seconds for which the ledger remembers a transfer, at least; without end where nothing that has expired is deleted."""
    if case.evidence.scenario.expired_stay is None:
        return float("inf")
    return float(case.evidence.settings["ledger_days"]) * _DAY - SKEW


def bound(case: Case, verdict: Verdict, wanted: Wanted) -> bool:
    """Whether another request had the name when this message was refused; whichever of its deliveries tells of it, the outcome is one."""
    name = wanted.request.request_id
    if name is None:
        return False
    began = min((run.began for run in case.fates.runs_for(verdict.original)), default=0.0)
    others = (one for one in case.evidence.wanted if one.request.request_id == name and one.target != wanted.target)
    return any(_binds(case, other, began, verdict.decided) for other in others)


def _binds(case: Case, wanted: Wanted, since: float, until: float) -> bool:
    if wanted.request.static:
        return False
    if any(record.time <= until for record in case.made_by(wanted)):
        return True
    if any(event.time <= until for event in case.successes.get(wanted.number, ())):
        return True  # by somebody else's transfer that could not be distinguished from its own
    if any(one.decided <= until and _doubtful(one) for one in case.verdicts_of.get(wanted.number, ())):
        return True
    return any(
        run.began <= until
        and (
            message.over is None
            or message.moved is not None  # nobody has said that it failed
            or message.over >= since
        )
        for message in wanted.messages
        for run in case.runs_of.get(message.id, ())
    )


def _doubtful(verdict: Verdict) -> bool:
    """Whether a failure leaves it open what the last call did."""
    return verdict.code == "OutcomeUnknown" or KILLS in verdict.text


def unanswered(wanted: Wanted) -> bool:
    """Whether a message of the request was moved to the dead-letter queue by the queue itself, and none has been answered since."""
    moved = [message.moved for message in wanted.messages if message.moved is not None]
    return bool(moved) and not any((message.deleted or 0.0) > max(moved) for message in wanted.messages)
