"""Seeded bugs in names: what a requestId is bound to, which request a success belongs to, and turns that fence late writes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.simulation.seeded import Make, SeededBug, always, interleaving, plain


def _by_name(real: Any) -> Any:
    """A request is known by its name alone, whatever its parameters."""

    def done(self: Any, request: str) -> Any:
        name = real.__globals__["identity"].name_of
        if self.transfer is not None and self.transfer.name == name(request):
            return self.transfer
        return real(self, request)

    return done


def _entry_by_name(real: Any) -> Any:
    return lambda self: real.__globals__["identity"].entry(self.name, "0" * 16) if self.request_id else self.name


def _binds_anyway(real: Any) -> Any:
    def bind(known: Any, wanted: Any, since: float) -> Any:
        return real(None if known is None or known.fingerprint != wanted.fingerprint else known, wanted, since)

    return bind


def _bound_once(real: Any) -> Any:
    """Only the first delivery of a request asks whose its requestId is."""
    return lambda self: real(self) if self.held.record.attempts == 1 else None


def _turn_of_the_count(real: Any) -> Any:
    """A turn that is counted and knows nothing of the time."""
    return lambda contact, claim, now: replace(real(contact, claim, now), turn=contact.turn + 1)


def _contact_first(real: Any) -> Any:
    """The lease is given back before the permit and the requestId are: a worker that acquires it next may lose them."""

    def record(self: Any, failure: Any) -> None:
        give_back, self._give_back = self._give_back, lambda _end: None
        try:
            real(self, failure)
        finally:
            del self._give_back
        if not failure.in_doubt:
            give_back(failure)

    return record


_LOST: Make = always((None, None))


NAMES: tuple[SeededBug, ...] = (
    interleaving(
        "entry-by-name",
        "a request that has another's requestId counts as that one",
        "d-early g-announced c-code",
        {"request.parser:TransferRequest.entry": _entry_by_name},
    ),
    interleaving(
        "goal-not-compared",
        "a name that comes back is not asked where it goes",
        "g-announced c-code",
        {"ledger.records:Contact.done": _by_name},
    ),
    plain(
        "claim-does-not-bind",
        "a requestId is taken by every request that sends it",
        "b-twice",
        {"ledger.request_ids:bind": _binds_anyway},
    ),
    plain(
        "failed-name-stays-bound",
        "a requestId whose request has failed cannot be corrected",
        "c-code",
        {"ledger.request_ids:free": _LOST},
    ),
    interleaving(
        "late-freedom",
        "a copy that begins after its twin has failed goes on with a name that is free",
        "b-twice c-code",
        {"transfer.handling:Handling._bind": _bound_once},
    ),
    interleaving(
        "turn-without-time",
        "turns are counted, so they fall when an item has expired",
        "c-code b-twice c-doubt",
        {"ledger.contact:_lease": _turn_of_the_count},
    ),
    interleaving(
        "lease-before-name",
        "a failure gives the lease back before the permit and the requestId",
        "b-twice c-code b-route",
        {"ledger.ledger:Session.record_end": _contact_first},
    ),
)
