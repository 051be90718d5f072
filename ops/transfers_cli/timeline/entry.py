"""One thing that happened, or will."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from transfers_cli import say


class Kind(StrEnum):
    """What happened. The words are part of the JSON."""

    ASKED = "asked"
    SCHEDULED = "scheduled"  # EventBridge Scheduler holds it until it is due
    BEGUN = "begun"  # work on it began for the first time
    CALLED = "called"  # TransferContact was called for the first time
    IN_DOUBT = "inDoubt"  # an answer was lost
    DEFERRED = "deferred"
    RECONCILED = "reconciled"  # what happened was inferred from what Connect shows
    TRANSFERRED = "transferred"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    NEXT = "next"  # what will happen


@dataclass(frozen=True)
class Entry:
    """``at``: epoch seconds. ``what``: a sentence without its end. ``request``: its name; ``contact_id``: of a contact to go on with."""

    at: float
    kind: Kind
    what: str
    request: str | None = None
    contact_id: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "at": say.when(self.at),
            "event": self.kind,
            "what": self.what,
            "requestName": self.request,
            "contactId": self.contact_id,
        }


#: The ledger and a log line tell of one thing with so many seconds between them, at most.
_SAME_SECONDS = 5.0
_ONCE = frozenset(
    {Kind.TRANSFERRED, Kind.RECONCILED, Kind.FAILED, Kind.SKIPPED, Kind.CANCELLED, Kind.DEFERRED, Kind.IN_DOUBT}
)


def merged(ledger: Iterable[Entry], logged: Iterable[Entry]) -> list[Entry]:
    """The entries of both, oldest first; what both tell of is there once, as the ledger tells it."""
    kept = list(ledger)
    for entry in logged:
        if not any(_is_same(entry, other) for other in kept):
            kept.append(entry)
    return sorted(kept, key=lambda entry: (entry.kind is Kind.NEXT, entry.at))


def _is_same(entry: Entry, other: Entry) -> bool:
    if entry.kind not in _ONCE or (entry.kind, entry.request) != (other.kind, other.request):
        return False
    return abs(entry.at - other.at) <= _SAME_SECONDS
