"""Entries from the ledger: the first and the latest of everything, for as long as it remembers."""

from __future__ import annotations

from collections.abc import Iterator

from contact_transfer.confirmation.arrivals import CONFIRMED
from contact_transfer.ledger.records import Contact, EndKind, EndRecord, RequestRecord
from contact_transfer.request import identity
from contact_transfer.request.timestamps import instant
from contact_transfer.transfer.outcome import Cause
from transfers_cli import say
from transfers_cli.held import HeldRequest
from transfers_cli.ledger import Story
from transfers_cli.timeline.entry import Entry, Kind

_ENDS = {str(EndKind.SKIPPED): Kind.SKIPPED, str(EndKind.CANCELLED): Kind.CANCELLED}


def entries(story: Story, now: float) -> Iterator[Entry]:
    """Everything that the ledger knows of a contact, and what will happen next."""
    contact = story.contact
    for key, record in contact.requests.items():
        yield from _of_request(contact, key, record, now)
    for end in contact.ends.values():
        yield _ended(end)
    if (attempt := contact.attempt) is not None and contact.transfer is None:
        name = identity.name_of(attempt.request)
        yield Entry(
            attempt.since, Kind.IN_DOUBT, "the answer to a call may be lost; the worker finds out what happened", name
        )
    if (made := contact.transfer) is not None:
        how = "found in what Connect shows: transferred" if made.inferred else "transferred"
        kind = Kind.RECONCILED if made.inferred else Kind.TRANSFERRED
        yield Entry(
            made.at,
            kind,
            f"{how} to {made.new_contact_id or 'a contact without a known id'}",
            made.name,
            made.new_contact_id,
        )
    if (arrival := story.arrival) is not None:
        kind = Kind.CONFIRMED if arrival.state == CONFIRMED else Kind.UNCONFIRMED
        at = arrival.at if made is None else max(arrival.at, made.at)
        named = None if made is None else made.name
        yield Entry(at, kind, f"the new contact is {arrival.state} ({arrival.how})", named)


def held_entries(held: HeldRequest) -> Iterator[Entry]:
    """A request that is held until it is due."""
    name = held.public.get("requestName")
    yield Entry(held.until, Kind.NEXT, f"it is due, and goes to queue {held.queue}", name, held.public.get("contactId"))


def _of_request(contact: Contact, key: str, record: RequestRecord, now: float) -> Iterator[Entry]:
    name, asked = identity.name_of(key), record.asked
    known = 0.0  # what the ledger keeps as a bound has a margin: nothing is shown before what came before it
    for field, what in (("firstAskedAt", "asked for the first time"), ("askedAt", "asked")):
        if at := instant(str(asked.get(field) or "")):
            known = known or at
            by = f", by the source {asked['source']}" if asked.get("source") else ""
            yield Entry(at, Kind.ASKED, what + by, name)
    if record.first_at:
        known = max(known, record.first_at)
        yield Entry(known, Kind.BEGUN, "work on it began", name)
    if record.first_called_at:
        yield Entry(max(known, record.first_called_at), Kind.CALLED, "TransferContact was called", name)
    if (error := record.last_error) is not None:
        detail = f" ({error.detail})" if error.detail else ""
        kind = Kind.IN_DOUBT if error.cause == Cause.IN_DOUBT else Kind.DEFERRED
        yield Entry(error.at, kind, f"deferred: {error.cause}{detail}", name)
    if record.ended is not None and not _is_among(contact, record.ended):
        yield _ended(record.ended)
    done = contact.done(key)
    if done is not None and done is not contact.transfer:
        yield Entry(
            done.at,
            Kind.TRANSFERRED,
            f"transferred to {done.new_contact_id or 'a contact without a known id'}",
            name,
            done.new_contact_id,
        )
    if record.ended is None and done is None:
        yield from _next(contact, key, record, now)


def _next(contact: Contact, key: str, record: RequestRecord, now: float) -> Iterator[Entry]:
    name, lease, error = identity.name_of(key), contact.lease, record.last_error
    if lease is not None and lease.request == key and lease.until > now:
        yield Entry(lease.until, Kind.NEXT, "a worker has it in hand, until then at the latest", name)
    elif error is not None and contact.transfer is None:
        due = max(error.retry_at, now)
        yield Entry(
            due, Kind.NEXT, "the worker tries again" if due > now else "the worker tries again: it is due", name
        )


def _is_among(contact: Contact, end: EndRecord) -> bool:
    return any(one.message_id == end.message_id for one in contact.ends.values())


def _ended(end: EndRecord) -> Entry:
    kind = _ENDS.get(end.kind, Kind.FAILED)
    code = f": {end.code}" if end.code else ""
    tried = f", begun {say.times(end.attempts)}" if end.attempts else ""
    what = f"{kind}{code}{tried}. {end.message}".strip()
    return Entry(end.at, kind, what, identity.name_of(end.request), end.successor_contact_id)
