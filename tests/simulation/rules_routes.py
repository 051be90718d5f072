"""Rules on routes (b, c): how often one may move a tree of contacts, and whether it was true that it had done so.

A tree is all contacts with one initial contact, as Connect has it. What counts against a route's limit is what Connect did
and what became of the messages; nobody asks the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tests.simulation.case import Case
from tests.simulation.evidence import Wanted
from tests.simulation.verdict import Verdict

_DOUBTFUL = "OutcomeUnknown"


def limit(case: Case) -> Iterator[str]:
    """A route moved a tree once more, when it had moved it as often as it may, or may have."""
    for (tree, route), asked in case.routed.items():
        most = case.evidence.settings["routes"][route]
        for wanted in asked:
            for record in case.made_by(wanted):
                others = sum(_may_have(case, other, record.time) for other in asked if other is not wanted)
                if others >= most:
                    at = record.time - case.evidence.began
                    yield f"route {route} moved {record.old} of tree {tree} at {at:.1f} s; {others} had or may have before, of {most}"


def reached(case: Case, verdict: Verdict, wanted: Wanted) -> bool:
    """Whether others had used up the route of the request when it was said so: they had moved the tree, or still might."""
    if wanted.request.route is None:
        return False
    asked = case.routed[case.tree(wanted), wanted.request.route]
    others = [other for other in asked if other is not wanted]
    most = int(case.evidence.settings["routes"][wanted.request.route])
    return any(_used(case, others, since, until) >= most for since, until in case.deciding(verdict))


def _used(case: Case, others: Iterable[Wanted], since: float, until: float) -> int:
    """How many of them had, or may have had, a permit at some time between."""
    return sum(_moved(case, one, until) or _under_way(case, one, since, until) for one in others)


def _may_have(case: Case, wanted: Wanted, by: float) -> bool:
    """Whether the request had moved its contact by then, or had called for it and ended so that nobody knows."""
    target = wanted.target
    runs = [run.began for message in wanted.messages for run in case.runs_of.get(message.id, ())]
    asked = (target.queue, target.user)
    # what is called for a contact that has ended transfers nothing; its own transfer ends it, at that very moment
    ends = {one: case.evidence.ended_contacts.get(one, float("inf")) for one in case.line(wanted)}
    return _moved(case, wanted, by) and any(
        call.operation == "TransferContact"
        and min(runs, default=by) <= call.time < by
        and call.time <= ends[contact]
        and (call.ids.get("QueueId"), call.ids.get("UserId")) == asked
        and (call.applied or call.delivered != "answer" or call.status >= 500)
        for contact in ends
        for call in case.calls.get(contact, ())
    )


def _moved(case: Case, wanted: Wanted, by: float) -> bool:
    """Whether the request had moved its contact by then, or had ended so that nobody knows."""
    if any(record.time < by for record in case.made_by(wanted)):
        return True
    if any(event.time < by for event in case.successes.get(wanted.number, ())):
        return True  # also by somebody else's transfer that could not be distinguished from its own
    earlier = [verdict for verdict in case.verdicts_of.get(wanted.number, ()) if verdict.time < by]
    return bool(earlier) and earlier[-1].code == _DOUBTFUL


def _under_way(case: Case, wanted: Wanted, since: float, until: float) -> bool:
    """Whether work on the request had begun, and its message was not yet done, at some time between."""
    return any(
        run.began <= until and (message.over is None or message.moved is not None or message.over >= since)
        for message in wanted.messages
        for run in case.runs_of.get(message.id, ())
    )
