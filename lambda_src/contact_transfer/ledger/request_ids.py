"""To which request a ``requestId`` belongs, and which names and batches are cancelled: small documents, and pure functions.

It is bound by the first request that uses it, and free again when it has ended without a transfer, both under the contact's lease. The turn
of that lease is kept with it, and never falls: a worker that goes on after its lease has been given to another changes nothing.

Whatever is decided is written, also when nothing changes: only a write fences a write that was given up and arrives later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from contact_transfer.ledger.records import Extensible

#: For so long after a cancellation holds a message that it ends may still come: EventBridge Scheduler delivers for a day, and SQS keeps a
#: message for 14 (quotas).
CANCELLATIONS_KEPT_SECONDS = 16 * 86_400.0


@dataclass(frozen=True)
class RequestId(Extensible):
    """``fingerprint``: of the parameters of the request that used it last; it owns the name while ``is_bound``.

    ``cancelled_until``: a request of this name that has not been carried out is cancelled until then.
    """

    fingerprint: str
    instance_id: str
    contact_id: str
    turn: int
    is_bound: bool
    cancelled_until: float | None = None

    def is_cancelled(self, since: float) -> bool:
        """Whether a request of this name that has waited ``since`` a time ends as cancelled."""
        return self.cancelled_until is not None and self.cancelled_until > since


@dataclass(frozen=True)
class IdBound:
    """The name is the request's."""


@dataclass(frozen=True)
class IdTaken:
    """The name belongs to a request with other parameters, for the contact ``contact_id``."""

    contact_id: str


@dataclass(frozen=True)
class IdCancelled:
    """Whatever has the name is cancelled until ``until``."""

    until: float


@dataclass(frozen=True)
class TurnPassed:
    """A later turn has decided about the document: this worker's lease is over, or its clock is behind."""


Binding = IdBound | IdTaken | IdCancelled | TurnPassed


def bind(known: RequestId | None, wanted: RequestId, since: float) -> tuple[RequestId | None, Binding]:
    """Bind the name to ``wanted``, a bound ``RequestId`` of the present turn. ``since``: how long its request has waited.

    The document decides between a cancellation and the beginning of work: whichever is written first.
    """
    if known is not None and known.cancelled_until is not None and known.is_cancelled(since):
        return None, IdCancelled(known.cancelled_until)
    if known is not None and known.is_bound and known.fingerprint != wanted.fingerprint:
        return None, IdTaken(known.contact_id)
    if known is not None and known.turn > wanted.turn:
        return None, TurnPassed()
    return _after(known, wanted), IdBound()


def free(known: RequestId | None, wanted: RequestId) -> tuple[RequestId | None, None]:
    """Free the name, as the request has ended without a transfer. A name that is another's is left alone."""
    if known is None:
        return replace(wanted, is_bound=False), None
    if known.turn > wanted.turn or (known.is_bound and known.fingerprint != wanted.fingerprint):
        return None, None
    return _after(known, replace(wanted, is_bound=False)), None


def cancel(known: RequestId | None, wanted: RequestId) -> tuple[RequestId | None, None]:
    """Cancel the name, as ``wanted`` says until when. Who owns it, and the turn, stay as they are.

    A transfer stays what it is, and so does a call that is under way or in doubt: only work that begins later sees this.
    """
    until = _latest(known, wanted)
    return replace(known or wanted, cancelled_until=until), None


@dataclass(frozen=True)
class Batch(Extensible):
    """A cancelled batch: its requests that were queued or scheduled before ``cancelled_until`` end as cancelled."""

    cancelled_until: float


def cancel_batch(known: Batch | None, until: float) -> tuple[Batch | None, None]:
    """Cancel the batch until ``until``. A cancellation that holds longer stays."""
    known = known or Batch(until)
    return replace(known, cancelled_until=max(until, known.cancelled_until)), None


def _after(known: RequestId | None, wanted: RequestId) -> RequestId:
    """``wanted`` with what the document keeps from one user of the name to the next."""
    if known is None:
        return wanted
    return replace(wanted, cancelled_until=_latest(known, wanted), extra=known.extra)


def _latest(known: RequestId | None, wanted: RequestId) -> float | None:
    ends = [one.cancelled_until for one in (known, wanted) if one is not None and one.cancelled_until is not None]
    return max(ends, default=None)
