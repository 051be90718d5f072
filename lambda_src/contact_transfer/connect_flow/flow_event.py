"""From the event with which a Connect flow invokes a function to a transfer request: pure, and safe for whatever comes.

Contact and instance come from the event, which Connect writes; everything else from the block's parameters, which the
flow's author writes. Only ``ContactId``, ``Channel`` and ``InstanceARN`` can be relied on. Source: Amazon Connect
administrator guide, "Invoke AWS Lambda functions".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contact_transfer.config.function_settings import FlowSettings
from contact_transfer.request.envelope import MalformedMessage, open_body
from contact_transfer.request.fields import from_flow
from contact_transfer.request.model import TransferRequest
from contact_transfer.request.parser import Refused, read_request
from contact_transfer.request.source import Source
from contact_transfer.transfer import rules
from contact_transfer.transfer.outcome import Failed, FailureCode

_OF_THE_EVENT = ("instanceId", "contactId")


@dataclass(frozen=True)
class Asked:
    """``body``: the message for the queue; ``request``: the same, checked."""

    body: str
    request: TransferRequest


def read_flow_event(event: Any, settings: FlowSettings, now: float | None = None) -> Asked:
    """Check what a flow asks for, at the time ``now``, epoch seconds. Raise ``Refused``."""
    details = event.get("Details") if isinstance(event, dict) else None
    contact = details.get("ContactData") if isinstance(details, dict) else None
    if not isinstance(details, dict) or not isinstance(contact, dict):
        raise _refused(
            FailureCode.MALFORMED_MESSAGE, "This is no event of a Connect flow: it has no Details.ContactData."
        )
    parameters = _parameters(details.get("Parameters"))
    given = {"instanceId": contact.get("InstanceARN"), "contactId": contact.get("ContactId"), **parameters}
    request = read_request(given, settings, Source.FLOW, now)
    channel = contact.get("Channel")
    if isinstance(channel, str) and (
        wrong := rules.check_channel(request.contact_id, channel, settings.allowed_channels)
    ):
        raise Refused(wrong, request.public())
    body = json.dumps(given)
    try:
        open_body(body)  # the worker's own reading: what it would refuse must not be queued
    except MalformedMessage as error:
        raise Refused(Failed(FailureCode.MALFORMED_MESSAGE, str(error)), {}) from None
    return Asked(body, request)


def _parameters(given: Any) -> Mapping[str, Any]:
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise _refused(FailureCode.INVALID_FIELD, "Parameters is not an object.")
    taken = [name for name in _OF_THE_EVENT if name in given]
    if taken:
        raise _refused(
            FailureCode.INVALID_FIELD,
            f"{' and '.join(taken)} cannot be a parameter: a flow transfers its own contact; leave it out.",
        )
    return from_flow(given)


def _refused(code: FailureCode, message: str) -> Refused:
    return Refused(Failed(code, message), {})
