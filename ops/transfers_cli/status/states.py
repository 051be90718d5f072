"""The state of a request, from the ledger's values alone: pure, no AWS, no clock of its own."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from contact_transfer.connect.connect_clock import UNMEASURED_MARGIN_SECONDS
from contact_transfer.ledger.records import Contact, EndKind, EndRecord, RequestRecord
from contact_transfer.request import identity
from contact_transfer.request.timestamps import instant
from transfers_cli import say


class State(StrEnum):
    """What a request has come to. The words are part of the JSON."""

    TRANSFERRED = "transferred"
    TRANSFERRED_BY_OTHER = "transferredByOther"  # another request transferred the contact; this one has no end yet
    FAILED = "failed"
    SKIPPED = "skipped"  # a condition of the request did not hold
    CANCELLED = "cancelled"
    IN_DOUBT = "inDoubt"  # an answer of Connect was lost, and what happened is not known yet
    UNDER_WAY = "underWay"  # a worker has it now
    DEFERRED = "deferred"  # a transient error, or another request's turn; its message comes back
    SCHEDULED = "scheduled"  # EventBridge Scheduler holds it until it is due
    NOT_SEEN = "notSeen"  # the worker has not begun it: it waits in the queue, or was never sent


@dataclass(frozen=True)
class RequestState:
    """A state, and one sentence that says the same to a person."""

    state: State
    sentence: str


def first_tried(record: RequestRecord) -> float | None:
    """When work on the request began, in epoch seconds; None if it has not.

    The ledger keeps the earliest moment that is possible, which allows for clocks that are apart. So it may lie before the moment at
    which the request was asked for, and then that moment is the answer.
    """
    asked = instant(str(record.asked.get("askedAt") or "")) or 0.0
    is_within_the_margin = record.first_at < asked <= record.first_at + UNMEASURED_MARGIN_SECONDS
    return (asked if is_within_the_margin else record.first_at) or None


def state_of(contact: Contact, request: str, now: float) -> RequestState:
    """The state of one request for a contact.

    Args:
        contact: what the ledger knows.
        request: the request's key in the ledger.
        now: epoch seconds.
    """
    record = contact.requests.get(request)
    if done := contact.done(request):
        return RequestState(
            State.TRANSFERRED, f"transferred to {done.new_contact_id or 'a contact that Connect did not name'}"
        )
    if _is_in_doubt(contact, request, now):
        return RequestState(
            State.IN_DOUBT, "in doubt: an answer of Connect was lost; the worker finds out what happened"
        )
    if record is not None and record.ended is not None:
        return _ended(record.ended)
    if contact.transfer is not None and (record is None or record.moved_contact_id is None):
        to = contact.transfer.new_contact_id or "another contact"
        sentence = f"not carried out: request {contact.transfer.name} transferred the contact to {to}"
        return RequestState(State.TRANSFERRED_BY_OTHER, sentence)
    if record is None:
        return RequestState(State.NOT_SEEN, "not seen yet: the worker has not begun it")
    return _unfinished(contact, request, record, now)


def _ended(end: EndRecord) -> RequestState:
    tried = f", begun {say.times(end.attempts)}" if end.attempts else ""
    state = {str(EndKind.SKIPPED): State.SKIPPED, str(EndKind.CANCELLED): State.CANCELLED}.get(end.kind, State.FAILED)
    code = f": {end.code}" if end.code else ""
    return RequestState(state, f"{state}{code} at {say.when(end.at)}{tried}. {end.message}")


def _unfinished(contact: Contact, request: str, record: RequestRecord, now: float) -> RequestState:
    lease = contact.lease
    if lease is not None and lease.request == request and lease.until > now:
        return RequestState(State.UNDER_WAY, f"under way: a worker has it, until {say.when(lease.until)} at the latest")
    error = record.last_error
    if error is None:
        return RequestState(State.DEFERRED, "deferred: its message comes back to the worker; no error is recorded")
    again = f"next try at {say.when(error.retry_at)}" if error.retry_at > now else "the next try is due"
    detail = f" ({error.detail})" if error.detail else ""
    return RequestState(State.DEFERRED, f"deferred: {error.cause}{detail} at {say.when(error.at)}; {again}")


def _is_in_doubt(contact: Contact, request: str, now: float) -> bool:
    """Whether a call of the request may have taken effect; a lease that ran out under a call counts as one."""
    if contact.attempt is not None and contact.attempt.request == request:
        return True
    lease = contact.lease
    return lease is not None and lease.request == request and lease.calls and lease.until <= now


def key_of(contact: Contact, name: str) -> str:
    """Return the key under which the contact's document has the request of that name; the name itself if it has none."""
    return next((key for key in contact.requests if identity.name_of(key) == name), name)


def is_failure(end: EndRecord) -> bool:
    """Whether the end is a failure, which has a message in the dead-letter queue. One of a kind that only a newer version knows counts."""
    return end.kind not in (EndKind.SKIPPED, EndKind.CANCELLED)


def failure_of(record: RequestRecord) -> EndRecord | None:
    """The failure that the request has come to."""
    return record.ended if record.ended is not None and is_failure(record.ended) else None
