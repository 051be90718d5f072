"""Whether a transferred contact has arrived, as the ledger knows it: attributes of the contact's item, written once.

An arrival overwrites the verdict that there was none, and nothing overwrites an arrival. ``arrivalFrom`` names the message
whose verdict stands: that message alone tells of it, again if it comes back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from contact_transfer.confirmation.contact_events import About, Arrived
from contact_transfer.ledger import records
from contact_transfer.ledger.records import Item
from contact_transfer.ledger.table import Table
from contact_transfer.request import identity
from contact_transfer.request.timestamps import instant

CONFIRMED, UNCONFIRMED = "confirmed", "unconfirmed"
#: Why a transfer is unconfirmed: its contact ended before it arrived, or nothing was heard in time.
CONTACT_ENDED, SILENCE = "ContactEnded", "Silence"


@dataclass(frozen=True)
class Transfer:
    """A transfer that happened, and the verdict on it so far.

    ``entry``: the request's in the ledger. ``asked``: what was asked, as ``TransferRequest.snapshot`` writes it.
    Times in epoch seconds, None when unknown.
    """

    entry: str
    instance_id: str
    contact_id: str
    new_contact_id: str | None
    new_contact_arn: str | None
    asked: dict[str, str]
    asked_at: float | None
    transferred_at: float
    arrival: str | None = None
    arrival_from: str | None = None

    @property
    def name(self) -> str:
        """The request's name in events and logs."""
        return identity.name_of(self.entry)


@dataclass(frozen=True)
class Pending:
    """An attempt is under way or in doubt: whether the contact is one of ours shows later."""


class Arrivals:
    """Every method can raise ``LedgerUnavailable``."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def look(self, about: About) -> Transfer | Pending | None:
        """The transfer that made the contact; None when it was none of this deployment's.

        The attempt is in the ledger before the call, so a contact of ours is never ahead of its item, only of its outcome.
        """
        return _read(self._table.read(_key(about)), about)

    def confirm(self, transfer: Transfer, news: Arrived, message_id: str) -> bool:
        """Write the arrival down. False when another message has told of it."""
        if transfer.arrival == CONFIRMED and transfer.arrival_from != message_id:
            return (
                False  # the common case: a later event of the same contact; a write refused costs as much as one made
            )
        values = {
            ":arrival": CONFIRMED,
            ":as": news.kind,
            ":at": records.ms(news.at),
            ":queue": news.queue_id or "",
            ":user": news.user_id or "",
        }
        return self._write(transfer, message_id, values, " OR arrival = :unconfirmed", {":unconfirmed": UNCONFIRMED})

    def unconfirm(self, transfer: Transfer, why: str, at: float, message_id: str) -> bool:
        """Write down that no arrival was seen. False when there is a verdict already, unless it is this message's own."""
        if transfer.arrival is not None and transfer.arrival_from != message_id:
            return False
        values = {":arrival": UNCONFIRMED, ":as": why, ":at": records.ms(at), ":queue": "", ":user": ""}
        return self._write(transfer, message_id, values)

    def _write(
        self,
        transfer: Transfer,
        message_id: str,
        values: dict[str, Any],
        otherwise: str = "",
        more: dict[str, Any] | None = None,
    ) -> bool:
        refused = self._table.update(
            records.contact_key(transfer.instance_id, transfer.contact_id),
            "SET arrival = :arrival, arrivalAs = :as, arrivalAt = :at, arrivalQueue = :queue, arrivalUser = :user,"
            " arrivalFrom = :from",
            f"winner = :winner AND (attribute_not_exists(arrival){otherwise})",
            {**values, ":from": message_id, ":winner": transfer.entry, **(more or {})},
        )[1]
        if refused is None:
            return True
        mine = (records.text(refused, "arrival"), records.text(refused, "arrivalFrom"))
        return mine == (values[":arrival"], message_id)


def _key(about: About) -> str:
    return records.contact_key(about.instance_id, about.previous_contact_id)


def _read(item: Item, about: About) -> Transfer | Pending | None:
    winner = records.text(item, "winner")
    if winner is None:
        return Pending() if "attemptName" in item else None
    new = records.text(item, "newContactId")
    if new is None:  # Connect's answer may leave the id out: a transferred contact has one successor by transfer
        if not about.transfer:
            return None
        new = about.contact_id
    elif about.contact_id not in {None, new}:
        return None
    asked = records.texts(item, f"asked:{winner}")
    return Transfer(
        entry=winner,
        instance_id=about.instance_id,
        contact_id=about.previous_contact_id,
        new_contact_id=new,
        new_contact_arn=records.text(item, "newContactArn") or (about.contact_arn if new else None),
        asked=asked,
        asked_at=instant(asked.get("askedAt", "")),
        transferred_at=records.seconds(item, "transferredAt"),
        arrival=records.text(item, "arrival"),
        arrival_from=records.text(item, "arrivalFrom"),
    )
