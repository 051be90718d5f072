"""One message of a batch, from its delivery to what is published of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contact_transfer.messaging import outcome_events
from contact_transfer.messaging.event_bus import Event
from contact_transfer.messaging.sqs_record import Delivery
from contact_transfer.request.model import TransferRequest
from contact_transfer.request.timestamps import rfc3339
from contact_transfer.transfer.arrival import Report
from contact_transfer.transfer.outcome import Cancelled, Failed, MessageOutcome, Skipped, Transferred


@dataclass
class Turn:
    """One message on its way through the batch.

    ``known``: what can be read of its request. ``ended_at``: when work on it ended, epoch seconds; ``seconds``: how long that took.
    """

    delivery: Delivery
    report: Report
    request: TransferRequest | None = None
    known: Mapping[str, Any] = field(default_factory=dict)
    ended_at: float = 0.0
    seconds: float = 0.0

    @property
    def outcome(self) -> MessageOutcome:
        """What became of the message."""
        return self.report.outcome

    @property
    def waits_since(self) -> float | None:
        """Since when somebody waits for it: since it was sent, or since it has been due."""
        sent, due = self.delivery.sent_at, self.request.not_before if self.request else None
        return sent if sent is None or due is None else max(sent, due)

    @property
    def reported_at(self) -> str:
        """When work on it ended, RFC 3339."""
        return rfc3339(self.ended_at)

    def event(self) -> Event | None:
        """The event that announces what became of it."""
        end = (self.delivery.original_id, self.reported_at)
        match self.outcome:
            case Transferred() as done:
                return outcome_events.succeeded(self.known, done)
            case Failed() as failure:
                return outcome_events.failed(self.known, failure, *end)
            case Skipped() as skip:
                return outcome_events.skipped(self.known, skip, *end)
            case Cancelled() as cancel:
                return outcome_events.cancelled(self.known, cancel, *end)
        return None
