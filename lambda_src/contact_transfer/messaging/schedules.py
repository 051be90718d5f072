"""EventBridge Scheduler: holding a request by a one-time schedule that sends its message again when it is due.

A schedule's name comes from the request and the time, so a message that arrives again finds the schedule that it made. The body
goes out as it came in; a schedule cannot carry message attributes. Source: EventBridge Scheduler user guide, "Schedule types".
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from contact_transfer.aws.answers import code_and_status, is_denial
from contact_transfer.messaging.sqs_record import Delivery
from contact_transfer.request.model import TransferRequest

#: Source: EventBridge Scheduler API reference, Target: "The maximum size of the Input field is 256 KB".
LONGEST_INPUT_BYTES = 262_144
#: EventBridge Scheduler's own maximum. After it the message goes to the dead-letter queue.
RETRY_POLICY = {"MaximumEventAgeInSeconds": 86_400, "MaximumRetryAttempts": 185}
# In a schedule's input such a word is replaced by what it names. Source: user guide, "Context attributes".
_CONTEXT = "<aws.scheduler."
_ESCAPED = "\\u003caws.scheduler."  # the same text to every reader of JSON
#: A schedule's name: this word, and digests of its contact, its request's name, its batch and its time. At most 64 characters.
_WORD = "request-"
_CONTACT, _NAME, _BATCH, _TIME = slice(8, 24), slice(24, 36), slice(36, 48), slice(48, 64)


class NotHeld(Exception):
    """The schedule is not known to exist; ``denied`` when IAM refused."""

    def __init__(self, detail: str, *, denied: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.denied = denied


def schedule_name(request: TransferRequest, until: int) -> str:
    """The name of the schedule that holds ``request`` until a time in epoch seconds."""
    batch = f"{request.instance_id}/{request.batch_id or ''}"
    contact = f"{request.instance_id}/{request.contact_id}"
    parts = ((contact, _CONTACT), (request.name, _NAME), (batch, _BATCH), (f"{request.entry}/{until}", _TIME))
    return _WORD + "".join(_digits(text, place) for text, place in parts)


def may_hold(
    schedule: str,
    instance_id: str,
    *,
    contact_id: str | None = None,
    name: str | None = None,
    batch_id: str | None = None,
) -> bool:
    """Whether the schedule of that name may hold a request for the contact, of the name or of the batch: digests are short."""
    wanted = ((contact_id, _CONTACT), (batch_id, _BATCH))
    found = [_digits(f"{instance_id}/{text}", place) == schedule[place] for text, place in wanted if text is not None]
    return any([*found, name is not None and _digits(name, _NAME) == schedule[_NAME]])


def _digits(text: str, place: slice) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[: place.stop - place.start]


class Schedules:
    """The deployment's schedule group. ``client``: makes a botocore client of EventBridge Scheduler when it is first needed."""

    def __init__(self, client: Callable[[], Any], group: str, role_arn: str, dead_letter_queue_url: str) -> None:
        self._new_client = client
        self._group = group
        self._role_arn = role_arn
        self._dead_letter_queue = dead_letter_queue_url.rpartition("/")[2]

    def hold(self, request: TransferRequest, delivery: Delivery, until: float) -> None:
        """Have the message sent to its queue again at ``until``, epoch seconds. Once it returns, the message may be deleted.

        Raises:
            NotHeld: nobody knows whether it will be sent; the message must stay in its queue.
        """
        second = math.ceil(until)
        name = schedule_name(request, second)
        try:
            if not self._exists(name, second, delivery):
                raise NotHeld("an answer without ARN")  # somebody in between has answered
        except ClientError as error:
            code, status = code_and_status(error)
            raise NotHeld(f"{code} (HTTP {status})", denied=is_denial(code)) from error
        except BotoCoreError as error:
            raise NotHeld(type(error).__name__, denied=is_denial(type(error).__name__)) from error

    def _exists(self, name: str, second: int, delivery: Delivery) -> bool:
        try:
            return bool(self._client.create_schedule(**self._schedule(name, second, delivery)).get("ScheduleArn"))
        except ClientError as error:
            if code_and_status(error)[0] != "ConflictException":
                raise
        # The name is taken, or the schedule is being changed or deleted: only a look tells.
        return bool(self._client.get_schedule(GroupName=self._group, Name=name).get("Arn"))

    @cached_property
    def _client(self) -> Any:
        return self._new_client()

    def _schedule(self, name: str, second: int, delivery: Delivery) -> dict[str, Any]:
        # Both queues are of one stack, so of one account and Region.
        dead_letter_queue_arn = f"{delivery.queue_arn.rpartition(':')[0]}:{self._dead_letter_queue}"
        return {
            "GroupName": self._group,
            "Name": name,
            "ScheduleExpression": f"at({datetime.fromtimestamp(second, UTC):%Y-%m-%dT%H:%M:%S})",
            "ScheduleExpressionTimezone": "UTC",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "ActionAfterCompletion": "DELETE",
            "Target": {
                "Arn": delivery.queue_arn,
                "RoleArn": self._role_arn,
                "Input": delivery.body.replace(_CONTEXT, _ESCAPED),
                "RetryPolicy": RETRY_POLICY,
                "DeadLetterConfig": {"Arn": dead_letter_queue_arn},
            },
        }
