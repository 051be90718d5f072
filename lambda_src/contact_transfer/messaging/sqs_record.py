"""One message as Lambda delivers it, read so that no record, however odd, can break the batch."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any


@dataclass(frozen=True)
class Delivery:
    """A record of an SQS event. ``receives``: how often it was received.

    ``sent_at``, ``first_received_at``: epoch seconds, None when unknown.
    """

    message_id: str
    receipt_handle: str
    body: Any
    receives: int = 1
    sent_at: float | None = None
    first_received_at: float | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def receipt(self) -> str:
        """What tells this delivery of the message from every other one: SQS may deliver it again at any time, also meanwhile."""
        digest = hashlib.sha256(self.receipt_handle.encode(errors="replace")).hexdigest()
        return f"{self.receives}/{digest[:12]}"

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Delivery:
        """Read a record of an SQS event. What is missing or odd in it becomes unknown; nothing is raised."""
        system = record.get("attributes") or {}
        return cls(
            message_id=str(record.get("messageId", "")),
            receipt_handle=str(record.get("receiptHandle", "")),
            body=record.get("body"),
            receives=max(1, int(_number(system.get("ApproximateReceiveCount")) or 1)),
            sent_at=_moment(system.get("SentTimestamp")),
            first_received_at=_moment(system.get("ApproximateFirstReceiveTimestamp")),
            attributes=record.get("messageAttributes") or {},
        )


def _moment(given: Any) -> float | None:
    milliseconds = _number(given)
    return None if milliseconds is None else milliseconds / 1000


def _number(given: Any) -> float | None:
    try:
        number = float(given)
    except (TypeError, ValueError):
        return None
    return number if isfinite(number) else None
