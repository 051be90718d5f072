"""A message of the dead-letter queue, and which of them an operator means."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contact_transfer.messaging.outcome_events import REASON
from contact_transfer.request.envelope import MalformedMessage, open_body
from contact_transfer.request.fields import instant
from transfers_cli.errors import Exit, Stop

#: Messages that came here without the worker: given up by the queue, or not delivered by EventBridge.
NO_CODE, NOT_DELIVERED = "NoCode", "NotDelivered"
_AGE = re.compile(r"(\d+)([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True)
class Parked:
    """One message. ``receipt`` is that of the latest receive; ``sent_at``: when it came into the dead-letter queue or, for
    one the queue gave up, into the transfer queue; epoch seconds.
    """

    message_id: str
    receipt: str
    body: str
    attributes: Mapping[str, Mapping[str, Any]]
    sent_at: float

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Parked:
        """Read a message as ReceiveMessage shows it."""
        sent = float(message.get("Attributes", {}).get("SentTimestamp", 0)) / 1000
        attributes = message.get("MessageAttributes", {})
        return cls(message["MessageId"], message["ReceiptHandle"], message["Body"], attributes, sent)

    def told(self, name: str) -> str | None:
        """A string attribute."""
        value = self.attributes.get(name, {}).get("StringValue")
        return None if value is None else str(value)

    @property
    def code(self) -> str:
        return self.told("FailureCode") or (NOT_DELIVERED if "RULE_ARN" in self.attributes else NO_CODE)

    @property
    def why(self) -> str:
        if self.code == NOT_DELIVERED:
            return f"EventBridge could not deliver it: {self.told('ERROR_CODE')} {self.told('ERROR_MESSAGE') or ''}".strip()
        given_up = "The transfer queue gave it up without the worker's verdict (its receives were used up)."
        return self.told("FailureMessage") or given_up

    @property
    def failed_at(self) -> float:
        return instant(self.told("FailedAt") or "") or self.sent_at

    @property
    def contact(self) -> str | None:
        return self.told("ContactId") or _text(self.fields, "contactId")

    @property
    def route(self) -> str | None:
        return _text(self.fields, "route")

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the body asks for, unchecked; empty when it cannot be opened."""
        try:
            return open_body(self.body).fields
        except MalformedMessage:
            return {}

    def own_attributes(self) -> dict[str, dict[str, Any]]:
        """The attributes it had before it failed, as SendMessage takes them."""
        kept = {name: value for name, value in self.attributes.items() if name not in REASON}
        return {
            name: {key: value[key] for key in ("DataType", "StringValue", "BinaryValue") if key in value}
            for name, value in kept.items()
        }

    def summary(self) -> dict[str, Any]:
        """What ``ls --json`` tells. No body: bodies are shown by ``show`` alone."""
        return {
            "messageId": self.message_id,
            "failureCode": self.code,
            "failureMessage": self.why,
            "failedAt": datetime.fromtimestamp(self.failed_at).astimezone().isoformat(timespec="seconds"),
            "requestName": self.told("RequestName"),
            "contactId": self.contact,
            "route": self.route,
            "attempts": self.told("Attempts"),
            "originalMessageId": self.told("OriginalMessageId"),
        }

    def copy(self) -> str:
        """All of it, as one line of JSON: what ``drop`` keeps and ``send`` can send again."""
        strings = {name: self.told(name) for name in self.attributes}
        return json.dumps({"messageId": self.message_id, "attributes": strings, "body": self.body}, ensure_ascii=False)


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) else None


@dataclass(frozen=True)
class Choice:
    """Which messages are meant; what is None or empty does not matter. Moments in epoch seconds."""

    codes: frozenset[str] = frozenset()
    contact: str | None = None
    route: str | None = None
    after: float | None = None
    before: float | None = None
    ids: frozenset[str] = frozenset()

    @property
    def everything(self) -> bool:
        return self == Choice()

    def __contains__(self, message: Parked) -> bool:
        return (
            (not self.codes or message.code in self.codes)
            and (self.contact is None or message.contact == self.contact)
            and (self.route is None or message.route == self.route)
            and (self.after is None or message.failed_at >= self.after)
            and (self.before is None or message.failed_at < self.before)
            and (not self.ids or bool({message.message_id, message.told("OriginalMessageId")} & self.ids))
        )


def moment(text: str | None, now: float | None = None) -> float | None:
    """``90m``, ``2h``, ``3d`` ago, or a time in RFC 3339. Raise ``Stop`` for anything else."""
    if text is None:
        return None
    if match := _AGE.fullmatch(text):
        return (time.time() if now is None else now) - int(match[1]) * _UNITS[match[2]]
    found = instant(text)
    if found is None:
        raise Stop(
            f"'{text}' is neither an age such as 90m, 2h or 3d nor a time such as 2026-03-01T09:30:00Z.", Exit.USAGE
        )
    return found
