"""The function that sweeps the queues which a real-time metric rule of Connect names.

EventBridge invokes it asynchronously and repeats a failed invocation twice. That is harmless: a request's identity is contact, flow
and destination, and the batch is named after the event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger

from contact_transfer.config.function_settings import SweepSettings
from contact_transfer.queue_sweep.order import SweepOrder
from contact_transfer.queue_sweep.requests import body
from contact_transfer.queue_sweep.sending import RequestQueue
from contact_transfer.queue_sweep.sweep_event import read_sweep_event
from contact_transfer.queue_sweep.waiting import ContactSearch
from contact_transfer.request.arn import parse_instance
from contact_transfer.transfer.clock import Clock

#: Seconds of the invocation that are kept for sending what was found.
SENDING_SECONDS = 30.0


@dataclass(frozen=True)
class SweepFunction:
    """Answers invocations of the rules of sweeping routes. ``urgent`` takes the requests of an urgent sweep, ``normal`` all others."""

    search: ContactSearch
    normal: RequestQueue
    urgent: RequestQueue
    settings: SweepSettings
    logger: Logger
    clock: Clock

    def invoke(self, event: Any, seconds: float) -> dict[str, Any]:
        """Search and send.

        Args:
            event: what a route's rule wrote.
            seconds: until the invocation ends.

        Returns:
            The number of requests, and the batch that they form.

        Raises:
            NotASweep, SearchFailed, NotSent: nothing, or not everything, was sent; the invocation fails and is repeated.
        """
        until = self.clock.now() + seconds - SENDING_SECONDS
        instances = [parse_instance(text) for text in self.settings.instance_arns]
        orders = read_sweep_event(event, instances, self.settings.allowed_channels)
        if not orders:
            self.logger.warning(
                "no queue of this deployment's instances", route=event["route"], eventId=event["eventId"]
            )
        return {"batchId": f"sweep-{event['eventId']}", "requests": sum(self._sweep(order, until) for order in orders)}

    def _sweep(self, order: SweepOrder, until: float) -> int:
        contacts = self.search.waiting(order, until)
        queue = self.urgent if order.is_urgent else self.normal
        queue.send([body(order, contact) for contact in contacts])
        self.logger.info(
            "swept",
            route=order.route,
            batchId=order.batch_id,
            queueIds=list(order.from_queue_ids),
            requests=len(contacts),
        )
        return len(contacts)
