"""What is published about an arrival: the events ``Contact Transfer Confirmed`` and ``Contact Transfer Unconfirmed``."""

from __future__ import annotations

from typing import Any

from contact_transfer.confirmation.arrivals import Transfer
from contact_transfer.confirmation.contact_events import Arrived
from contact_transfer.messaging.event_bus import Event
from contact_transfer.request.event_types import CONFIRMED, UNCONFIRMED
from contact_transfer.request.model import NAMED_CONTACT, from_snapshot
from contact_transfer.request.timestamps import rfc3339


def confirmed(transfer: Transfer, event: Arrived) -> Event:
    """The contact has arrived, and where."""
    detail: dict[str, Any] = {"arrivedAs": event.kind, "arrivedAt": rfc3339(event.at)}
    detail |= {"arrivedQueueId": event.queue_id} if event.queue_id else {}
    detail |= {"arrivedUserId": event.user_id} if event.user_id else {}
    seconds = seconds_to_arrival(transfer, event)
    detail |= {} if seconds is None else {"secondsToArrival": seconds}
    return Event(CONFIRMED, _known(transfer, CONFIRMED) | detail)


def unconfirmed(transfer: Transfer, why: str, at: float, disconnect_reason: str | None) -> Event:
    """The contact has ended before it arrived (``disconnect_reason``: Connect's word), or nothing was heard in time: ``why`` says it."""
    detail = {"unconfirmedReason": why, "unconfirmedAt": rfc3339(at)}
    detail |= {"disconnectReason": disconnect_reason} if disconnect_reason else {}
    return Event(UNCONFIRMED, _known(transfer, UNCONFIRMED) | detail)


def seconds_to_arrival(transfer: Transfer, event: Arrived) -> float | None:
    """From the request to the arrival, by two clocks: never under 0. None when the request's time is not known."""
    return None if transfer.asked_at is None else round(max(0.0, event.at - transfer.asked_at), 3)


def _known(transfer: Transfer, event: str) -> dict[str, Any]:
    named = transfer.asked.get(NAMED_CONTACT)
    known = {
        "requestName": transfer.name,
        "instanceId": transfer.instance_id,
        "contactId": named or transfer.contact_id,
        **({"movedContactId": transfer.contact_id} if named else {}),
    }
    known |= from_snapshot(transfer.asked, event)
    known |= {"newContactId": transfer.new_contact_id} if transfer.new_contact_id else {}
    return known | ({"newContactArn": transfer.new_contact_arn} if transfer.new_contact_arn else {})
