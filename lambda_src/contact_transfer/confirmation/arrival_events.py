"""What is told about an arrival: the events ``Contact Transfer Confirmed`` and ``Contact Transfer Unconfirmed``."""

from __future__ import annotations

from typing import Any

from contact_transfer.confirmation.arrivals import Transfer
from contact_transfer.confirmation.contact_events import Arrived
from contact_transfer.messaging.event_bus import CONFIRMED, UNCONFIRMED, Event
from contact_transfer.messaging.outcome_events import rfc3339

#: What was asked, as the ledger spells it and as events do.
_ASKED = {
    "flow": "contactFlowId",
    "queue": "queueId",
    "user": "userId",
    "requestId": "requestId",
    "reason": "reason",
    "route": "route",
}


def confirmed(transfer: Transfer, news: Arrived) -> Event:
    """The contact has arrived, and where."""
    told: dict[str, Any] = {"arrivedAs": news.kind, "arrivedAt": rfc3339(news.at)}
    told |= {"arrivedQueueId": news.queue_id} if news.queue_id else {}
    told |= {"arrivedUserId": news.user_id} if news.user_id else {}
    seconds = seconds_to_arrival(transfer, news)
    told |= {} if seconds is None else {"secondsToArrival": seconds}
    return Event(CONFIRMED, _known(transfer) | told)


def unconfirmed(transfer: Transfer, why: str, at: float, disconnect_reason: str | None) -> Event:
    """The contact has ended before it arrived, or nothing was heard of it in time."""
    told = {"unconfirmedReason": why, "unconfirmedAt": rfc3339(at)}
    told |= {"disconnectReason": disconnect_reason} if disconnect_reason else {}
    return Event(UNCONFIRMED, _known(transfer) | told)


def seconds_to_arrival(transfer: Transfer, news: Arrived) -> float | None:
    """From the request to the arrival, by two clocks: never under 0. None when the request's time is not known."""
    return None if transfer.asked_at is None else round(max(0.0, news.at - transfer.asked_at), 3)


def _known(transfer: Transfer) -> dict[str, Any]:
    known = {"requestName": transfer.name, "instanceId": transfer.instance_id, "contactId": transfer.contact_id}
    known |= {public: transfer.asked[name] for name, public in _ASKED.items() if name in transfer.asked}
    known |= {"newContactId": transfer.new_contact_id} if transfer.new_contact_id else {}
    return known | ({"newContactArn": transfer.new_contact_arn} if transfer.new_contact_arn else {})
