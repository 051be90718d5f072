"""A contact's document of the ledger, told as a story."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from contact_transfer.confirmation.arrivals import Arrival
from contact_transfer.ledger.records import Attempt, Contact, FailureRecord, RequestRecord, Transfer
from contact_transfer.request import identity
from contact_transfer.request.timestamps import instant
from transfers_cli import say


@dataclass(frozen=True)
class Asked:
    """One request about a contact.

    ``entry``: under which it is in the ledger. ``given``: its fields. ``failed``: its latest failure, when it is not under way.
    """

    entry: str
    given: dict[str, str]
    asked_at: float | None
    first_at: float | None
    begun: int
    failures: int
    failed: FailureRecord | None
    done: Transfer | None

    @property
    def name(self) -> str:
        return identity.name_of(self.entry)

    @property
    def destination(self) -> str:
        if "queueId" in self.given:
            return f"queue {self.given['queueId']}"
        return f"agent {self.given['userId']}" if "userId" in self.given else "no queue or agent"


@dataclass(frozen=True)
class Story:
    """All that the ledger has on a contact. Moments in epoch seconds."""

    instance_id: str
    contact_id: str
    requests: tuple[Asked, ...]
    won: Transfer | None = None
    transferred_at: float | None = None
    doubt: Attempt | None = None
    lease_until: float | None = None
    arrival: Arrival | None = None

    def outcome(self, asked: Asked) -> str:
        """What came of one of the requests."""
        if asked.done is not None:
            return f"transferred to {asked.done.new_contact_id}"
        if asked.failed is not None:
            at, attempts = say.when(asked.failed.at), asked.failed.attempts
            return f"failed: {asked.failed.code} at {at}, begun {say.times('?' if attempts is None else attempts)}"
        if self.won is not None:
            return "not carried out: another request transferred the contact"
        if self.doubt is not None and self.doubt.request == asked.entry:
            return "in doubt: the worker is looking into a lost answer, or is at it now"
        return "under way"

    def facts(self) -> dict[str, str]:
        """The contact's own facts."""
        facts = {"instance": self.instance_id}
        if self.won is not None:
            inferred = " (inferred from what Connect shows)" if self.won.inferred else ""
            facts["transferred"] = f"{say.when(self.transferred_at)} by {self.won.name}{inferred}"
            facts["new contact"] = self.won.new_contact_id or "not told by Connect"
        if self.arrival is not None:
            found = self.arrival
            facts["arrival"] = f"{found.state} ({found.how}) {say.when(found.at)}"
        if self.doubt is not None and self.won is None:
            facts["attempt"] = f"of {self.doubt.name}, since {say.when(self.doubt.since)}, not settled"
        if self._in_hand:
            facts["in hand"] = f"a worker has it until {say.when(self.lease_until)} at the latest"
        return facts

    @property
    def _in_hand(self) -> bool:
        return self.lease_until is not None and self.lease_until > time.time()

    def as_dict(self) -> dict[str, Any]:
        """The story for scripts: every key is always there, null where there is nothing to tell."""
        arrival = self.arrival
        doubt = self.doubt if self.won is None else None
        return {
            "instanceId": self.instance_id,
            "contactId": self.contact_id,
            "newContactId": self.won.new_contact_id if self.won else None,
            "transferredAt": say.when(self.transferred_at) or None,
            "transferredBy": self.won.name if self.won else None,
            "inferred": self.won.inferred if self.won else None,
            "arrival": arrival.state if arrival else None,
            "arrivalAs": arrival.how if arrival else None,
            "arrivalAt": say.when(arrival.at) if arrival else None,
            "inDoubt": doubt.name if doubt else None,
            "inDoubtSince": say.when(doubt.since) if doubt else None,
            "inHandUntil": say.when(self.lease_until) if self._in_hand else None,
            "requests": [
                {
                    "requestName": asked.name,
                    **asked.given,
                    "askedAt": say.when(asked.asked_at) or None,
                    "firstTriedAt": say.when(asked.first_at) or None,
                    "begun": asked.begun,
                    "failures": asked.failures,
                    "failureCode": asked.failed.code if asked.failed else None,
                    "outcome": self.outcome(asked),
                }
                for asked in self.requests
            ],
        }


def read_story(contact: Contact, instance_id: str, contact_id: str, arrival: Arrival | None = None) -> Story:
    """Tell what a contact's document and the one about its arrival hold."""
    requests = sorted(contact.requests.items(), key=lambda one: (one[1].first_at, one[0]))
    return Story(
        instance_id,
        contact_id,
        tuple(_asked(entry, record, contact.done(entry)) for entry, record in requests),
        contact.transfer,
        contact.transfer.at if contact.transfer else None,
        _doubt(contact),
        contact.lease.until if contact.lease else None,
        arrival,
    )


def _doubt(contact: Contact) -> Attempt | None:
    """The attempt that is not settled, or the one that may be made right now."""
    lease = contact.lease
    if contact.attempt is not None or lease is None or not lease.calls:
        return contact.attempt
    return Attempt(lease.request, lease.since, lease.since, lease.until, lease.until)


def _asked(entry: str, record: RequestRecord, done: Transfer | None) -> Asked:
    given = {name: text for name, text in record.asked.items() if name != "askedAt"}
    return Asked(
        entry=entry,
        given=given,
        asked_at=instant(record.asked.get("askedAt", "")),
        first_at=record.first_at or None,
        begun=record.attempts,
        failures=record.transient_failures,
        failed=record.failed,
        done=done,
    )
