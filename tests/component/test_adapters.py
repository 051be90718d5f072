"""The adapters through real botocore against emulated SQS and EventBridge: what they send is what the services take."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError
from moto import mock_aws

from contact_transfer.connect.client import ConnectClient
from contact_transfer.connect.connect_clock import ConnectClock
from contact_transfer.connect.responses import Accepted, AmbiguousOutcome, Unavailable
from contact_transfer.messaging.event_bus import Bus, Event
from contact_transfer.messaging.outcome_events import REASON, attributes
from contact_transfer.messaging.queue import NotSent, Queue
from contact_transfer.messaging.sqs_record import Delivery
from contact_transfer.request.lanes import Lane
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.clock import Clock
from contact_transfer.transfer.outcome import Cause, Failed, FailureCode


@dataclass
class Sqs:
    """Two emulated queues behind the adapter."""

    client: Any
    transfer: str
    dead: str
    queue: Queue

    def receive(self, url: str) -> list[dict[str, Any]]:
        answer = self.client.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"]
        )
        return list(answer.get("Messages", []))


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sqs]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = boto3.client("sqs", region_name="us-east-1")
        transfer = client.create_queue(QueueName="transfer")["QueueUrl"]
        dead = client.create_queue(QueueName="dead")["QueueUrl"]
        yield Sqs(client, transfer, dead, Queue(client, {Lane.NORMAL: transfer}, dead))


def delivery(**given: Any) -> Delivery:
    record = {"messageId": "m", "receiptHandle": "r", "body": "body ü \u0009"}
    return Delivery.of(record | given)


def test_a_parked_message_has_its_body_and_its_reason(sqs: Sqs) -> None:
    own = {"trace": {"dataType": "String.x", "stringValue": "t"}, "n": {"dataType": "Number", "stringValue": "7"}}
    sqs.queue.park(delivery(messageAttributes=own), {"FailureCode": "InvalidField", "FailureMessage": "a\u0000b"})
    [parked] = sqs.receive(sqs.dead)
    assert parked["Body"] == "body ü \t"
    attributes = {name: value.get("StringValue") for name, value in parked["MessageAttributes"].items()}
    assert attributes == {"FailureCode": "InvalidField", "FailureMessage": "a\ufffdb", "trace": "t", "n": "7"}


def test_a_message_that_was_sent_back_and_fails_again_has_the_new_reason_alone(sqs: Sqs) -> None:
    """A redrive by SQS itself leaves the attributes of the first parking on the message."""
    earlier = {name: {"dataType": "String", "stringValue": "earlier"} for name in REASON}
    own = {"trace": {"dataType": "String", "stringValue": "t"}}
    failed = Failed(FailureCode.MALFORMED_MESSAGE, "The body is empty.")
    reason = attributes({}, failed, "m", "2026-03-01T09:30:00Z")
    sqs.queue.park(delivery(messageAttributes=earlier | own), reason)
    [parked] = sqs.receive(sqs.dead)
    found = {name: value["StringValue"] for name, value in parked["MessageAttributes"].items()}
    assert found == reason | {"trace": "t"}
    assert found["OriginalMessageId"] == "m"
    assert not {"RequestName", "ContactId", "Attempts"} & set(found)


class _Smaller:
    """The emulated queue, with a limit that counts attributes as SQS does; the emulator counts the body alone."""

    def __init__(self, client: Any, limit: int) -> None:
        self._client = client
        self._limit = limit

    def send_message(self, **call: Any) -> Any:
        if len(call["MessageBody"]) + 20 * len(call["MessageAttributes"]) > self._limit:
            raise ClientError({"Error": {"Code": "InvalidParameterValue"}}, "SendMessage")
        return self._client.send_message(**call)


def test_a_queue_with_a_smaller_limit_takes_the_message_without_attributes(sqs: Sqs) -> None:
    queue = Queue(_Smaller(sqs.client, 1024), {Lane.NORMAL: sqs.transfer}, sqs.dead)
    queue.park(delivery(body="x" * 1024), {"FailureCode": "InvalidField"})
    [parked] = sqs.receive(sqs.dead)
    assert "MessageAttributes" not in parked


def test_a_missing_dead_letter_queue_is_an_error(sqs: Sqs) -> None:
    sqs.client.delete_queue(QueueUrl=sqs.dead)
    with pytest.raises(NotSent, match="NonExistentQueue"):
        sqs.queue.park(delivery(), {"FailureCode": "InvalidField"})


def test_postponed_messages_stay_away_and_refusals_are_read(sqs: Sqs) -> None:
    for number in range(12):
        sqs.client.send_message(QueueUrl=sqs.transfer, MessageBody=str(number))
    received = sqs.receive(sqs.transfer) + sqs.receive(sqs.transfer)
    assert len(received) == 12
    deliveries = [delivery(messageId=m["MessageId"], receiptHandle=m["ReceiptHandle"]) for m in received]
    assert sqs.queue.postpone([(item, 600.0) for item in deliveries]) == []
    gone = deliveries[0]
    sqs.client.delete_message(QueueUrl=sqs.transfer, ReceiptHandle=gone.receipt_handle)
    assert len(sqs.queue.postpone([(gone, 600.0), (deliveries[1], 600.0)])) == 1


def test_odd_records_are_read_without_complaint() -> None:
    for record in (
        {},
        {"attributes": None},
        {"attributes": {"ApproximateReceiveCount": "x"}},
        {"messageAttributes": None},
    ):
        assert Delivery.of(record).receives == 1


@pytest.fixture
def bus(sqs: Sqs) -> Bus:
    assert sqs.client is not None
    events = boto3.client("events", region_name="us-east-1")
    events.create_event_bus(Name="deployment")
    arn = events.describe_event_bus(Name="deployment")["Arn"]
    events.create_archive(ArchiveName="all", EventSourceArn=arn)
    return Bus(events, "deployment")


def test_more_events_than_one_call_takes_all_reach_the_bus(bus: Bus) -> None:
    assert bus.publish([Event("Contact Transfer Failed", {"n": n}) for n in range(23)]) == [None] * 23
    events = boto3.client("events", region_name="us-east-1")
    assert events.describe_archive(ArchiveName="all")["EventCount"] == 23


class _Stub:
    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def put_events(self, **_: Any) -> Any:
        return self._answer


@pytest.mark.parametrize(
    ("answer", "codes"),
    [
        ({"FailedEntryCount": 1, "Entries": [{"EventId": "1"}, {"ErrorCode": "Throttled"}]}, [None, "Throttled"]),
        ({"Entries": [{"EventId": "1"}]}, [None, "Unknown"]),
        ({}, ["Unknown", "Unknown"]),
    ],
)
def test_each_entrys_failure_is_read(answer: Any, codes: list[str | None]) -> None:
    assert Bus(_Stub(answer), "b").publish([Event("t", {}), Event("t", {})]) == codes


_PAGES = [
    (200, {"content-type": "text/html"}, b"<html>Please sign in</html>"),
    (200, {"content-type": "application/json", "content-length": "0"}, b""),
    (204, {}, b""),
    (200, {"content-type": "application/json"}, b"{}"),
    (404, {"content-type": "text/html"}, b"<html>Not found</html>"),
    (403, {"content-type": "text/html"}, b"<html>Forbidden</html>"),
    (400, {"content-type": "application/json"}, b"{}"),
]


def _answering(status: int, headers: dict[str, str], body: bytes) -> ConnectClient:
    """Connect behind a real botocore client, with something in between that answers in its place."""
    client: Any = boto3.client("connect", region_name="us-east-1", endpoint_url="http://connect.local")
    given: Any = headers
    client.meta.events.register_first(
        "before-send.connect", lambda request, **_: AWSResponse(request.url, status, given, _Body(body))
    )
    clock = Clock(now=lambda: 0.0, monotonic=lambda: 0.0, sleep=lambda _: None)
    return ConnectClient(client, clock, ConnectClock(clock))


class _Body:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self._body


@pytest.fixture
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")


@pytest.mark.usefixtures("_keys")
@pytest.mark.parametrize("page", _PAGES)
def test_an_answer_that_connect_did_not_send_proves_nothing(page: tuple[int, dict[str, str], bytes]) -> None:
    connect = _answering(*page)
    with pytest.raises(AmbiguousOutcome):
        connect.transfer(TransferRequest("i", "c", "f"), 100.0)
    for look in (connect.contact, connect.flow, lambda i, c: connect.page(i, c, None)):
        with pytest.raises(Unavailable):
            look("i", "c")


@pytest.mark.usefixtures("_keys")
def test_an_answer_without_what_was_asked_for_is_asked_for_again() -> None:
    connect = _answering(200, {"content-type": "application/json", "x-amzn-requestid": "r"}, b"{}")
    # Both ids are optional in the model.
    assert connect.transfer(TransferRequest("i", "c", "f"), 100.0) == Accepted(None, None)
    for look in (connect.contact, connect.flow):
        with pytest.raises(Unavailable):
            look("i", "c")


@pytest.mark.usefixtures("_keys")
@pytest.mark.parametrize(("status", "code"), [(401, "NotAuthorized"), (400, "RequestExpired"), (403, "ExpiredToken")])
def test_what_an_operator_must_fix_is_access_denied(status: int, code: str) -> None:
    connect = _answering(status, {"content-type": "application/json", "x-amzn-errortype": code}, b"{}")
    with pytest.raises(Unavailable) as raised:
        connect.transfer(TransferRequest("i", "c", "f"), 100.0)
    assert raised.value.cause is Cause.ACCESS_DENIED
