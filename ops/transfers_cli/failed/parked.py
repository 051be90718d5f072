"""A message of the dead-letter queue, and which of them an operator means."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contact_transfer.messaging.outcome_events import REASON
from contact_transfer.request.envelope import MalformedMessage, open_body
from contact_transfer.request.timestamps import instant
from contact_transfer.transfer.failure_codes import FailureCode
from transfers_cli import say

#: Messages that came here without the worker: given up by the queue, or not delivered by EventBridge.
NO_CODE, NOT_DELIVERED = "NoCode", "NotDelivered"
#: Every code that a message can be chosen by.
CODES = (*map(str, FailureCode), NO_CODE, NOT_DELIVERED)
#: What EventBridge adds to an event that it could not deliver. Source: "Using dead-letter queues", EventBridge user guide.
_DELIVERY = frozenset(
    {"RULE_ARN", "TARGET_ARN", "ERROR_CODE", "ERROR_MESSAGE", "EXHAUSTED_RETRY_CONDITION", "RETRY_ATTEMPTS"}
)


@dataclass(frozen=True)
class Parked:
    """One message. ``receipt`` is that of the latest receive; ``sent_at``: when it came into the dead-letter queue or, for
    one the queue gave up, into the transfer queue; epoch seconds. ``given_up_by``: the ARN of the queue that gave it up, if one did.
    """

    message_id: str
    receipt: str
    body: str
    attributes: Mapping[str, Mapping[str, Any]]
    sent_at: float
    given_up_by: str | None = None

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Parked:
        """Read a message as ReceiveMessage shows it."""
        system, attributes = message.get("Attributes", {}), message.get("MessageAttributes", {})
        sent, given_up_by = float(system.get("SentTimestamp", 0)) / 1000, system.get("DeadLetterQueueSourceArn")
        return cls(message["MessageId"], message["ReceiptHandle"], message["Body"], attributes, sent, given_up_by)

    def attribute(self, name: str) -> str | None:
        """A string attribute."""
        value = self.attributes.get(name, {}).get("StringValue")
        return None if value is None else str(value)

    @property
    def code(self) -> str:
        """The failure code; a word of the command's own if the worker gave none."""
        return self.attribute("FailureCode") or (NOT_DELIVERED if "RULE_ARN" in self.attributes else NO_CODE)

    @property
    def why(self) -> str:
        """The failure as a sentence."""
        if self.code == NOT_DELIVERED:
            return f"EventBridge could not deliver it: {self.attribute('ERROR_CODE')} {self.attribute('ERROR_MESSAGE') or ''}".strip()
        given_up = "The transfer queue gave it up without a result of the worker (its receives were used up)."
        return self.attribute("FailureMessage") or given_up

    @property
    def failed_at(self) -> float:
        """When the request failed, or else when the message was sent: seconds since 1970."""
        return instant(self.attribute("FailedAt") or "") or self.sent_at

    @property
    def contact(self) -> str | None:
        """Id of the contact, if the message names one."""
        return self.attribute("ContactId") or _text(self.fields, "contactId") or _contact_of_event(self.body)

    @property
    def route(self) -> str | None:
        """The route of the request, if it has one."""
        return _text(self.fields, "route")

    @property
    def destination(self) -> str | None:
        """The queue or agent that the request names, as it stands there."""
        return _text(self.fields, "queueId") or _text(self.fields, "userId")

    @property
    def priority(self) -> str | None:
        """The lane that the request names, if it names one."""
        return _text(self.fields, "priority")

    @property
    def fields(self) -> Mapping[str, Any]:
        """What the body asks for, unchecked; empty when it cannot be opened."""
        try:
            return open_body(self.body).fields
        except MalformedMessage:
            return {}

    def own_attributes(self) -> dict[str, dict[str, Any]]:
        """The attributes it had before it failed, as SendMessage takes them."""
        undelivered = _DELIVERY if "RULE_ARN" in self.attributes else frozenset()
        kept = {name: value for name, value in self.attributes.items() if name not in {*REASON, *undelivered}}
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
            "failedAt": say.when(self.failed_at),
            "requestName": self.attribute("RequestName"),
            "contactId": self.contact,
            "route": self.route,
            "attempts": self.attribute("Attempts"),
            "originalMessageId": self.attribute("OriginalMessageId"),
        }

    def copy(self) -> str:
        """All of it, as one line of ASCII JSON: what ``drop`` keeps and ``send`` can send again."""
        attributes = {name: _as_text(value) for name, value in self.attributes.items()}
        return json.dumps({"messageId": self.message_id, "attributes": attributes, "body": self.body})


def copied(line: str) -> tuple[str, dict[str, dict[str, Any]]] | None:
    """The body and the message's own attributes in a line that ``Parked.copy`` made; None for any other line."""
    try:
        document = json.loads(line)
    except ValueError:
        return None
    if not isinstance(document, dict) or set(document) != {"messageId", "attributes", "body"}:
        return None
    attributes = {name: _from_text(value) for name, value in document["attributes"].items()}
    return str(document["body"]), Parked("", "", "", attributes, 0.0).own_attributes()


def _as_text(attribute: Mapping[str, Any]) -> dict[str, str]:
    """An attribute of a message, its binary value in Base64."""
    text = {name: str(value) for name, value in attribute.items() if name in {"DataType", "StringValue"}}
    binary = attribute.get("BinaryValue")
    return text if binary is None else {**text, "BinaryValue": b64encode(binary).decode()}


def _from_text(text: Mapping[str, str]) -> dict[str, Any]:
    binary = text.get("BinaryValue")
    return dict(text) if binary is None else {**text, "BinaryValue": b64decode(binary)}


def _text(fields: Mapping[str, Any], name: str) -> str | None:
    value = fields.get(name)
    return value if isinstance(value, str) else None


def _contact_of_event(body: str) -> str | None:
    """The contact of one of Connect's own events, which is no request."""
    try:
        document = json.loads(body)
    except ValueError:
        return None
    detail = document.get("detail") if isinstance(document, dict) else None
    return _text(detail, "contactId") if isinstance(detail, dict) else None


@dataclass(frozen=True)
class Choice:
    """Which messages are meant; what is None or empty does not matter. Times in epoch seconds."""

    codes: frozenset[str] = frozenset()
    contact: str | None = None
    route: str | None = None
    after: float | None = None
    before: float | None = None
    ids: frozenset[str] = frozenset()

    @property
    def everything(self) -> bool:
        """Whether nothing restricts the choice."""
        return self == Choice()

    def __contains__(self, message: Parked) -> bool:
        return (
            (not self.codes or message.code in self.codes)
            and (self.contact is None or message.contact == self.contact)
            and (self.route is None or message.route == self.route)
            and (self.after is None or message.failed_at >= self.after)
            and (self.before is None or message.failed_at < self.before)
            and (not self.ids or bool({message.message_id, message.attribute("OriginalMessageId")} & self.ids))
        )
