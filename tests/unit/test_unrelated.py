"""A delivery that is not a request is parked with a sentence that says what it is and what to change."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from contact_transfer.request.envelope import MalformedMessage, open_body
from contact_transfer.request.parser import Refused, read_request
from contact_transfer.transfer.failure_codes import FailureCode
from tests.properties.bodies import SETTINGS

SECRET = "SECRET-9f2"
REQUEST = {"contactId": "c", "contactFlowId": "f", "queueId": "q", "reason": SECRET}
TEXT = json.dumps(REQUEST)
SQS_RECORD = {"messageId": "m", "receiptHandle": "h", "body": TEXT, "eventSource": "aws:sqs", "attributes": {}}
API_GATEWAY = {"resource": "/", "httpMethod": "POST", "headers": {}, "requestContext": {}, "body": TEXT}
API_GATEWAY_HTTP = {"version": "2.0", "routeKey": "POST /", "headers": {}, "requestContext": {}, "body": TEXT}
S3_TEST = {
    "Service": "Amazon S3",
    "Event": "s3:TestEvent",
    "Time": "t",
    "Bucket": SECRET,
    "RequestId": "r",
    "HostId": "h",
}

OBJECTS: list[tuple[dict[str, Any], str]] = [
    (
        {"Type": "Notification", "MessageId": "m", "TopicArn": "arn:aws:sns:x", "Message": TEXT},
        "turn on raw message delivery",
    ),
    ({"Type": "SubscriptionConfirmation", "TopicArn": "a", "Message": "m", "Token": SECRET}, "Amazon SNS envelope"),
    ({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": TEXT}}]}, "turn on raw message delivery"),
    (API_GATEWAY, "API Gateway proxy event"),
    (API_GATEWAY_HTTP, "API Gateway proxy event"),
    (S3_TEST, "s3:TestEvent"),
    ({"Records": [{"eventSource": "aws:s3", "s3": {"bucket": {"name": SECRET}}}]}, "Amazon S3 notification"),
    ({"Records": [{"eventSource": "aws:dynamodb", "dynamodb": {}}]}, "records of another AWS service"),
    ({"Records": [SQS_RECORD]}, "batch of SQS records"),
    (SQS_RECORD, 'input template "<$.body>"'),
    ({"Details": {"ContactData": {}}, "Name": "ContactFlowEvent"}, "invoke the flow function"),
    ({"specversion": "1.0", "type": "t", "source": "s", "id": "1", "data": REQUEST}, "CloudEvents envelope"),
    ({"Source": "crm", "DetailType": "Contact Transfer Requested", "Detail": TEXT}, "entry of EventBridge PutEvents"),
    ({"source": "crm", "detail": REQUEST}, "event without a detail-type"),
    ({"Action": "SendMessage", "MessageBody": TEXT}, "SQS query API"),
]
POINTER = json.dumps(["software.amazon.payloadoffloading.PayloadS3Pointer", {"s3BucketName": SECRET, "s3Key": "k"}])
TEXTS = [
    ("\ufeff" + TEXT, "begins with a byte order mark"),
    (urlencode({"contactId": "c", "contactFlowId": "f", "reason": SECRET}), "form-encoded"),
    ("Action=SendMessage&MessageBody=" + quote(TEXT), "form-encoded"),
    (quote(TEXT), "percent-encoded"),
    (base64.b64encode(TEXT.encode()).decode(), "Base64"),
    (f"<request><contactId>{SECRET}</contactId></request>", "XML or HTML"),
    (f'<?xml version="1.0"?><x>{SECRET}</x>', "XML or HTML"),
    (str(REQUEST), "single quotes"),
    (json.dumps(TEXT), "encoded as JSON twice"),
    (json.dumps([REQUEST]), "send one request in each message"),
    (json.dumps([SQS_RECORD]), "Amazon EventBridge Pipes"),
    (POINTER, "Amazon SQS Extended Client Library"),
    ("null", "it is null"),
]


@pytest.mark.parametrize(("document", "says"), OBJECTS, ids=lambda value: value if isinstance(value, str) else "")
def test_an_envelope_is_named(document: dict[str, Any], says: str) -> None:
    opened = open_body(json.dumps(document))
    with pytest.raises(Refused) as refused:
        read_request(opened.fields, SETTINGS)
    assert refused.value.failed.code == FailureCode.INVALID_FIELD
    _helpful(refused.value.failed.message, says)


@pytest.mark.parametrize(("body", "says"), TEXTS, ids=[says for _, says in TEXTS])
def test_a_text_is_named(body: str, says: str) -> None:
    with pytest.raises(MalformedMessage) as refused:
        open_body(body)
    _helpful(str(refused.value), says)


def _helpful(sentence: str, says: str) -> None:
    assert says in sentence
    assert sentence.endswith(".")
    assert not sentence.endswith("..")
    assert SECRET not in sentence
    assert "contactId is missing" not in sentence


@pytest.mark.parametrize("body", ["{", "hello", "a=b c", "{'", "5%", "====", "eyJ!"])
def test_what_is_not_recognised_is_only_not_json(body: str) -> None:
    with pytest.raises(MalformedMessage, match=r"^The body is not JSON \(line \d+, column \d+\)"):
        open_body(body)


@pytest.mark.parametrize("document", [{}, {"foo": 1}, {"Records": []}, {"Records": "x"}, {"Name": "x"}, {"Event": 1}])
def test_an_object_that_is_not_recognised_lacks_its_fields(document: dict[str, Any]) -> None:
    with pytest.raises(Refused, match="contactId is missing"):
        read_request(document, SETTINGS)


def test_a_request_with_something_of_an_envelope_stays_a_request_with_an_unknown_field() -> None:
    with pytest.raises(Refused, match="Type is not a field of a request"):
        read_request(REQUEST | {"Type": "Notification", "TopicArn": "a", "Message": "m"}, SETTINGS)
