"""One message as Lambda delivers it, read so that no record, however odd, can break the batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Delivery:
    """A record of an SQS event. ``receives``: how often it was received; ``sent_at``: epoch seconds, None when unknown."""

    message_id: str
    receipt_handle: str
    body: Any
    receives: int = 1
    sent_at: float | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Delivery:
        system = record.get("attributes") or {}
        sent = _number(system.get("SentTimestamp"))
        return cls(
            message_id=str(record.get("messageId", "")),
            receipt_handle=str(record.get("receiptHandle", "")),
            body=record.get("body"),
            receives=int(_number(system.get("ApproximateReceiveCount")) or 1),
            sent_at=None if sent is None else sent / 1000,
            attributes=record.get("messageAttributes") or {},
        )


def _number(given: Any) -> float | None:
    try:
        return float(given)
    except (TypeError, ValueError):
        return None
