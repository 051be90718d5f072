"""The account of the demonstration, kept from outside: Connect's history, the dead-letter queue, the transfer queue.

The service's own ledger and events are not read: an auditor does not rely on the records he audits.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contact_transfer.transfer.outcome import FailureCode
from local.cloud import LocalCloud
from local.demo.request import Request


def update(cloud: LocalCloud, requests: Sequence[Request]) -> None:
    """Note for every request what is visible of it now."""
    transfers = [one for one in cloud.control.transfers() if one["by"] == "TransferContact"]
    parked: dict[str, list[dict[str, str]]] = {}
    for message in cloud.dead_letters():
        attributes = {
            name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()
        }
        for name in {attributes.get("OriginalMessageId", ""), _event_id(message["Body"])}:
            parked.setdefault(name, []).append(attributes)
        if attributes.get("FailureCode") == FailureCode.ROUTE_LIMIT_REACHED:
            parked.setdefault(f"route {attributes.get('ContactId')}", []).append(attributes)
    for request in requests:
        request.transfers = [one for one in transfers if one["old"] == request.contact_id]
        name = request.sent_as if request.follows is None else f"route {request.contact_id}"
        # What a flow or a route sent has no id that could be known.
        request.parked = parked.get(name, []) if name else []


def _event_id(body: str) -> str:
    try:
        parsed = json.loads(body)
    except ValueError:
        return ""
    return str(parsed.get("id", "")) if isinstance(parsed, dict) else ""


@dataclass(frozen=True)
class Summary:
    """How many ``contacts`` there were; how many were ``transferred``, ``failed`` (by code), ``lost`` or transferred ``twice``.

    ``complaints``: every invariant that broke, a line each.
    """

    transferred: int
    contacts: int
    failed: Mapping[str, int]
    lost: int
    twice: int
    complaints: Sequence[str]


def summarize(cloud: LocalCloud, requests: Sequence[Request]) -> Summary:
    """Judge the whole: nothing lost, nothing twice, everything as it must be, nothing left over."""
    wanted = {request.contact_id for request in requests if request.code is None}
    stats = cloud.control.stats()
    lost = [request for request in requests if not request.settled]
    complaints = [f"{request.what.strip()}: {text}" for request in requests if (text := request.complaint())]
    complaints += [f"contact {contact} was transferred twice" for contact in stats["transferred_twice"]]
    if left := cloud.queue_depth():
        complaints.append(f"{left} messages are still in the transfer queue")
    if len(cloud.dead_letters()) != (
        expected := sum(1 for request in requests if request.code and not request.rejected)
    ):
        complaints.append(f"the dead-letter queue holds {len(cloud.dead_letters())} messages, not {expected}")
    once = {request.contact_id for request in requests if request.code is None and len(request.transfers) == 1}
    failed = Counter(one.parked[0].get("FailureCode", "no code") for one in requests if one.parked)
    failed += Counter(one.rejected["failureCode"] for one in requests if one.rejected)
    return Summary(len(once), len(wanted), failed, len(lost), len(stats["transferred_twice"]), complaints)


def calls(cloud: LocalCloud) -> dict[str, dict[str, Any]]:
    """Return how often the service called each of its Connect operations, by answer."""
    names = ("TransferContact", "DescribeContact", "DescribeContactFlow", "ListAssociatedContacts")
    counted = cloud.control.stats()["calls"]
    return {name: counted.get(name, {}) for name in names}
