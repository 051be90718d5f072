"""Records as an SQS event source delivers them, with any attributes, and what must hold for a message that is parked."""

from __future__ import annotations

import base64
from functools import cache
from random import Random
from typing import Any

from botocore.session import Session
from botocore.validate import ParamValidator

from contact_transfer.messaging.queue import MAXIMUM_ATTRIBUTES, MAXIMUM_BYTES, Queue
from contact_transfer.messaging.sqs_record import Delivery
from contact_transfer.request.lanes import Lane

TEXTS = ("x", "weekend", "ключ", "a\u0000b", "\ud800", "\x1b[0m", "x" * 300, "", " ", "\U0001f600")
#: SQS takes no lone surrogates.
SENT = tuple(text for text in TEXTS if text != "\ud800")
NUMBERS: tuple[Any, ...] = ("1", "7", "1767225600000", None, "", "x", "NaN", "inf", "-1", 3, 2.5, [])
REASON = ("FailureCode", "FailureMessage", "FailedAt", "RequestName", "ContactId", "Attempts", "OriginalMessageId")
#: Bodies up to SQS's limit; the last leave no room for attributes.
LENGTHS = (1, 40, 1000, MAXIMUM_BYTES - 400, MAXIMUM_BYTES)


def record(random: Random) -> dict[str, Any]:
    """One record: SQS's, with up to ten attributes of the producer's and odd values where Lambda writes numbers."""
    names = random.sample([*REASON, *(f"own.{number}" for number in range(10))], random.randrange(11))
    rare = random.random() < 0.01
    made: dict[str, Any] = {
        "messageId": f"message-{random.randrange(1000)}",
        "receiptHandle": "handle",
        "body": "b" * (random.choice(LENGTHS) if rare else random.choice(LENGTHS[:3])),
        "attributes": {
            name: random.choice(NUMBERS)
            for name in ("ApproximateReceiveCount", "SentTimestamp", "ApproximateFirstReceiveTimestamp")
            if random.random() < 0.9
        },
        "messageAttributes": {name: _attribute(random) for name in names},
    }
    for name in ("attributes", "messageAttributes"):
        if random.random() < 0.03:
            made[name] = None
    return made


LANES = {Lane.NORMAL: "transfers", Lane.URGENT: "urgent"}


def _attribute(random: Random) -> dict[str, Any]:
    if random.random() < 0.3:
        coded = base64.b64encode(random.randbytes(random.randrange(20))).decode()
        return {"dataType": random.choice(("Binary", "Binary.zip")), "binaryValue": coded}
    return {"dataType": random.choice(("String", "Number", "String.id")), "stringValue": random.choice(SENT)}


def park(random: Random, given: dict[str, Any]) -> str:
    """Park the record's message and check what is promised of it. Answer how. Raise ``AssertionError``."""
    delivery = Delivery.of(given)
    assert delivery.receives >= 1
    reason = {name: random.choice(TEXTS) for name in REASON if random.random() < 0.8}
    sqs = _Sqs()
    Queue(sqs, LANES, "dead-letters").park(delivery, reason)
    [sent] = sqs.sent
    assert (sent["QueueUrl"], sent["MessageBody"]) == ("dead-letters", given["body"])
    attributes = sent["MessageAttributes"]
    assert len(attributes) <= MAXIMUM_ATTRIBUTES
    if not attributes:
        return "with nothing but its body"
    shown = [name for name, text in reason.items() if text]
    assert all(attributes[name]["DataType"] == "String" for name in shown), "the reason wins over the message's own"
    assert {name for name in attributes if name in REASON} == set(shown), "nothing is left of an earlier failure"
    return "with its own attributes" if len(attributes) > len(shown) else "with its reason"


class _Sqs:
    """botocore's SQS client as far as the worker parks with it: takes what the service's own model admits."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def send_message(self, **given: Any) -> dict[str, str]:
        report = ParamValidator().validate(given, _shape())
        assert not report.has_errors(), report.generate_report()
        size = len(given["MessageBody"]) + sum(
            len(name)
            + len(one["DataType"])
            + len(one.get("StringValue", "").encode())
            + len(one.get("BinaryValue", b""))
            for name, one in given["MessageAttributes"].items()
        )
        assert size <= MAXIMUM_BYTES
        self.sent.append(given)
        return {"MessageId": str(len(self.sent))}


@cache
def _shape() -> Any:
    return Session().get_service_model("sqs").operation_model("SendMessage").input_shape
