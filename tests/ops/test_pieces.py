"""Pieces of the operators' command that need no cloud: choices, batches, partial answers of SQS, and what telemetry writes."""

from __future__ import annotations

import io
import json
import threading
import uuid
from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import Metrics
from botocore.stub import ANY, Stubber

from contact_transfer.messaging import outcome_events
from contact_transfer.observability.metrics import DIMENSIONS, NAMESPACE, OPERATIONS, Metric, reasons
from contact_transfer.observability.telemetry import Telemetry
from contact_transfer.transfer.outcome import Cause, Deferred, Failed, FailureCode, Transferred
from contact_transfer_cdk.policies.calls import WORKER_CALLS
from local.cloudwatch import embedded
from transfers_cli.errors import Stop
from transfers_cli.failed.moving import Moved, Mover
from transfers_cli.failed.parked import Choice, Parked
from transfers_cli.failed.selection import choice
from transfers_cli.sqs_batches import batches
from transfers_cli.times import moment


def parked(number: int = 1, body: str = "{}", **attributes: str) -> Parked:
    reason = {name: {"StringValue": value, "DataType": "String"} for name, value in attributes.items()}
    return Parked(f"m{number}", f"r{number}", body, reason, 100.0)


def test_what_a_redrive_takes_off_is_what_the_worker_puts_on() -> None:
    known = {"requestName": "n", "contactId": "c"}
    reason = outcome_events.attributes(
        known, Failed(FailureCode.INVALID_FIELD, "why", 3), "message", "2026-03-01T09:30:00Z"
    )
    assert set(reason) == set(outcome_events.REASON)


def test_own_attributes_come_back_as_sqs_takes_them() -> None:
    binary = {"DataType": "Binary", "BinaryValue": b"\x00\xff"}
    message = Parked("m", "r", "{}", {"FailureCode": {"DataType": "String", "StringValue": "x"}, "Own": binary}, 0.0)
    assert message.own_attributes() == {"Own": binary}


@pytest.mark.parametrize(
    ("choice", "fits"),
    [
        (Choice(), True),
        (Choice(codes=frozenset({"InvalidField"})), True),
        (Choice(codes=frozenset({"FlowNotFound"})), False),
        (Choice(contact="c"), True),
        (Choice(contact="d"), False),
        (Choice(route="r"), True),
        (Choice(after=100.0), True),
        (Choice(after=100.1), False),
        (Choice(before=100.0), False),
        (Choice(ids=frozenset({"m1"})), True),
        (Choice(ids=frozenset({"first"})), True),
        (Choice(ids=frozenset({"m2"})), False),
    ],
)
def test_a_choice_means_what_it_says(choice: Choice, fits: bool) -> None:  # noqa: FBT001 - a parameter of the test
    body = '{"contactId": "c", "route": "r"}'
    assert (parked(body=body, FailureCode="InvalidField", OriginalMessageId="first") in choice) is fits


def test_moments_are_ages_or_times() -> None:
    assert moment("90m", now=6000.0) == 600.0
    assert moment("2d", now=200_000.0) == 27_200.0
    assert moment("1970-01-01T00:01:00Z") == 60.0
    assert (choice().after, choice(before="90m").after) == (None, None)
    with pytest.raises(Stop, match="neither an age"):
        moment("yesterday")


def test_batches_have_ten_messages_and_less_than_a_mebibyte() -> None:
    big = [parked(number, "x" * 400_000) for number in range(5)]
    assert [len(some) for some in batches(big)] == [2, 2, 1]
    assert [len(some) for some in batches([parked(number) for number in range(23)])] == [10, 10, 3]


class Holding:
    """Stands where ``Looking`` stands: everything is held but what ``lost`` names."""

    def __init__(self, lost: frozenset[str] = frozenset()) -> None:
        self._lost = lost

    def keep(self, messages: list[Parked]) -> list[Parked]:
        return [message for message in messages if message.message_id not in self._lost]

    def gone(self, messages: list[Parked]) -> None:
        """Nothing to give back here."""


