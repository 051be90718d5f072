"""The worker's entry point: an SQS batch in, a partial batch response out."""

from __future__ import annotations

from typing import Any

from contact_transfer import bootstrap
from contact_transfer.transfer.clock import Deadline

_batch = bootstrap.batch()


def handler(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """Carry out a batch of messages. Answer which of them must come back.

    Raise ``ValueError`` when the event is no SQS event: the function is wired to something else than its queue.
    """
    records = event.get("Records")
    if not isinstance(records, list):
        raise ValueError("Not an SQS event: it has no Records. Only queues and `transfers cancel` invoke the worker.")  # noqa: TRY004 - the value is wrong, whatever its type
    left = context.get_remaining_time_in_millis() / 1000
    deadline = Deadline(at=bootstrap.CLOCK.monotonic() + left, wall=bootstrap.CLOCK.now() + left)
    _batch.telemetry.begin(context.aws_request_id)
    back = _batch.carry_out(records, deadline)
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in back]}
