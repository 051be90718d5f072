"""To which request a ``requestId`` belongs: one small document for each, and two pure functions.

It is bound by the first request that uses it, and free again when it has ended without a transfer, both under the contact's lease. The turn
of that lease is kept with it, and never falls: a worker that goes on after its lease has been given to another changes nothing.

Whatever is decided is written, also when nothing changes: only a write fences a write that was given up and arrives later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from contact_transfer.ledger.records import Extensible


@dataclass(frozen=True)
class RequestId(Extensible):
    """``fingerprint``: of the parameters of the request that used it last; it owns the name while ``is_bound``."""

    fingerprint: str
    instance_id: str
    contact_id: str
    turn: int
    is_bound: bool


@dataclass(frozen=True)
class IdBound:
    """The name is the request's."""


@dataclass(frozen=True)
class IdTaken:
    """The name belongs to a request with other parameters, for the contact ``contact_id``."""

    contact_id: str


@dataclass(frozen=True)
class TurnPassed:
    """A later turn has decided about the document: this worker's lease is over, or its clock is behind."""


def bind(known: RequestId | None, wanted: RequestId) -> tuple[RequestId | None, IdBound | IdTaken | TurnPassed]:
    """Bind the name to ``wanted``, a bound ``RequestId`` of the present turn."""
    if known is not None and known.is_bound and known.fingerprint != wanted.fingerprint:
        return None, IdTaken(known.contact_id)
    if known is not None and known.turn > wanted.turn:
        return None, TurnPassed()
    return replace(wanted, extra=known.extra if known else {}), IdBound()


def free(known: RequestId | None, wanted: RequestId) -> tuple[RequestId | None, None]:
    """Free the name, as the request has ended without a transfer. A name that is another's is left alone."""
    if known is None:
        return replace(wanted, is_bound=False), None
    if known.turn > wanted.turn or (known.is_bound and known.fingerprint != wanted.fingerprint):
        return None, None
    return replace(wanted, is_bound=False, extra=known.extra), None
