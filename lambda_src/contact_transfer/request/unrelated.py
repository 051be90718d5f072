"""Deliveries that are not requests, recognised by their shape, with what to change so that requests arrive.

Loaded only when a body has been refused. A sentence names the shape and never repeats what the body holds.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_FORM = re.compile(r"[\w.%+*-]+=[^\s{}\"]*(&[\w.%+*-]+=[^\s{}\"]*)*")
_MARKUP = re.compile(r"\s*<[?!A-Za-z]")
_PERCENT = re.compile(r"%7b|%22", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{8,}={0,2}\s*")
_QUOTES = re.compile(r"\{\s*'")
_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True)
class Shape:
    """Objects that have all of ``keys``; ``value``: one of them, with the text that its value begins with."""

    keys: frozenset[str]
    sentence: str
    value: tuple[str, str] | None = None

    def fits(self, document: Mapping[str, Any]) -> bool:
        """Whether ``document`` has this shape."""
        if not self.keys <= document.keys():
            return False
        return self.value is None or str(document[self.value[0]]).startswith(self.value[1])


def _shape(keys: str, sentence: str, value: tuple[str, str] | None = None) -> Shape:
    return Shape(frozenset(keys.split()), sentence, value)


_SHAPES = (
    _shape(
        "Type TopicArn Message",
        "The body is an Amazon SNS envelope, not a transfer request; turn on raw message delivery for the subscription",
    ),
    _shape(
        "Service Event Bucket",
        "The body is the test event that Amazon S3 sends when notifications are set up (s3:TestEvent), not a transfer request;"
        " send S3 notifications to another queue",
        ("Event", "s3:"),
    ),
    _shape(
        "requestContext headers",
        "The body is an Amazon API Gateway proxy event, not a transfer request; send only its body, for example with an"
        " integration that calls SQS SendMessage with $input.body",
    ),
    _shape(
        "messageId body eventSource",
        "The body is an SQS record as AWS Lambda and Amazon EventBridge Pipes pass it on, not a transfer request; send only its"
        ' body, for a pipe with the input template "<$.body>"',
    ),
    _shape(
        "Details Name",
        "The body is the event of a Connect flow's Invoke AWS Lambda function block, not a transfer request; have the flow"
        " invoke the flow function instead",
    ),
    _shape(
        "specversion type source",
        "The body is a CloudEvents envelope, not a transfer request; send only its data",
    ),
    _shape(
        "DetailType Detail",
        "The body is an entry of EventBridge PutEvents, not a transfer request; put it on the deployment's event bus, or send"
        " only its Detail",
    ),
    _shape(
        "detail",
        "The body is an event without a detail-type, so it is not opened; pass the whole event on, or send only its detail",
    ),
    _shape("Action", "The body is a request of the SQS query API, not a transfer request; send only its MessageBody"),
)
_RECORDS = {
    "aws:s3": "The body is an Amazon S3 notification, not a transfer request; send S3 notifications to another queue",
    "aws:sqs": "The body is a batch of SQS records as AWS Lambda receives it, not a transfer request; send the body of each record",
}
_RECORDS_OF_OTHERS = (
    "The body is a batch of records of another AWS service, not a transfer request; send one request in each message"
)


def object_hint(document: Mapping[str, Any]) -> str | None:
    """What ``document``, an object without a field of a request, is: a sentence without its full stop; None when it is not recognised."""
    records = document.get("Records")
    if isinstance(records, list) and records and isinstance(records[0], Mapping):
        origin = str(records[0].get("eventSource") or records[0].get("EventSource"))
        if origin == "aws:sns":
            return _SHAPES[0].sentence
        return _RECORDS.get(origin, _RECORDS_OF_OTHERS)
    return next((shape.sentence for shape in _SHAPES if shape.fits(document)), None)


def value_hint(document: object) -> str | None:
    """What ``document``, JSON that is not an object, is, as the end of a sentence; None when it is not recognised."""
    if document is None:
        return "it is null"
    if isinstance(document, str):
        return "it is a string; if that holds a request, it was encoded as JSON twice"
    if not isinstance(document, list):
        return None
    if document and str(document[0]).startswith("software.amazon.payloadoffloading"):
        return (
            "it is a pointer of the Amazon SQS Extended Client Library to an object in Amazon S3; send requests with the plain"
            " SQS client"
        )
    return (
        "it is an array; send one request in each message. Amazon EventBridge Pipes passes a batch to its enrichment as an"
        " array: return one request for each element"
    )


def text_hint(body: str) -> str | None:
    """What a body that is not JSON is, as the end of a sentence; None when it is not recognised."""
    if body.startswith(_BYTE_ORDER_MARK):
        return "it begins with a byte order mark; write it as UTF-8 without one"
    return next((sentence for recognises, sentence in _TEXTS if recognises(body.strip())), None)


def _is_base64(text: str) -> bool:
    if not _BASE64.fullmatch(text):
        return False
    try:
        return isinstance(json.loads(base64.b64decode(text)), dict)
    except ValueError:
        return False


_TEXTS: Sequence[tuple[Callable[[str], object], str]] = (
    (_MARKUP.match, "it is XML or HTML; send a JSON object"),
    (_PERCENT.match, "it is percent-encoded; decode it and send the JSON object itself"),
    (_is_base64, "it is Base64; decode it and send the JSON object itself"),
    (_FORM.fullmatch, "it is form-encoded (application/x-www-form-urlencoded); send a JSON object"),
    (_QUOTES.match, "it has single quotes where JSON has double quotes; write it with a JSON library"),
)
