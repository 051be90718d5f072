"""What events tell about transferred contacts, read from the messages of the confirmation queue.

    Arrived     the contact has been queued or connected to an agent
    Ended       it has ended, and neither had happened
    Announced   a transfer has been announced: its contact is to arrive in time

Contact events are best effort, unordered, and may come twice: every event of a contact that shows when it was queued or
connected tells of its arrival, its last one too. (That the event of a contact's end carries these times is assumed; where it
does not, and the event of the arrival is late, the arrival has the last word.) Source: Amazon Connect administrator guide,
"Contact events data model".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contact_transfer.connect.responses import TRANSFER_METHODS
from contact_transfer.request.event_types import SUCCEEDED
from contact_transfer.request.field_types import one_spelling
from contact_transfer.request.timestamps import instant

ARRIVALS = ("QUEUED", "CONNECTED_TO_AGENT")
ENDS = ("DISCONNECTED", "COMPLETED")


class Unreadable(ValueError):
    """The message holds no event that tells of a contact; the sentence says what is missing."""


@dataclass(frozen=True)
class ContactReference:
    """Which contact, and which it came from. ``transfer``: it shows as made by a transfer."""

    instance_id: str
    contact_id: str | None
    previous_contact_id: str
    contact_arn: str | None = None
    transfer: bool = True


@dataclass(frozen=True)
class Arrived:
    """The contact has been queued or connected to an agent.

    Attributes:
        at: when it first arrived, as far as the event shows; epoch seconds.
        kind: the type of contact event that reports that arrival.
        queue_id: the queue that agents share, if it is or was in one.
        user_id: the agent who has it, or in whose own queue it waits.

    """

    contact: ContactReference
    kind: str
    at: float
    queue_id: str | None
    user_id: str | None


@dataclass(frozen=True)
class Ended:
    """``at``: epoch seconds; ``reason``: Connect's disconnect reason."""

    contact: ContactReference
    at: float
    reason: str | None


@dataclass(frozen=True)
class Announced:
    """``at``: when the transfer was announced, epoch seconds."""

    contact: ContactReference
    at: float


ContactEvent = Arrived | Ended | Announced


def read_contact_event(body: Any) -> ContactEvent:
    """Read an EventBridge event, the body of a message. Raise ``Unreadable``."""
    try:
        event = json.loads(body)
        at = instant(event["time"])
        detail = event["detail"]
        if at is None:
            raise Unreadable("The event has no time.")
        return _announced(detail, at) if event.get("detail-type") == SUCCEEDED else _contact_event(detail, at)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(f"The message is no event about a contact ({type(error).__name__}).") from None


def _announced(detail: Mapping[str, Any], at: float) -> Announced:
    new = (detail.get("newContactId"), detail.get("newContactArn"))
    return Announced(ContactReference(detail["instanceId"], new[0], detail["contactId"], new[1]), at)


def _contact_event(detail: Mapping[str, Any], at: float) -> Arrived | Ended:
    instance_arn, contact_id = one_spelling(detail["instanceArn"]), one_spelling(detail["contactId"])
    reference = ContactReference(
        instance_arn.rpartition("/")[2],
        contact_id,
        one_spelling(detail["previousContactId"]),
        f"{instance_arn}/contact/{contact_id}",
        _upper(detail.get("initiationMethod")) in TRANSFER_METHODS,
    )
    kind = str(detail["eventType"]).upper()
    queue, agent = detail.get("queueInfo") or {}, detail.get("agentInfo") or {}
    shown = [
        (moment, word)
        for word, text in zip(
            ARRIVALS, (queue.get("enqueueTimestamp"), agent.get("connectedToAgentTimestamp")), strict=True
        )
        if text and (moment := instant(text)) is not None
    ]
    if kind in ARRIVALS or shown:
        first_at, first_kind = min(shown, default=(at, kind))
        queue_id, owner_id = _queue_and_owner(queue)
        return Arrived(reference, first_kind, first_at, queue_id, _id(agent.get("agentArn")) or owner_id)
    if kind not in ENDS:
        raise Unreadable(f"An event {kind} tells neither of an arrival nor of an end.")
    return Ended(reference, at, detail.get("disconnectReason"))


def _upper(text: str | None) -> str | None:
    return text.upper() if text else None


def _queue_and_owner(queue_info: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return the id of a shared queue, or that of the agent whose own queue it is; never both.

    An agent's own queue is known by its type or by its ARN, which AWS prints as ``queue/agent/AGENT`` (agent event streams)
    and as ``queue/AGENT`` (contact events); either can be missing. Its id is the agent's.
    """
    arn = queue_info.get("queueArn")
    own = str(queue_info.get("queueType")).upper() == "AGENT" or "/queue/agent/" in str(arn).lower()
    return (None, _id(arn)) if own else (_id(arn), None)


def _id(arn: object) -> str | None:
    return arn.rpartition("/")[2] or None if isinstance(arn, str) else None
