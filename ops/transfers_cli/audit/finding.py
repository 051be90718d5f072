"""What an audit finds: a kind, a sentence with ids and times, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from transfers_cli import say


class Kind(StrEnum):
    """What cannot be explained."""

    TRANSFER_NOT_ANNOUNCED = "transferNotAnnounced"
    ANNOUNCED_WITHOUT_TRANSFER = "announcedWithoutTransfer"
    TWO_TRANSFERS = "twoTransfers"
    FAILURE_CONTRADICTED = "failureContradicted"
    FAILURE_NOT_ANNOUNCED = "failureNotAnnounced"


_DO: Mapping[Kind, str] = {
    Kind.TRANSFER_NOT_ANNOUNCED: "Send the same request again: it is recognised, and announced to the consumers of the bus.",
    Kind.ANNOUNCED_WITHOUT_TRANSFER: "Look at the contact in Connect. If it must still move, send a request with another requestId.",
    Kind.TWO_TRANSFERS: "Look at every contact named here in Connect, and end the one that is too many.",
    Kind.FAILURE_CONTRADICTED: "Look at the contact in Connect. Redrive the request only if the contact has not moved.",
    Kind.FAILURE_NOT_ANNOUNCED: "Look at it (transfers failed show); a redrive announces what comes of it then.",
}


@dataclass(frozen=True)
class Finding:
    """``at``: when what it is about happened, epoch seconds. ``request``: its name; ``seen``: the contradiction, in a sentence."""

    kind: Kind
    at: float
    seen: str
    request: str | None = None
    contact_id: str | None = None
    new_contact_ids: tuple[str, ...] = ()
    message_id: str | None = None

    @property
    def do(self) -> str:
        """What to do about it."""
        return _DO[self.kind]

    def as_dict(self) -> dict[str, Any]:
        """The finding for scripts."""
        return {
            "kind": str(self.kind),
            "at": say.when(self.at),
            "requestName": self.request,
            "contactId": self.contact_id,
            "newContactIds": list(self.new_contact_ids),
            "messageId": self.message_id,
            "seen": self.seen,
            "do": self.do,
        }
