"""How often a route has moved a tree of contacts: one small document for each tree and route, and two pure functions.

A request takes a permit before the contact is moved, and keeps it when the contact was moved or may have been. The document never
holds more than the route's permits. As with ``request_ids``: turns never fall, and whatever is decided is written. The turns of two
holders tell nothing of each other, as each is of its own contact's lease.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from contact_transfer.ledger.records import Extensible

#: Of the requests that gave a permit back, so many are remembered one by one; some 80 bytes each.
_REMEMBERED = 20


@dataclass(frozen=True)
class RouteQuota(Extensible):
    """``holders``: the turn in which each holder's permit was taken, by request; ``returned``: in which it was given back, likewise.

    ``turn``: the latest in which one was given back that ``returned`` does not have any more.
    """

    turn: int = 0
    holders: Mapping[str, int] = field(default_factory=dict)
    returned: Mapping[str, int] = field(default_factory=dict)


class Permit(Enum):
    """What became of the wish for a permit."""

    TAKEN = "taken"
    NONE_LEFT = "none left"
    TURN_PASSED = "turn passed"  # a later turn has decided: the lease is over, or the worker's clock is behind


def take_permit(known: RouteQuota | None, holder: str, turn: int, most: int) -> tuple[RouteQuota | None, Permit]:
    """Take one of ``most`` permits for ``holder``, or renew the one it has."""
    known = known or RouteQuota()
    if holder not in known.holders and len(known.holders) >= most:
        return None, Permit.NONE_LEFT
    if max(known.holders.get(holder, 0), known.returned.get(holder, known.turn)) > turn:
        return None, Permit.TURN_PASSED
    return replace(known, holders={**known.holders, holder: turn}), Permit.TAKEN


def return_permit(known: RouteQuota | None, holder: str, turn: int) -> tuple[RouteQuota | None, None]:
    """Give the holder's permit back: it surely did not move the contact. One that it does not hold is noted as given back, too."""
    known = known or RouteQuota()
    if known.holders.get(holder, 0) > turn:
        return None, None
    holders = {other: taken for other, taken in known.holders.items() if other != holder}
    returned = {**known.returned, holder: max(turn, known.returned.get(holder, 0))}
    latest = sorted(returned.items(), key=lambda item: item[1], reverse=True)
    forgotten = max((passed for _, passed in latest[_REMEMBERED:]), default=0)
    return RouteQuota(max(known.turn, forgotten), holders, dict(latest[:_REMEMBERED]), extra=known.extra), None
