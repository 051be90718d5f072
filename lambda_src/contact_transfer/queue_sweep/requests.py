"""The transfer requests of a sweep: pure."""

from __future__ import annotations

import json
from typing import Any

from contact_transfer.queue_sweep.order import SweepOrder
from contact_transfer.queue_sweep.waiting import WaitingContact


def request(order: SweepOrder, contact: WaitingContact) -> dict[str, Any]:
    """The request that moves one contact of an order.

    It has no ``requestId``: its identity is contact, flow and destination, so a second sweep of the same queue, or a repeated event,
    asks for the same transfer. It is skipped when the contact has moved, ended or met an agent meanwhile.
    """
    fields = {
        "instanceId": order.instance_id,
        "contactId": contact.contact_id,
        "contactFlowId": order.contact_flow_id,
        "queueId": order.queue_id,
        "userId": order.user_id,
        "onlyIfWaiting": True,
        "onlyIfInQueueId": contact.queue_id,
        "batchId": order.batch_id,
        "priority": "urgent" if order.is_urgent else None,
        "route": order.route,
        "reason": order.reason,
    }
    return {name: value for name, value in fields.items() if value is not None}


def body(order: SweepOrder, contact: WaitingContact) -> str:
    """The request as the body of an SQS message."""
    return json.dumps(request(order, contact), separators=(",", ":"))
