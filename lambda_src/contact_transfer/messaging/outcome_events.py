"""What is published about an outcome: the event for the bus, and the attributes for the dead-letter queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contact_transfer.messaging.event_bus import Event
from contact_transfer.request.event_types import CANCELLED, FAILED, SKIPPED, SUCCEEDED
from contact_transfer.request.fields import carried
from contact_transfer.request.timestamps import rfc3339
from contact_transfer.transfer.outcome import Cancelled, Failed, Skipped, Transferred

#: The attributes of a parked message that are the worker's. Under these names a message has nothing of its own: what it
#: carries is of an earlier failure, after which it was sent back.
REASON = (
    "FailureCode",
    "FailureMessage",
    "FailedAt",
    "RequestName",
    "ContactId",
    "Attempts",
    "OriginalMessageId",
)


def succeeded(known: Mapping[str, Any], done: Transferred) -> Event:
    """``Contact Transfer Succeeded``. ``known``: the request's public fields."""
    detail: dict[str, Any] = {**carried(known, SUCCEEDED), "attempts": done.attempts}
    if done.new_contact_id is not None:
        detail["newContactId"] = done.new_contact_id
    if done.new_contact_arn is not None:
        detail["newContactArn"] = done.new_contact_arn
    if done.transferred_at is not None:
        detail["transferredAt"] = rfc3339(done.transferred_at)
    if done.initial_contact_id is not None:
        detail["initialContactId"] = done.initial_contact_id
    if done.moved_contact_id is not None:
        detail["movedContactId"] = done.moved_contact_id
    if done.inferred:
        detail["attribution"] = "inferred"
    return Event(SUCCEEDED, detail)


def failed(known: Mapping[str, Any], failure: Failed, message_id: str, failed_at: str) -> Event:
    """``Contact Transfer Failed``. ``known``: what could be read of the request."""
    detail: dict[str, Any] = {
        **carried(known, FAILED),
        "failureCode": str(failure.code),
        "failureMessage": failure.message,
        "failedAt": failed_at,
    }
    if failure.successor_contact_id is not None:
        detail["successorContactId"] = failure.successor_contact_id
    if failure.moved_contact_id is not None:
        detail["movedContactId"] = failure.moved_contact_id
    return Event(FAILED, _of_message(detail, failure.attempts, message_id))


def skipped(known: Mapping[str, Any], skip: Skipped, message_id: str, skipped_at: str) -> Event:
    """``Contact Transfer Skipped``. ``known``: the request's public fields."""
    detail: dict[str, Any] = {**carried(known, SKIPPED), "skipReason": str(skip.reason), "skippedAt": skipped_at}
    if skip.moved_contact_id is not None:
        detail["movedContactId"] = skip.moved_contact_id
    return Event(SKIPPED, _of_message(detail, skip.attempts, message_id))


def cancelled(known: Mapping[str, Any], cancel: Cancelled, message_id: str, cancelled_at: str) -> Event:
    """``Contact Transfer Cancelled``. ``known``: the request's public fields."""
    detail: dict[str, Any] = {**carried(known, CANCELLED), "cancelledAt": cancelled_at}
    return Event(CANCELLED, _of_message(detail, cancel.attempts, message_id))


def _of_message(detail: dict[str, Any], attempts: int | None, message_id: str) -> dict[str, Any]:
    """The detail with what every end of a message has."""
    counted = {} if attempts is None else {"attempts": attempts}
    return {**detail, "originalMessageId": message_id, **counted}


def attributes(known: Mapping[str, Any], failure: Failed, message_id: str, failed_at: str) -> dict[str, str]:
    """The attributes of a parked message; what is not known is left out."""
    detail = {
        "FailureCode": str(failure.code),
        "FailureMessage": failure.message,
        "FailedAt": failed_at,
        "RequestName": known.get("requestName", ""),
        "ContactId": known.get("contactId", ""),
        "Attempts": "" if failure.attempts is None else str(failure.attempts),
        "OriginalMessageId": message_id,
    }
    return {name: value for name, value in detail.items() if value}
