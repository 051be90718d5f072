"""Seeded bugs in the limit of routes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.simulation.seeded import SeededBug, always, interleaving, plain


def _unlimited(real: Any) -> Any:
    return lambda known, holder, turn, most: real(known, holder, turn, most + 100)


def _own_tree(_real: Any) -> Any:
    return lambda _self, request, *_more: request.contact_id


def _another_each_time(real: Any) -> Any:
    """A request that comes back takes another permit."""
    return lambda known, holder, turn, most: real(known, f"{holder}-{turn}", turn, most)


def _doubt_gives_back(real: Any) -> Any:
    def record(self: Any, failure: Any) -> None:
        if failure.in_doubt:
            self._give_back(failure)
        real(self, failure)

    return record


def _not_renewed(real: Any) -> Any:
    """Who holds a permit already keeps the turn in which it was taken."""

    def take(known: Any, holder: str, turn: int, most: int) -> Any:
        if known is not None and holder in known.holders:
            return None, real.__globals__["Permit"].TAKEN
        return real(known, holder, turn, most)

    return take


def _not_noted(real: Any) -> Any:
    """What is not held is not noted as given back."""

    def give_back(known: Any, holder: str, turn: int) -> Any:
        if known is None or holder not in known.holders:
            return None, None
        return real(known, holder, turn)

    return give_back


def _turns_ignored(real: Any) -> Any:
    def take(known: Any, holder: str, turn: int, most: int) -> Any:
        return real(known and replace(known, turn=0), holder, turn, most)

    return take


ROUTES: tuple[SeededBug, ...] = (
    plain(
        "permit-unconditional",
        "a route's permit is taken however many are taken already",
        "b-route",
        {"ledger.route_quotas:take_permit": _unlimited},
        routed=True,
    ),
    plain(
        "tree-of-one",
        "each contact is taken for a tree of its own",
        "b-route",
        {"transfer.route_quota:Routes._tree": _own_tree},
        routed=True,
    ),
    plain(
        "permit-kept",
        "a definite failure does not give the permit back",
        "c-code",
        {"ledger.route_quotas:return_permit": always((None, None))},
        routed=True,
    ),
    interleaving(
        "permit-for-each-try",
        "a request that comes back takes another permit",
        "c-code",
        {"ledger.route_quotas:take_permit": _another_each_time},
        routed=True,
    ),
    interleaving(
        "doubt-gives-back",
        "a failure that leaves it open whether the contact moved gives the permit back",
        "b-route",
        {"ledger.ledger:Session.record_end": _doubt_gives_back},
        routed=True,
    ),
    interleaving(
        "hold-not-renewed",
        "a request that comes again does not renew its permit: a failure that was never reported gives it back late",
        "b-route",
        {"ledger.route_quotas:take_permit": _not_renewed},
        routed=True,
    ),
    interleaving(
        "end-without-note",
        "a permit that is not held is not noted as given back: a write that was given up takes one late",
        "c-code",
        {"ledger.route_quotas:return_permit": _not_noted},
        routed=True,
    ),
    interleaving(
        "late-permit",
        "a write of an earlier turn takes a permit that was given back",
        "c-code",
        {"ledger.route_quotas:take_permit": _turns_ignored},
        routed=True,
    ),
)
