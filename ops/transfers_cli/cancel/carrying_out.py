"""A cancellation from sending it to the end of what it calls off: its message, the ledger's word, the schedules.

Its message waits behind whatever waits in its queue, and while the worker is paused. So the worker is also invoked with it at once.
Both say the same, and the one that is read second changes nothing.
"""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from contact_transfer.messaging.schedules import may_hold
from contact_transfer.request.cancellation import HOLDS_SECONDS, Cancellation
from contact_transfer.request.identity import request_name
from contact_transfer.request.source import Source, mark
from transfers_cli import say
from transfers_cli.deployment import Deployment
from transfers_cli.held import held_request, schedule_names, send_now
from transfers_cli.ledger import LedgerReader
from transfers_cli.progress import waiting

#: How long somebody waits for the worker to read the cancellation, and how often the ledger is asked meanwhile.
PATIENCE_SECONDS, LOOK_SECONDS = 30.0, 0.5
#: Clocks may differ by so much (assumed).
_CLOCKS_SECONDS = 60.0
_WAITING = "ApproximateNumberOfMessages"
_AT_ONCE = 8
_LANES = ("Urgent", "Transfer")


@dataclass(frozen=True)
class Done:
    """``before``: messages in its queue when it was sent. ``is_read``: the ledger has it. ``schedules``: how many were deleted."""

    message_id: str
    before: int
    is_read: bool
    schedules: int = 0


def carry_out(found: Deployment, cancellation: Cancellation) -> Done:
    """Send the cancellation, let the worker read it, wait until the ledger has it, and end what is scheduled."""
    before = {lane: found.queue(f"{lane}QueueUrl", _WAITING)[_WAITING] for lane in _LANES}
    lane = min(_LANES, key=lambda one: before[one])
    began, body = time.time(), json.dumps(cancellation.message())
    message_id = found.aws("sqs").send_message(
        QueueUrl=found.output(f"{lane}QueueUrl"), MessageBody=body, MessageAttributes=mark(Source.CLI)
    )["MessageId"]
    with waiting("waiting for the worker to read it"):
        _invoke_worker(found, as_event(body, message_id, found.output(f"{lane}QueueArn")))
        is_read = _is_read(found, cancellation, began + HOLDS_SECONDS - _CLOCKS_SECONDS)
    schedules = _end_scheduled(found, cancellation) if is_read else 0
    return Done(message_id, before[lane], is_read, schedules)


def as_event(body: str, message_id: str, queue_arn: str) -> dict[str, Any]:
    """The event with which Lambda invokes the worker for a message, as far as a cancellation needs it."""
    record = {"messageId": message_id, "receiptHandle": "", "body": body, "eventSourceARN": queue_arn}
    return {"Records": [{**record, "eventSource": "aws:sqs", "attributes": {}, "messageAttributes": {}}]}


def _invoke_worker(found: Deployment, event: dict[str, Any]) -> None:
    """What comes of it shows in the ledger. Without it the message is read in its turn."""
    try:
        found.aws("lambda").invoke(FunctionName=found.output("WorkerFunctionName"), Payload=json.dumps(event))
    except (ClientError, BotoCoreError) as error:
        say.note(f"The worker could not be invoked, so the cancellation waits its turn in its queue: {error}", "yellow")


def _is_read(found: Deployment, cancellation: Cancellation, until: float) -> bool:
    """Whether the ledger shows within the patience that the cancellation holds at least ``until``."""
    reader, deadline = LedgerReader(found), time.monotonic() + PATIENCE_SECONDS
    while True:
        known = _cancelled_until(reader, cancellation)
        if known is not None and known >= until:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK_SECONDS)


def _cancelled_until(reader: LedgerReader, cancellation: Cancellation) -> float | None:
    if cancellation.batch_id is not None:
        return reader.batch_cancelled_until(cancellation.instance_id, cancellation.batch_id)
    known = reader.request_id(request_name(cancellation.instance_id, cancellation.request_id or ""))
    return None if known is None else known.cancelled_until


def _end_scheduled(found: Deployment, cancellation: Cancellation) -> int:
    """Send what is scheduled to its queue now, where its cancellation meets it. Answer how many schedules were deleted."""
    name = cancellation.request_id and request_name(cancellation.instance_id, cancellation.request_id)
    wanted = partial(may_hold, instance_id=cancellation.instance_id, name=name, batch_id=cancellation.batch_id)
    named = {"requestName": name, "batchId": cancellation.batch_id}

    def end(schedule: str) -> bool:
        held = held_request(found, schedule)
        if held is None or not any(
            value is not None and held.public.get(field) == value for field, value in named.items()
        ):
            return False
        return send_now(found, held)

    with waiting("ending what is scheduled"), ThreadPoolExecutor(_AT_ONCE) as pool:
        return sum(pool.map(end, schedule_names(found, wanted)))
