"""The worker as Lambda runs it, with instant answers: its handler, its AWS clients, and messages for it."""

import importlib
import json
import os
import time
from typing import Any

from bench.inside.answers import answer_all
from contact_transfer import bootstrap

_made: list[bootstrap.Clients] = []
_real = bootstrap.clients


def _kept(region: str) -> bootstrap.Clients:
    _made.append(_real(region))
    return _made[-1]


bootstrap.clients = _kept
handler = importlib.import_module("contact_transfer.worker").handler
CLIENTS = _made[-1]
answer_all(CLIENTS.values())


class Context:
    """The part of Lambda's context that the worker reads."""

    aws_request_id = "8f1d7c1e-0000-4000-8000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Return a minute."""
        return 60_000


def event(first: int, messages: int, size: int = 0) -> dict[str, Any]:
    """Return a batch of requests about different contacts.

    Args:
        first: number of the first contact.
        messages: how many.
        size: bytes of a body that is no request; 0 for requests.
    """
    return {"Records": [_record(number, size) for number in range(first, first + messages)]}


def _record(number: int, size: int) -> dict[str, Any]:
    now = str(int(time.time() * 1000))
    request = {
        "instanceId": os.environ["INSTANCE_ARNS"].partition(",")[0],
        "contactId": f"aaaaaaaa-0000-4000-8000-{number:012d}",
        "contactFlowId": "bbbbbbbb-0000-4000-8000-000000000000",
        "queueId": "cccccccc-0000-4000-8000-000000000000",
    }
    return {
        "messageId": f"dddddddd-0000-4000-8000-{number:012d}",
        "receiptHandle": "handle",
        "body": "x" * size or json.dumps(request),
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": now,
            "ApproximateFirstReceiveTimestamp": now,
        },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }
