"""What may happen to a contact's document: pure functions from the document to the one to write, and the answer.

Each takes the ``Contact`` that was seen last and answers the one to write (None: nothing) together with what it found. Nothing here
knows of AWS, of a clock or of chance, so the same inputs always give the same answer, and a change that is applied a second time
(its answer was lost, and the SDK sent it again) changes nothing: it recognises itself by owner, turn and message.

What holds whatever happens: a running lease is taken by nobody, ``turn`` never falls, the transferring request never changes, and an
attempt disappears only by a transfer, by its own request's end without doubt or its choice of a successor, or by a release that
says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from contact_transfer.ledger.acquisition import (
    Acquisition,
    AlreadyTransferred,
    Claim,
    LeaseAcquired,
    LeaseHeld,
    RecordedEnd,
    TooManyRequests,
)
from contact_transfer.ledger.forgetting import count_under_way, pruned
from contact_transfer.ledger.records import (
    Call,
    Contact,
    EndRecord,
    Lease,
    Look,
    RequestRecord,
    Transfer,
    TransientError,
)
from contact_transfer.transfer.clock import Now

#: Requests under way for one contact, at most; further ones wait. Each takes some 500 bytes of the document's 64 KB.
MAXIMUM_UNDER_WAY = 50


@dataclass(frozen=True)
class Release:
    """How a lease is given back.

    ``settled``: the attempt of before turned out to have done nothing. ``call``: one that was made now, and is in doubt. ``error``: why
    the request is deferred, where that is a failure. ``unfinished``, ``confirmed``: what the next lease must think of earlier ones.
    ``look``: how far the contact's tree has been read, if its end has not been reached.
    """

    settled: bool = False
    call: Call | None = None
    error: TransientError | None = None
    unfinished: int = 0
    confirmed: int = 0
    look: Look | None = None


def acquire(contact: Contact | None, claim: Claim, now: Now) -> tuple[Contact | None, Acquisition]:
    """Take the lease, unless the request or its message has come to its end, or the contact is in other hands."""
    contact = contact or Contact()
    if contact.lease is not None and contact.lease.owner == claim.owner:
        return None, LeaseAcquired(contact.lease, contact)
    end = contact.ends.get(claim.message_id)
    if end is not None and end.request == claim.request:
        return None, RecordedEnd(end)
    if done := contact.done(claim.request):
        return None, AlreadyTransferred(done)
    if contact.lease is not None and contact.lease.until > now.earliest:
        return None, LeaseHeld(contact.lease.until)
    contact = pruned(_with_expired_lease(contact), claim.request, now.earliest)
    known = contact.requests.get(claim.request)
    under_way = count_under_way(contact)
    if under_way >= MAXIMUM_UNDER_WAY and not (known is not None and known.is_under_way):
        return None, TooManyRequests(under_way)
    lease = _lease(contact, claim, now)
    record = _begun(known, claim, now)
    contact = _with_record(replace(contact, turn=lease.turn, lease=lease), claim.request, record)
    return contact, LeaseAcquired(lease, contact)


def _lease(contact: Contact, claim: Claim, now: Now) -> Lease:
    turn = max(contact.turn + 1, round((now.earliest + now.latest) * 500))
    in_doubt_elsewhere = contact.attempt is not None and contact.attempt.request != claim.request
    is_followed = claim.request in contact.requests and contact.requests[claim.request].moved_contact_id is not None
    calls = claim.may_call and contact.transfer is None and not in_doubt_elsewhere and not is_followed
    return Lease(claim.owner, turn, claim.request, since=now.earliest, until=claim.until, calls=calls)


def _begun(known: RequestRecord | None, claim: Claim, now: Now) -> RequestRecord:
    if known is None:
        known = RequestRecord(first_at=now.earliest)
    elif known.ended is not None:  # sent again after its end: a new beginning, of which only calls made before count
        at = known.asked.get("firstAskedAt") or known.asked.get("askedAt")  # operators look for the first time
        known = replace(known, asked={"firstAskedAt": at} if at else {}, first_at=now.earliest, ended=None)
    return replace(
        known,
        asked={**known.asked, **claim.asked},
        last_at=now.latest,
        attempts=known.attempts + 1,
        unfinished=known.unfinished + 1,
    )


def _with_expired_lease(contact: Contact) -> Contact:
    """A lease that nobody gave back: whatever call was made under it is in doubt."""
    lease = contact.lease
    if lease is None:
        return contact
    contact = replace(contact, lease=None)
    return contact.with_attempt(lease.request, Call(lease.since, lease.until)) if lease.calls else contact


def confirm_start(contact: Contact | None, lease: Lease) -> tuple[Contact | None, bool]:
    """Count a beginning that a worker is known to have seen. False: the lease is lost."""
    if contact is None or not _holds(contact, lease):
        return None, False
    held, record = contact.lease, contact.requests[lease.request]
    if held is None or held.confirmed:
        return None, True
    contact = replace(contact, lease=replace(held, confirmed=True))
    return _with_record(contact, lease.request, replace(record, confirmed=record.confirmed + 1)), True


def remember_tree(contact: Contact | None, lease: Lease, tree: str) -> tuple[Contact | None, bool]:
    """Note whose route permit the request is about to take. False: the lease is lost. ``tree``: its first contact."""
    if contact is None or not _holds(contact, lease):
        return None, False
    record = contact.requests[lease.request]
    return _with_record(contact, lease.request, replace(record, tree=tree)), True


def choose_successor(contact: Contact | None, lease: Lease, successor: str) -> tuple[Contact | None, bool]:
    """Note which contact the request moves in this one's place, before it is touched. False: the lease is lost.

    This one is called for no more: a lease that runs out from now on leaves no attempt, and one of the request's own did nothing.
    ``successor``: that contact's id.
    """
    if contact is None or not _holds(contact, lease):
        return None, False
    record = replace(contact.requests[lease.request], moved_contact_id=successor)
    contact = replace(_without_attempt(contact, lease), lease=contact.lease and replace(contact.lease, calls=False))
    return _with_record(contact, lease.request, record), True


def record_transfer(contact: Contact | None, lease: Lease, done: Transfer) -> tuple[Contact | None, Transfer | None]:
    """Write down a transfer. Answer the one that stands: another one's, or None where an inference has lost its lease.

    A 200 needs no lease: nothing but a transfer to another contact stands against it.
    """
    contact = contact or Contact()
    if contact.transfer is not None:
        return None, contact.transfer
    if done.inferred and not _holds(contact, lease):
        return None, None
    record = replace(_ended(contact, done.request), attempts=done.attempts, ended=None)
    contact = replace(contact, lease=None, attempt=None, look=None, transfer=done)
    return _with_record(contact, done.request, record), done


def record_done(contact: Contact | None, lease: Lease, done: Transfer) -> tuple[Contact | None, Transfer | None]:
    """Write down that the request was carried out, and not by a transfer of this contact to another: others may follow, or hold it.

    Either the contact kept its id, or another one was moved in its place.
    """
    contact = contact or Contact()
    record = contact.requests.get(lease.request)
    if record is not None and record.done is not None:
        return None, record.done
    ended = _with_record(
        _without_attempt(contact, lease), lease.request, replace(_ended(contact, lease.request), done=done)
    )
    return replace(ended, lease=None) if _holds(contact, lease) else ended, done


def _ended(contact: Contact, request: str) -> RequestRecord:
    record = contact.requests.get(request) or RequestRecord()
    return replace(record, unfinished=0, confirmed=0, transient_failures=0, last_error=None)


def record_end(contact: Contact | None, lease: Lease, end: EndRecord) -> tuple[Contact | None, EndRecord | None]:
    """Write down that the request ended without a transfer, and give the lease back. None: the lease was lost before.

    The attempt goes with it where it was the request's own and the end leaves no doubt.
    """
    contact = contact or Contact()
    if not _holds(contact, lease):
        known = contact.ends.get(end.message_id)
        return None, known if known is not None and known.turn == lease.turn else None
    if not end.in_doubt:
        contact = _without_attempt(contact, lease)
    record = replace(_ended(contact, lease.request), ended=end, abandoned=False, attempts=0)
    record = replace(record, cancelled_until=end.cancelled_until or record.cancelled_until)
    contact = replace(
        _with_record(contact, lease.request, record), lease=None, ends={**contact.ends, end.message_id: end}
    )
    return pruned(contact, lease.request, end.at), end


def release(contact: Contact | None, lease: Lease, how: Release) -> tuple[Contact | None, bool]:
    """Give the lease back and keep what is in doubt. What others hold by now is left alone. False: the lease was lost before."""
    if contact is None or not _holds(contact, lease):
        return None, False
    if how.settled and contact.attempt is not None:
        contact = _settled(contact, lease)
    if how.call is not None:
        contact = contact.with_attempt(lease.request, how.call)
    record = contact.requests[lease.request]
    record = replace(
        record,
        unfinished=how.unfinished,
        confirmed=how.confirmed,
        transient_failures=record.transient_failures + (how.error is not None),
        last_error=how.error or record.last_error,
    )
    return replace(_with_record(contact, lease.request, record), lease=None, look=how.look), True


def _settled(contact: Contact, lease: Lease) -> Contact:
    """The attempt did nothing. Its request learns that when another one has found it out."""
    attempt, contact = contact.attempt, replace(contact, attempt=None)
    if attempt is None or attempt.request == lease.request or attempt.request not in contact.requests:
        return contact
    return _with_record(contact, attempt.request, replace(contact.requests[attempt.request], abandoned=True))


def _without_attempt(contact: Contact, lease: Lease) -> Contact:
    """Without an attempt of the lease's own request."""
    attempt = contact.attempt
    return contact if attempt is None or attempt.request != lease.request else replace(contact, attempt=None)


def mark_reported(contact: Contact | None, message_id: str) -> tuple[Contact | None, bool]:
    """Note that a message's end is reported for good: its record may be forgotten in its turn."""
    end = contact.ends.get(message_id) if contact is not None else None
    if contact is None or end is None or end.reported:
        return None, end is not None
    ends = {**contact.ends, message_id: replace(end, reported=True)}
    return replace(contact, ends=ends), True


def _holds(contact: Contact, lease: Lease) -> bool:
    held = contact.lease
    return held is not None and (held.owner, held.turn) == (lease.owner, lease.turn)


def _with_record(contact: Contact, request: str, record: RequestRecord) -> Contact:
    return replace(contact, requests={**contact.requests, request: record})
