"""One message as Lambda delivers it, read so that no record, however odd, can break the batch."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

#: The attribute of a message that was moved to the queue of its lane: the id that it had before.
MOVED_FROM = "ContactTransferMovedFrom"
#: Up to 100 characters. Source: SQS developer guide, "Queue and message identifiers".
_MESSAGE_ID = re.compile(r"[A-Za-z0-9-]{1,100}")


@dataclass(frozen=True)
class Delivery:
    """A record of an SQS event. ``receives``: how often it was received.

    ``sent_at``, ``first_received_at``: epoch seconds, None when unknown. ``queue_arn``: the queue that it came through.
    """

    message_id: str
    receipt_handle: str
    body: Any
    receives: int = 1
    sent_at: float | None = None
    first_received_at: float | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    queue_arn: str = ""

    @property
    def queue(self) -> str:
        """The name of the queue that it came through."""
        return self.queue_arn.rpartition(":")[2]

    @property
    def original_id(self) -> str:
        """The id under which its producer sent it: after a move between the lanes it has another one, perhaps in two copies.

        Every producer can write the attribute, so it names an end only together with the request that has come to it.
        """
        attribute = self.attributes.get(MOVED_FROM)
        original = attribute.get("stringValue") if isinstance(attribute, Mapping) else None
        return original if isinstance(original, str) and _MESSAGE_ID.fullmatch(original) else self.message_id

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
            queue_arn=str(record.get("eventSourceARN", "")),
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
