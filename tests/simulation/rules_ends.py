"""Rules on messages that nothing hinders: at once where it is certain that they fail (c), and whatever is in their batch (f)."""

from __future__ import annotations

from collections.abc import Iterator

from local.virtual import Invocation, Kind, Message
from tests.simulation import rules_brake
from tests.simulation.case import SKEW, Case
from tests.simulation.evidence import Wanted
from tests.simulation.unhindered import Unhindered

#: Seconds from the end of an invocation until the messages that it did not name are deleted, and some.
_DELETED_WITHIN = 0.05
#: Not certain: it depends on what became of another request.
_DEPENDS = "IdempotencyMismatch"
#: A contact that Connect does not know may not show yet: only so long after its message was sent is that an outcome.
_NOT_YET, _SHOWS_WITHIN = frozenset({"ContactNotFound"}), 60.0 + SKEW


def first(case: Case) -> Iterator[str]:
    """What can never be carried out came back after a receive in which everything worked."""
    unhindered = Unhindered(case)
    for message in case.evidence.messages:
        wanted = case.evidence.of_message[message.id]
        if wanted.request.static and not _by_policy(wanted):
            runs = [run for run in case.runs_of.get(message.id, ()) if run.how == "completed" and not run.disturbed][:1]
        else:
            runs = [run for run in unhindered.runs(message) if _doomed(case, wanted, run)]
        for run in runs:
            if not _ended(case, message, wanted, run) and not rules_brake.may_wait(case, wanted, run):
                yield f"{message.id} of request {wanted.number} was not parked by invocation {run.number}, in which nothing was wrong"


def _by_policy(wanted: Wanted) -> bool:
    """Whether only the deployment's settings refuse it: it may have been begun under others, so its contact must be free first."""
    return any(name == "route" for name, _ in wanted.request.extra)


def _doomed(case: Case, wanted: Wanted, run: Invocation) -> bool:
    """Whether nothing but a failure, or the answer of a transfer made before, could come of the request any more."""
    if _may_not_show(wanted, run):
        return False
    if wanted.request.codes and _DEPENDS not in wanted.request.codes:
        return True
    return case.evidence.ended_contacts.get(wanted.target.contact, float("inf")) < run.began


def _may_not_show(wanted: Wanted, run: Invocation) -> bool:
    """Whether the request's contact is not known to Connect, and that may pass."""
    sent = [message.sent for message in wanted.messages if message in run.messages]
    return bool(wanted.request.codes & _NOT_YET) and run.began <= min(sent, default=0.0) + _SHOWS_WITHIN


def _ended(case: Case, message: Message, wanted: Wanted, run: Invocation) -> bool:
    """Whether the run, or one before it, brought the message to its end."""
    name = case.fates.original(message)
    if any(one.original == name and one.time <= run.ended for one in case.verdicts_of.get(wanted.number, ())):
        return True
    if case.fates.is_over(message, wanted, run.ended):
        return True
    return any(event.time <= run.ended for event in case.successes.get(wanted.number, ()))


def mates(case: Case) -> Iterator[str]:
    """Something in a message broke its batch, or its mates did not end as they would have alone."""
    unhindered = Unhindered(case)
    for invocation in case.evidence.invocations:
        if invocation.how == "raised":
            yield f"invocation {invocation.number} raised {invocation.error}"
        if invocation.flaw:
            yield f"invocation {invocation.number}: {invocation.flaw}"
    for message in case.evidence.messages:
        wanted = case.evidence.of_message[message.id]
        begin = f"{message.id} of request {wanted.number}, one of"
        for run in unhindered.runs(message):
            if _may_not_show(wanted, run) or rules_brake.may_wait(case, wanted, run):
                continue
            if len(run.messages) > 1 and not _doomed(case, wanted, run) and not _ended(case, message, wanted, run):
                yield f"{begin} {len(run.messages)} in invocation {run.number}, came to no end, and nothing was wrong"
        for run in case.runs_of.get(message.id, ()):
            if (
                unhindered.alone(wanted, run)
                and _announced_in(case, message, wanted, run)
                and not _left(case, message, run)
            ):
                yield f"{begin} {len(run.messages)} in invocation {run.number}, came back although its outcome was out"


def _announced_in(case: Case, message: Message, wanted: Wanted, run: Invocation) -> bool:
    name = case.fates.original(message)
    parked = (one.time for one in case.verdicts_of.get(wanted.number, ()) if one.original == name)
    announced = (event.time for event in case.successes.get(wanted.number, ()))
    dropped = (time for time, _ in case.fates.dropped.get(name, ()))
    return any(run.began <= time <= run.ended for times in (parked, announced, dropped) for time in times)


def _left(case: Case, message: Message, run: Invocation) -> bool:
    """Whether the message left the queue with the run, unless the queue itself may have kept it."""
    if message.over is not None and message.over <= run.ended + _DELETED_WITHIN:
        return True
    at = run.ended - case.evidence.began
    faults = (fault for fault in case.evidence.scenario.faults if fault.kind is Kind.LOST_DELETE)
    return any(fault.begins <= at < fault.ends for fault in faults)
