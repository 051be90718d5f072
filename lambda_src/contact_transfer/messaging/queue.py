"""SQS: parking what failed in the dead-letter queue, and keeping away what is deferred.

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
from contact_transfer.messaging.outcome_events import REASON
from contact_transfer.messaging.sqs_record import Delivery

MAXIMUM_ATTRIBUTES = 10
MAXIMUM_BYTES = 1_048_576
LONGEST_DELAY_SECONDS = 900
_BATCH = 10
# What SQS accepts in a string: the characters of XML 1.0. Compiled when the first message is parked: it takes 3 ms of the start.
_REFUSED = "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_TOO_LARGE = ("InvalidParameterValue", "InvalidMessageContents", "BatchRequestTooLong", "MessageTooLong")

Attributes = dict[str, dict[str, Any]]


class ParkingFailed(Exception):
    """The dead-letter queue did not take the message, or its answer was lost; ``denied`` when it was IAM or KMS."""

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
    """The transfer queue and its dead-letter queue, through a botocore SQS client."""

    def __init__(self, client: Any, transfer_queue_url: str, dead_letter_queue_url: str) -> None:
        self._client = client
        self._visibility = Visibility(client, transfer_queue_url)
        self._dead_letter_queue_url = dead_letter_queue_url

    def park(self, delivery: Delivery, reason: Mapping[str, str]) -> None:
        """Send the message, body unchanged, to the dead-letter queue. Raise ``ParkingFailed``."""
        choices = list(_choices(delivery, reason))
        for last, attributes in zip([False] * (len(choices) - 1) + [True], choices, strict=True):
            try:
                answer = self._client.send_message(
                    QueueUrl=self._dead_letter_queue_url, MessageBody=delivery.body, MessageAttributes=attributes
                )
            except ClientError as error:
                code = str(error.response.get("Error", {}).get("Code", "Unknown"))
                if last or not code.endswith(_TOO_LARGE):
                    raise ParkingFailed(code, denied=is_denial(code)) from error
            except BotoCoreError as error:
                raise ParkingFailed(type(error).__name__, denied=is_denial(type(error).__name__)) from error
            else:
                if not answer.get("MessageId"):  # somebody in between has answered
                    raise ParkingFailed("an answer without MessageId")
                return

    def postpone(self, delays: Sequence[tuple[Delivery, float]]) -> list[str]:
        """Keep messages of the transfer queue away: see ``Visibility.postpone``."""
        return self._visibility.postpone(delays)


def _choices(delivery: Delivery, reason: Mapping[str, str]) -> Iterator[Attributes]:
    """The attributes to send, best choice first: with the message's own, with the reason alone, with none."""
    added = {
        name: {"DataType": "String", "StringValue": text} for name, value in reason.items() if (text := _clean(value))
    }
    own = dict(_own(delivery.attributes, without=REASON))
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