def move(
    messages: list[Parked], responses: list[tuple[str, dict[str, Any]]], lost: frozenset[str] = frozenset()
) -> Moved:
    client = boto3.client("sqs", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    with Stubber(client) as stub:
        for operation, answer in responses:
            stub.add_response(operation, answer, {"QueueUrl": ANY, "Entries": ANY})
        looking: Any = Holding(lost)
        moved = Mover(client, "source", lambda _message: "target", None, threading.Event()).move(
            looking, messages, lambda _count: None
        )
        stub.assert_no_pending_responses()
    return moved


def sent(number: int) -> dict[str, str]:
    return {"Id": str(number), "MessageId": f"new{number}", "MD5OfMessageBody": "x"}


def failed(number: int) -> dict[str, Any]:
    return {"Id": str(number), "SenderFault": False, "Code": "InternalError"}


def test_what_the_target_refuses_is_not_deleted() -> None:
    answers = [
        ("send_message_batch", {"Successful": [sent(0)], "Failed": [failed(1)]}),
        ("delete_message_batch", {"Successful": [{"Id": "0"}], "Failed": []}),
    ]
    moved = move([parked(1), parked(2)], answers)
    assert (moved.sent, list(moved.refused), moved.undeleted) == (["m1"], ["m2"], [])


def test_what_cannot_be_deleted_is_tried_once_more_and_reported() -> None:
    answers = [
        ("send_message_batch", {"Successful": [sent(0), sent(1)], "Failed": []}),
        ("delete_message_batch", {"Successful": [], "Failed": [failed(0), failed(1)]}),
        ("delete_message_batch", {"Successful": [{"Id": "0"}], "Failed": [failed(1)]}),
    ]
    moved = move([parked(1), parked(2)], answers)
    assert (moved.sent, moved.undeleted) == (["m1", "m2"], ["m2"])


def test_what_somebody_else_has_by_now_is_not_sent() -> None:
    answers = [
        ("send_message_batch", {"Successful": [sent(0)], "Failed": []}),
        ("delete_message_batch", {"Successful": [{"Id": "0"}], "Failed": []}),
    ]
    moved = move([parked(1), parked(2)], answers, lost=frozenset({"m1"}))
    assert (moved.sent, moved.taken) == (["m2"], ["m1"])


def written(capsys: pytest.CaptureFixture[str], tell: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Log lines, and the metrics in them as CloudWatch reads them."""
    stream = io.StringIO()
    # A name of its own: loggers live as long as the process, each with the stream that it was first given.
    logger = Logger(service=f"contact-transfer-{uuid.uuid4().hex}", stream=stream)
    telemetry = Telemetry(logger, Metrics(namespace=NAMESPACE, service="ContactTransfer-x"))
    telemetry.begin("invocation")
    tell(telemetry)
    telemetry.end(0.0)
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    data = []
    for line in map(json.loads, capsys.readouterr().out.splitlines()):
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            assert directive["Namespace"] == NAMESPACE
            data += list(embedded(line, directive))
    return lines, data


def values(data: list[dict[str, Any]], metric: Metric) -> dict[str, float]:
    """Sums of a metric by its reason; by the empty text as a whole."""

    def reason(datum: Mapping[str, Any]) -> str:
        given = {one["Name"]: one["Value"] for one in datum["Dimensions"]}
        assert given.pop("service") == "ContactTransfer-x"
        return str(next(iter(given.values()), ""))

    return {reason(datum): sum(datum["Values"]) for datum in data if datum["MetricName"] == metric}


def test_each_outcome_is_one_line_and_counted_as_a_whole_and_by_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    def tell(telemetry: Telemetry) -> None:
        keys: dict[str, Any] = {"seconds": 0.5, "messageId": "m", "requestName": "n", "contactId": "c"}
        telemetry.outcome(Transferred("new", None, 1), waited=2.0, **keys)
        telemetry.outcome(Failed(FailureCode.FLOW_NOT_FOUND, "why"), waited=3.0, **keys)
        telemetry.outcome(Deferred(Cause.THROTTLED, 5.0, "DescribeContact: X (HTTP 429)"), waited=None, **keys)

    lines, data = written(capsys, tell)
    assert [line["message"] for line in lines] == ["transferred", "failed", "deferred"]
    for line in lines:
        assert {"correlation_id", "requestName", "contactId", "seconds", "function_request_id"} <= set(line)
    assert values(data, Metric.TRANSFERRED) == {"": 1}
    assert values(data, Metric.FAILED) == {"": 1, "FlowNotFound": 1, "configuration": 1}
    assert values(data, Metric.DEFERRED) == {"": 1, "Throttled": 1}
    assert values(data, Metric.THROTTLED) == {"": 1, "DescribeContact": 1}
    assert values(data, Metric.REQUEST_AGE) == {"": 5.0}
    assert values(data, Metric.REQUEST_TO_TRANSFER) == {"": 2.0}


def test_there_are_few_reasons_and_all_are_known() -> None:
    assert set(OPERATIONS) == WORKER_CALLS["connect"]
    assert {metric: len(reasons(metric)) < 30 for metric in DIMENSIONS} == dict.fromkeys(DIMENSIONS, True)
    assert all(not reasons(metric) for metric in set(Metric) - set(DIMENSIONS))
