"""An item of the ledger, told as a story. Its spelling is that of ``contact_transfer.ledger.records`` and ``arrivals``."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from contact_transfer.ledger import records
from contact_transfer.ledger.records import Attempt, Item, Won
from contact_transfer.request import identity
from contact_transfer.request.timestamps import instant
from transfers_cli import say


@dataclass(frozen=True)
class Asked:
    """One request about a contact.

    ``entry``: under which it is in the ledger. ``given``: its fields; ``ended``: code, time and attempts of its failure, if it failed.
    """

    entry: str
    given: dict[str, str]
    asked_at: float | None
    first_at: float | None
    begun: int
    failures: int
    ended: dict[str, str]
    done: Won | None

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
    won: Won | None = None
    transferred_at: float | None = None
    doubt: Attempt | None = None
    lease_until: float | None = None
    arrival: tuple[str, str, float] | None = None

    def outcome(self, asked: Asked) -> str:
        """What came of one of the requests."""
        if asked.done is not None:
            return f"transferred to {asked.done.new_contact_id}"
        if asked.ended:
            at = say.when(int(asked.ended["at"]) / 1000)
            return f"failed: {asked.ended['code']} at {at}, begun {say.times(asked.ended.get('attempts', '?'))}"
        if self.won is not None:
            return "not carried out: another request transferred the contact"
        if self.doubt is not None and self.doubt.entry == asked.entry:
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
            state, how, at = self.arrival
            facts["arrival"] = f"{state} ({how}) {say.when(at)}"
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
        arrival, arrival_as, arrival_at = self.arrival or (None, None, None)
        doubt = self.doubt if self.won is None else None
        return {
            "instanceId": self.instance_id,
            "contactId": self.contact_id,
            "newContactId": self.won.new_contact_id if self.won else None,
            "transferredAt": say.when(self.transferred_at) or None,
            "transferredBy": self.won.name if self.won else None,
            "inferred": self.won.inferred if self.won else None,
            "arrival": arrival,
            "arrivalAs": arrival_as,
            "arrivalAt": say.when(arrival_at) or None,
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
                    "failureCode": asked.ended.get("code"),
                    "outcome": self.outcome(asked),
                }
                for asked in self.requests
            ],
        }


def read_story(item: Item, instance_id: str, contact_id: str) -> Story:
    """Read a contact's item."""
    entries = sorted({key.partition(":")[2] for key in item if key.startswith(("asked:", "ended:", "first:"))})
    arrival = records.text(item, "arrival")
    return Story(
        instance_id,
        contact_id,
        tuple(_asked(item, entry) for entry in entries),
        records.won(item, ""),
        _moment(item, "transferredAt"),
        records.attempt(item),
        _moment(item, "leaseUntil"),
        (arrival, records.text(item, "arrivalAs") or "", records.seconds(item, "arrivalAt")) if arrival else None,
    )


def _asked(item: Item, entry: str) -> Asked:
    given = records.texts(item, f"asked:{entry}")
    at = given.pop("askedAt", "")
    won = records.won(item, entry)
    return Asked(
        entry=entry,
        given=given,
        asked_at=instant(at),
        first_at=_moment(item, f"first:{entry}"),
        begun=records.number(item, f"begun:{entry}"),
        failures=records.number(item, f"failures:{entry}"),
        ended=records.texts(item, f"ended:{entry}"),
        done=won if won is not None and won.entry == entry else None,
    )


def _moment(item: Item, name: str) -> float | None:
    return records.seconds(item, name) if name in item else None
