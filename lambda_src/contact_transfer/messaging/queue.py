"""SQS: parking what failed in the dead-letter queue, keeping away what is deferred, moving what came through the wrong lane.

A parked message is the message as it was sent, with the reason in attributes. A message has at most ten attributes, and
body and attributes together at most 1 MiB (SQS message quotas): the reason wins over the message's own attributes, and a
body too large for either goes without. Nothing of the reason is from an earlier failure of the message, after which it was
sent back: what this failure does not know is left out.
"""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from contact_transfer.aws.answers import is_denial
from contact_transfer.connect.lane_shares import Waiting
from contact_transfer.messaging.outcome_events import REASON
from contact_transfer.messaging.sqs_record import MOVED_FROM, Delivery
from contact_transfer.request.lanes import Lane, queue_name

MAXIMUM_ATTRIBUTES = 10
MAXIMUM_BYTES = 1_048_576
LONGEST_DELAY_SECONDS = 900
_BATCH = 10
_COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
# What SQS accepts in a string: the characters of XML 1.0. Compiled when the first message is parked: it takes 3 ms of the start.
_REFUSED = "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_TOO_LARGE = ("InvalidParameterValue", "InvalidMessageContents", "BatchRequestTooLong", "MessageTooLong")

Attributes = dict[str, dict[str, Any]]


class NotSent(Exception):
    """The queue did not take the message, or its answer was lost; ``denied`` when it was IAM or KMS."""

    def __init__(self, detail: str, *, denied: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.denied = denied


class Visibility:
    """Keeps messages of one queue away, through a botocore SQS client."""

    def __init__(self, client: Any, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def postpone(self, delays: Sequence[tuple[Delivery, float]]) -> list[str]:
        """Keep each message away for its seconds. Answer why some could not be: they come back by the queue's own time-out."""
        troubles: list[str] = []
        for start in range(0, len(delays), _BATCH):
            troubles += self._postpone(delays[start : start + _BATCH])
        return troubles

    def _postpone(self, delays: Sequence[tuple[Delivery, float]]) -> list[str]:
        entries = [
            {
                "Id": str(index),
                "ReceiptHandle": delivery.receipt_handle,
                "VisibilityTimeout": min(LONGEST_DELAY_SECONDS, max(1, math.ceil(seconds))),
            }
            for index, (delivery, seconds) in enumerate(delays)
        ]
        try:
            answer = self._client.change_message_visibility_batch(QueueUrl=self._queue_url, Entries=entries)
        except (ClientError, BotoCoreError) as error:
            return [type(error).__name__] * len(entries)
        return [str(failed.get("Code")) for failed in answer.get("Failed") or []]


class Queue:
    """The queues of the lanes and their dead-letter queue, through a botocore SQS client."""

    def __init__(self, client: Any, lanes: Mapping[Lane, str], dead_letter_queue_url: str) -> None:
        """``lanes``: the URL of each lane's queue."""
        self._client = client
        self._urls = lanes
        self._lanes = {queue_name(url): lane for lane, url in lanes.items()}
        self._dead_letter_queue_url = dead_letter_queue_url

    def lane(self, delivery: Delivery) -> Lane | None:
        """The lane that the message came through; None when it came through no queue that is known."""
        return self._lanes.get(delivery.queue)

    def waiting(self, lane: Lane) -> Waiting | None:
        """How many messages the lane's queue has, approximately; None when that cannot be read."""
        try:
            answer = self._client.get_queue_attributes(QueueUrl=self._urls[lane], AttributeNames=list(_COUNTS))
        except (ClientError, BotoCoreError):
            return None
        counts = answer.get("Attributes") or {}
        if not all(str(counts.get(name)).isdigit() for name in _COUNTS):  # somebody in between has answered
            return None
        return Waiting(*(int(counts[name]) for name in _COUNTS))

    def park(self, delivery: Delivery, reason: Mapping[str, str]) -> None:
        """Send the message, body unchanged, to the dead-letter queue. Raise ``NotSent``."""
        self._send(self._dead_letter_queue_url, delivery.body, list(_parked(delivery, reason)))

    def move(self, delivery: Delivery, lane: Lane) -> None:
        """Send the message, body and attributes unchanged, to the queue of ``lane``. Raise ``NotSent``.

        It names the id that it had, where it has room for one more attribute: in reports it keeps that id.
        """
        self._send(self._urls[lane], delivery.body, list(_moved(delivery)))

    def _send(self, url: str, body: str, choices: Sequence[Attributes]) -> None:
        """Send with the first of ``choices`` that SQS takes."""
        for last, attributes in zip([False] * (len(choices) - 1) + [True], choices, strict=True):
            try:
                answer = self._client.send_message(QueueUrl=url, MessageBody=body, MessageAttributes=attributes)
            except ClientError as error:
                code = str(error.response.get("Error", {}).get("Code", "Unknown"))
                if last or not code.endswith(_TOO_LARGE):
                    raise NotSent(code, denied=is_denial(code)) from error
            except BotoCoreError as error:
                raise NotSent(type(error).__name__, denied=is_denial(type(error).__name__)) from error
            else:
                if not answer.get("MessageId"):  # somebody in between has answered
                    raise NotSent("an answer without MessageId")
                return

    def postpone(self, delays: Sequence[tuple[Delivery, float]]) -> list[str]:
        """Keep messages away, each in its own queue: see ``Visibility.postpone``."""
        troubles: list[str] = []
        for lane, url in self._urls.items():
            own = [(delivery, seconds) for delivery, seconds in delays if (self.lane(delivery) or Lane.NORMAL) is lane]
            troubles += Visibility(self._client, url).postpone(own)
        return troubles


def _moved(delivery: Delivery) -> Iterator[Attributes]:
    """The attributes to send, best choice first: with the id that the message had, without it."""
    own = dict(_own(delivery.attributes, without=(MOVED_FROM,)))
    if len(own) < MAXIMUM_ATTRIBUTES:
        yield own | {MOVED_FROM: {"DataType": "String", "StringValue": delivery.original_id}}
    yield own


def _parked(delivery: Delivery, reason: Mapping[str, str]) -> Iterator[Attributes]:
    """The attributes to send, best choice first: with the message's own, with the reason alone, with none."""
    added = {
        name: {"DataType": "String", "StringValue": text} for name, value in reason.items() if (text := _clean(value))
    }
    own = dict(_own(delivery.attributes, without=(*REASON, MOVED_FROM)))
    room = MAXIMUM_ATTRIBUTES - len(added)
    both = added | dict(list(own.items())[:room])
    body = len(delivery.body.encode(errors="replace"))
    yield from (choice for choice in ([both, added] if own else [added]) if body + _size(choice) <= MAXIMUM_BYTES)
    yield {}


def _clean(value: str) -> str:
    return re.sub(_REFUSED, "\ufffd", value)


def _own(given: Mapping[str, Any], without: Iterable[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The message's own attributes, from the spelling of an event back into that of a call."""
    for name, attribute in given.items():
        kind = attribute.get("dataType", "")
        if name in without:
            continue
        if attribute.get("stringValue"):
            yield name, {"DataType": kind, "StringValue": attribute["stringValue"]}
        elif attribute.get("binaryValue"):
            yield name, {"DataType": kind, "BinaryValue": base64.b64decode(attribute["binaryValue"])}


def _size(attributes: Attributes) -> int:
    return sum(
        len(name.encode())
        + len(value["DataType"].encode())
        + len(value.get("StringValue", "").encode())
        + len(value.get("BinaryValue", b""))
        for name, value in attributes.items()
    )
