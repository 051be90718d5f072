"""From the event with which a route's rule invokes the sweep function to orders: pure.

The route's rule writes the event. The queues are those that a real-time metric rule of Connect names in ``resources`` of
``Metrics Rules Matched``. Source: EventBridge events reference, Amazon Connect events. Assumed: these are the ARNs that a queue has
everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from contact_transfer.queue_sweep.order import SweepOrder
from contact_transfer.request.arn import InstanceArn
from contact_transfer.request.field_types import one_spelling


class NotASweep(ValueError):
    """The event is not one that a rule of this deployment writes; the sentence says why."""


def read_sweep_event(event: Any, instances: Iterable[InstanceArn], channels: Iterable[str]) -> list[SweepOrder]:
    """The orders of an event: one for each of the deployment's instances whose queues it names.

    Args:
        event: ``route``, ``eventId``, ``queueArns`` and ``sweep``, as the rule writes them.
        instances: those that the deployment serves.
        channels: those that it transfers.

    Raises:
        NotASweep: something is missing. Only the route's rule invokes the function.
    """
    if not isinstance(event, Mapping):
        raise NotASweep("This is no event of a route's rule: it is not an object.")
    missing = [name for name in ("route", "eventId", "queueArns", "sweep") if not event.get(name)]
    if missing:
        raise NotASweep(f"This is no event of a route's rule: it has no {', no '.join(missing)}.")
    sweep = event["sweep"]
    named = event["queueArns"]
    arns = [one_spelling(arn) for arn in named if isinstance(arn, str)] if isinstance(named, list) else []
    orders = []
    for instance in instances:
        queues = [queue for arn in arns if (queue := instance.resource_id("queue", arn))]
        if queues:
            orders.append(_order(event, sweep, instance, tuple(dict.fromkeys(queues)), tuple(sorted(channels))))
    return orders


def _order(
    event: Mapping[str, Any],
    sweep: Mapping[str, Any],
    instance: InstanceArn,
    queues: tuple[str, ...],
    channels: tuple[str, ...],
) -> SweepOrder:
    return SweepOrder(
        instance_id=instance.instance_id,
        from_queue_ids=queues,
        contact_flow_id=sweep["contactFlowId"],
        batch_id=f"sweep-{event['eventId']}"[:128],
        queue_id=sweep.get("queueId"),
        user_id=sweep.get("userId"),
        older_than_seconds=float(sweep.get("olderThanMinutes", 0)) * 60,
        limit=int(sweep["limit"]),
        channels=channels,
        is_urgent=sweep.get("priority") == "urgent",
        route=event["route"],
    )
