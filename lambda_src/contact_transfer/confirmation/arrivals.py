"""Whether a transferred contact has arrived, as the ledger knows it: a small document beside the contact's own, which is the worker's.

An arrival overwrites the finding that there was none, and nothing overwrites an arrival. The document names the message whose finding
it is: that message alone tells of it, again if it comes back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contact_transfer.confirmation.contact_events import Arrived, ContactReference
from contact_transfer.ledger.documents import arrival_key, contact_key
from contact_transfer.ledger.records import Contact, Extensible
from contact_transfer.ledger.store import Handle, Store
from contact_transfer.request import identity
from contact_transfer.request.timestamps import instant

CONFIRMED, UNCONFIRMED = "confirmed", "unconfirmed"
#: Why a transfer is unconfirmed: its contact ended before it arrived, or nothing was heard in time.
CONTACT_ENDED, SILENCE = "ContactEnded", "Silence"


@dataclass(frozen=True)
class Arrival(Extensible):
    """What is known of an arrival. ``how``: as what the contact arrived, or why it did not. ``at``: epoch seconds."""

    state: str
    how: str
    at: float
    message_id: str
    queue_id: str | None = None
    user_id: str | None = None


def record_arrival(known: Arrival | None, found: Arrival) -> tuple[Arrival | None, bool]:
    """The document to write (None: nothing), and whether ``found`` is what the ledger has now and its message tells of it."""
    if known is None or (known.state == UNCONFIRMED and found.state == CONFIRMED):
        return found, True
    return None, (known.state, known.message_id) == (found.state, found.message_id)


@dataclass(frozen=True)
class Transfer:
    """A transfer that happened.

    ``request``: its key in the ledger. ``asked``: what was asked, as ``TransferRequest.snapshot`` writes it.
    Times in epoch seconds, None when unknown.
    """

    request: str
    instance_id: str
    contact_id: str
    new_contact_id: str | None
    new_contact_arn: str | None
    asked: Mapping[str, str]
    asked_at: float | None
    transferred_at: float

    @property
    def name(self) -> str:
        """The request's name in events and logs."""
        return identity.name_of(self.request)


@dataclass(frozen=True)
class Pending:
    """An attempt is under way or in doubt: whether the contact is one of ours shows later."""


class Arrivals:
    """Every method can raise ``LedgerUnavailable``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def look(self, reference: ContactReference) -> Transfer | Pending | None:
        """The transfer that made the contact; None when it was none of this deployment's.

        The attempt is in the ledger before the call, so a contact of ours is never ahead of its document, only of its outcome.
        """
        contact = Handle(self._store, Contact, contact_key(reference.instance_id, reference.previous_contact_id)).read()
        return None if contact is None else _transfer(contact, reference)

    def confirm(self, transfer: Transfer, event: Arrived, message_id: str) -> bool:
        """Write the arrival down. False when another message has told of it."""
        return self._write(
            transfer, Arrival(CONFIRMED, event.kind, event.at, message_id, event.queue_id, event.user_id)
        )

    def unconfirm(self, transfer: Transfer, why: str, at: float, message_id: str) -> bool:
        """Write down that no arrival was seen. False when there is a finding already, unless it is this message's own.

        ``why``: a value of ``unconfirmedReason``.
        """
        return self._write(transfer, Arrival(UNCONFIRMED, why, at, message_id))

    def _write(self, transfer: Transfer, found: Arrival) -> bool:
        handle = Handle(self._store, Arrival, arrival_key(transfer.instance_id, transfer.contact_id))
        return handle.apply(record_arrival, found)


def _transfer(contact: Contact, reference: ContactReference) -> Transfer | Pending | None:
    made = contact.transfer
    if made is None:
        may_be_called = contact.attempt is not None or (contact.lease is not None and contact.lease.calls)
        return Pending() if may_be_called else None
    new = made.new_contact_id
    if new is None:  # Connect's answer may leave the id out: a transferred contact has one successor by transfer
        if not reference.transfer:
            return None
        new = reference.contact_id
    elif reference.contact_id not in {None, new}:
        return None
    record = contact.requests.get(made.request)
    asked = record.asked if record is not None else {}
    return Transfer(
        made.request,
        reference.instance_id,
        reference.previous_contact_id,
        new,
        made.new_contact_arn or (reference.contact_arn if new else None),
        asked,
        instant(asked.get("askedAt", "")),
        made.at,
    )
