"""The service's own worker in a virtual deployment: its settings, and the handler that the function runs."""

from __future__ import annotations

from typing import Any

from contact_transfer.config.worker_settings import Settings
from contact_transfer.messaging.batch import Batch
from contact_transfer.transfer.clock import Clock, Deadline
from local.virtual.cloud import DEAD_LETTER_QUEUE_URL, QUEUE_URL, SCHEDULE_ROLE_ARN, URGENT_QUEUE_URL, Kit
from local.virtual.environment import Context, Handler

BUS = "contact-transfer"


def settings(instance_arn: str, bus: str = BUS) -> Settings:
    """Return the worker's settings in ``Cloud``, the others with their defaults. ``bus``: its name, and the schedule group's."""
    queues = (QUEUE_URL, URGENT_QUEUE_URL, DEAD_LETTER_QUEUE_URL)
    return Settings((instance_arn,), *queues, bus, "ledger", bus, SCHEDULE_ROLE_ARN)


def clock(kit: Kit) -> Clock:
    """Return the environment's clock as the service takes it."""
    return Clock(now=kit.now, monotonic=kit.monotonic, sleep=kit.sleep)


def handler(batch: Batch, clock: Clock) -> Handler:
    """Return what Lambda calls in an environment whose worker is ``batch``, with the deadline that the invocation has."""

    def carry_out(event: dict[str, Any], context: Context) -> Any:
        left = context.get_remaining_time_in_millis() / 1000
        back = batch.carry_out(event["Records"], Deadline(clock.monotonic() + left, clock.now() + left))
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in back]}

    return carry_out
