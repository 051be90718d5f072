"""The storm's auditor can say no, and says where a request was seen last."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from local.event_source.loop import Delivery
from local.event_source.rules import BatchResult
from local.lambda_runtime import Invocation, Problem
from tests.simulation.real_audit import Account, Evidence, audit

DONE = Delivery(("m",), Invocation(b"{}"), BatchResult(("m",), ()))
KILLED = Delivery(("m",), Invocation(b"", Problem.CRASHED, "signal 9"), BatchResult((), ("m",), "the function failed"))
TRANSFER = {"old": "c", "new": "n"}
CALL = {
    "ids": {"ContactId": "c", "ClientToken": "t"},
    "status": 200,
    "code": None,
    "delivered": "answer",
}
EVENT = {"contactId": "c", "newContactId": "n"}


def account(*deliveries: Delivery) -> Account:
    seen: list[Delivery] = []
    kept = Account(seen)
    kept.sent({"c": "m"})
    seen += deliveries
    return kept


def evidence(*deliveries: Delivery) -> Evidence:
    return Evidence(account(*deliveries), [TRANSFER], [CALL], [EVENT], {}, queued=0)


def test_a_request_that_was_transferred_once_and_announced_is_no_finding() -> None:
    found = evidence(KILLED, DONE)
    assert audit(found) == []
    assert found.account.open() == 0
    assert found.account.received == 2


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"transfers": [], "events": []}, "transferred 0 times"),
        ({"transfers": [TRANSFER, {"old": "c", "new": "o"}]}, "transferred 2 times"),
        ({"events": []}, "was not announced"),
        ({"events": [EVENT, {"contactId": "c", "newContactId": "o"}]}, "announced that did not happen"),
        ({"events": [EVENT, {"contactId": "c", "failureCode": "RetriesExhausted"}]}, "a failure of contact c"),
        ({"calls": [CALL, {**CALL, "ids": {"ContactId": "c", "ClientToken": "u"}}]}, "with 2 tokens"),
        ({"parked": {"c": "AccessDenied"}}, "parked for AccessDenied"),
        ({"parked": {"c": ""}}, "parked without a reason"),
        ({"account": account(KILLED)}, "left the queue without being deleted"),
        ({"account": account(KILLED), "queued": 1}, "is still queued"),
        ({"account": account()}, "was never received"),
    ],
)
def test_each_broken_promise_is_found(changed: dict[str, Any], says: str) -> None:
    assert any(says in finding for finding in audit(replace(evidence(DONE), **changed)))


@pytest.mark.parametrize(
    ("operation", "times", "status", "fault", "says"),
    [
        ("DescribeContact", [0.0, 0.0, 0.5, 1.0, 1.5], 200, None, None),
        ("DescribeContact", [0.0, 0.0, 0.1], 200, None, "2/s refuse 1 of 3 calls, Connect throttled 0"),
        ("DescribeContact", [0.0], 429, None, "2/s refuse 0 of 1 calls, Connect throttled 1"),
        ("DescribeContact", [0.0], 429, "throttle-400", None),
        ("TagContact", [0.0] * 9, 200, None, None),
    ],
)
def test_no_operation_is_called_more_often_than_its_quota_admits(
    operation: str, times: list[float], status: int, fault: str | None, says: str | None
) -> None:
    made = [{"operation": operation, "time": at, "status": status, "fault": fault} for at in times]
    expected = [] if says is None else [f"DescribeContact was called too fast: {says}"]
    assert audit(replace(evidence(DONE), history=made, quotas={"DescribeContact": 2.0})) == expected


def test_a_finding_says_where_the_message_was_seen_last() -> None:
    empty = Delivery(("m",), Invocation(b""), BatchResult(("m",), ()))
    (finding, *_) = audit(replace(evidence(empty), transfers=[]))
    assert "message m, received 1 times, was deleted at " in finding
    assert "the worker answered ''. Connect was called: 200 (answer)" in finding


def test_what_the_queue_would_not_delete_is_still_open() -> None:
    refused = replace(DONE, refused=("m",))
    kept = account(refused)
    assert kept.open() == 1
    assert "not deleted, since the queue refused it" in kept.last_seen("c")
