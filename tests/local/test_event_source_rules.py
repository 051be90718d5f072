"""Which messages of a batch are deleted, and what an event looks like: Lambda's documented rules."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.event_source.rules import Mapped, batches, judge, record

BATCH = ("a", "b", "c")
ARN = "arn:aws:sqs:eu-central-1:111122223333:q"


def failures(*names: Any) -> bytes:
    return json.dumps({"batchItemFailures": [{"itemIdentifier": name} for name in names]}).encode()


@pytest.mark.parametrize(
    "answer", [b"", b"null", b"{}", b'{"batchItemFailures": null}', b'{"batchItemFailures": []}', b'{"other": 1}']
)
def test_an_empty_null_or_missing_list_deletes_the_batch(answer: bytes) -> None:
    assert judge(BATCH, answer, reports_failures=True).deleted == BATCH


@pytest.mark.parametrize(
    "answer",
    [
        failures("unknown"),
        failures("a", "unknown"),
        failures(""),
        failures(None),
        failures(7),
        b'{"batchItemFailures": [{"itemIdentifer": "a"}]}',
        b'{"batchItemFailures": ["a"]}',
        b'{"batchItemFailures": "a"}',
        b'"a"',
        b"[]",
        b"{not json",
    ],
)
def test_a_malformed_or_unknown_item_keeps_the_whole_batch(answer: bytes) -> None:
    result = judge(BATCH, answer, reports_failures=True)
    assert (result.deleted, result.kept) == ((), BATCH)
    assert result.reason


def test_named_messages_stay_and_the_others_are_deleted() -> None:
    result = judge(BATCH, failures("b", "b"), reports_failures=True)
    assert (result.deleted, result.kept) == (("a", "c"), ("b",))


@pytest.mark.parametrize("reports", [True, False])
def test_a_function_that_failed_keeps_the_batch(reports: bool) -> None:  # noqa: FBT001 - pytest hands it in by name
    assert judge(BATCH, None, reports_failures=reports).kept == BATCH


@pytest.mark.parametrize("answer", [failures("a"), failures("unknown"), b'"anything"', b"null"])
def test_without_report_batch_item_failures_every_answer_is_success(answer: bytes) -> None:
    assert judge(BATCH, answer, reports_failures=False).deleted == BATCH


@given(st.lists(st.text(min_size=1), unique=True, min_size=1), st.data())
def test_every_message_is_either_deleted_or_kept(ids: list[str], data: st.DataObject) -> None:
    named = data.draw(st.lists(st.sampled_from(ids) | st.text()))
    result = judge(ids, failures(*named), reports_failures=True)
    assert sorted(result.deleted + result.kept) == sorted(ids)
    assert set(named) & set(ids) <= set(result.kept)


def test_a_record_has_the_shape_that_lambda_documents() -> None:
    message = {
        "MessageId": "m",
        "ReceiptHandle": "r",
        "Body": "{}",
        "MD5OfBody": "5",
        "Attributes": {"ApproximateReceiveCount": "1"},
        "MessageAttributes": {
            "s": {"DataType": "String", "StringValue": "x"},
            "b": {"DataType": "Binary", "BinaryValue": b"\0\1"},
        },
    }
    shown = record(message, ARN)
    assert shown["messageAttributes"]["s"] == {
        "stringValue": "x",
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": "String",
    }
    assert base64.b64decode(shown["messageAttributes"]["b"]["binaryValue"]) == b"\0\1"
    assert (shown["eventSource"], shown["eventSourceARN"], shown["awsRegion"]) == ("aws:sqs", ARN, "eu-central-1")
    assert shown["attributes"]["ApproximateReceiveCount"] == "1"


@given(st.lists(st.integers(0, 400), max_size=30))
def test_events_stay_below_the_payload_limit_and_leave_nothing_out(sizes: list[int]) -> None:
    records = [{"messageId": str(number), "body": "x" * size} for number, size in enumerate(sizes)]
    events = list(batches(records, limit=500))
    assert [one for ids, _ in events for one in ids] == [r["messageId"] for r in records]
    assert [r for _, payload in events for r in json.loads(payload)["Records"]] == records
    assert all(len(payload) <= 500 + len('{"Records": []}') for _, payload in events)


def test_the_settings_come_from_the_deployed_mapping() -> None:
    answer = {
        "EventSourceArn": ARN,
        "BatchSize": 20,
        "MaximumBatchingWindowInSeconds": 3,
        "ScalingConfig": {"MaximumConcurrency": 2},
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
    }
    assert Mapped.deployed(answer) == Mapped(ARN, 20, 3.0, 2, reports_failures=True)


@pytest.mark.parametrize(
    "wrong",
    [{"ScalingConfig": {"MaximumConcurrency": 1}}, {"BatchSize": 11}, {"ScalingConfig": {"MaximumConcurrency": 1001}}],
)
def test_settings_that_lambda_refuses_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"MaximumConcurrency|window"):
        Mapped.deployed({"EventSourceArn": ARN, **wrong})
