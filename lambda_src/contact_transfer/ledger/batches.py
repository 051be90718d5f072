"""Whether a batch of requests is cancelled: one small document for each cancelled batch, and one pure function."""

from __future__ import annotations

from dataclasses import dataclass, replace

from contact_transfer.ledger.records import Extensible


@dataclass(frozen=True)
class Batch(Extensible):
    """``cancelled_until``: requests of the batch end as cancelled until then; the document is kept as long."""

    cancelled_until: float


def cancel(known: Batch | None, until: float) -> tuple[Batch | None, None]:
    """Cancel the batch until ``until``. A cancellation that holds longer stays."""
    known = known or Batch(until)
    return replace(known, cancelled_until=max(until, known.cancelled_until)), None
