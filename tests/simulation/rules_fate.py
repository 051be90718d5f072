"""Rules on what becomes of messages and what is announced: a, g and h."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from local.virtual import Message
from tests.simulation import rules_names
from tests.simulation.case import FAILED, Case
from tests.simulation.evidence import Wanted
from tests.simulation.mail import NOBODYS
from tests.simulation.scenario import RECEIVES


def lost(case: Case) -> Iterator[str]:
    """A message was deleted, or ran out, before its outcome was safe."""
    for message in case.evidence.messages:
        wanted = case.evidence.of_message[message.id]
        if wanted.number == NOBODYS:
            yield f"{message.id} was sent, and it is no producer's"
        if message.expired is not None:
            yield f"{message.id} outlived the queue's retention"
        elif message.moved is not None and not _spent(case, message):
            yield f"{message.id} was moved to the dead-letter queue after {message.receives} receives, without a reason"
        elif message.deleted is not None and not _safe(case, message, wanted, message.deleted):
            yield f"{message.id} of request {wanted.number} was deleted {_at(case, message.deleted)}, neither announced nor parked"


def _spent(case: Case, message: Message) -> bool:
    """Whether a queue with few receives moved it after all of them: then nobody has said why (documented)."""
    most = case.evidence.scenario.maximum_receives
    return most < RECEIVES and message.receives >= most


def _at(case: Case, moment: float) -> str:
    return f"at {moment - case.evidence.began:.1f} s"


def _safe(case: Case, message: Message, wanted: Wanted, by: float) -> bool:
    if wanted.number == NOBODYS:
        return False
    if case.fates.is_over(message, wanted, by):
        return True
    if any(event.time <= by for event in case.successes.get(wanted.number, ())):
        return True
    name = case.fates.original(message)
    failures = case.failures.get(wanted.number, ())
    return any(event.time <= by and event.detail.get("originalMessageId") == name for event in failures) and any(
        verdict.time <= by and verdict.original == name for verdict in case.verdicts_of.get(wanted.number, ())
    )


def forgotten(case: Case) -> Iterator[str]:
    """A transfer that was not announced, or a success whose request is said to have failed in the end."""
    for wanted in case.evidence.wanted:
        for record in case.made_by(wanted):
            if not _over(wanted) or record.old in case.deadly:
                continue
            successes = case.successes.get(wanted.number, ())
            if not successes and not case.is_unknown(wanted) and not _by_the_queue(case, wanted, record.time):
                yield f"request {wanted.number} transferred {record.old} to {record.new} {_at(case, record.time)}, and no event says so"


def one_end(case: Case) -> Iterator[str]:
    """A message has two different ends: a code, a skip or a cancellation, or a success that is its own."""
    ends: dict[str, set[str]] = defaultdict(set)
    for verdict in case.verdicts:
        ends[verdict.original].add(verdict.code)
    for event in case.evidence.events:
        if event.detail_type == FAILED:
            ends[str(event.detail.get("originalMessageId"))].add(str(event.detail.get("failureCode")))
    for dropped in case.dropped:
        ends[dropped.original].add(dropped.code)
    for message, codes in ends.items():
        wanted = case.evidence.of_message.get(message)
        if len(codes) > 1:
            yield f"{message} has failed as {' and as '.join(sorted(codes))}"
        elif wanted is not None and _also_transferred(case, message, wanted):
            yield f"{message} of request {wanted.number} has failed as {min(codes)} and was transferred"


def _also_transferred(case: Case, message: str, wanted: Wanted) -> bool:
    """Whether a success of the request can have been announced by no message but this one."""
    same = [one for one in case.evidence.wanted if one.tokens.keys() & wanted.tokens.keys()]
    others = [copy for one in same for copy in one.messages if case.fates.original(copy) != message]
    successes = [event for one in same for event in case.successes.get(one.number, ())]
    return any(not any(_may_tell(case, other, event.time) for other in others) for event in successes)


def _may_tell(case: Case, message: Message, at: float) -> bool:
    late = max((fault.seconds for fault in case.evidence.scenario.faults), default=0.0)
    return any(
        run.began <= at <= (run.over or run.ended or at) + late + 1.0 for run in case.runs_of.get(message.id, ())
    )


def _by_the_queue(case: Case, wanted: Wanted, made: float) -> bool:
    """Whether the queue itself ended the messages of then, and nobody sent them back while the ledger had to remember."""
    until = made + rules_names.remembered(case)
    asked = [message for message in wanted.messages if message.sent < until]
    return bool(asked) and all(message.moved is not None for message in asked)


def _over(wanted: Wanted) -> bool:
    """Whether all its messages have come to an end; what is still queued, or was moved unanswered, may still be reported."""
    return all(message.gone for message in wanted.messages) and not rules_names.unanswered(wanted)


def settled(case: Case) -> Iterator[str]:
    """Something is still going on long after the faults have stopped."""
    if case.evidence.left:
        waiting = [message for message in case.evidence.messages if not message.gone]
        hours = (case.evidence.ended - case.evidence.quiet) / 3600
        shown = ", ".join(
            f"{one.id} (request {case.evidence.of_message[one.id].number}, {one.receives} receives)"
            for one in waiting[:3]
        )
        yield f"{case.evidence.left} messages are still queued {hours:.1f} h after the faults: {shown}"
