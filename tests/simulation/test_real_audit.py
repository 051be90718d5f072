"""The storm's auditor can say no, and says where a request was seen last."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from local.event_source import Delivery
from local.event_source_rules import Verdict
from local.function import Invocation, Problem
from tests.simulation.real_audit import Account, Evidence, audit

DONE = Delivery(("m",), Invocation(b"{}"), Verdict(("m",), ()))
KILLED = Delivery(("m",), Invocation(b"", Problem.CRASHED, "signal 9"), Verdict((), ("m",), "the function failed"))
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


def test_a_finding_says_where_the_message_was_seen_last() -> None:
    empty = Delivery(("m",), Invocation(b""), Verdict(("m",), ()))
    (finding, *_) = audit(replace(evidence(empty), transfers=[]))
    assert "message m, received 1 times, was deleted at " in finding
    assert "the worker answered ''. Connect was called: 200 (answer)" in finding


def test_what_the_queue_would_not_delete_is_still_open() -> None:
    refused = replace(DONE, refused=("m",))
    kept = account(refused)
    assert kept.open() == 1
    assert "not deleted, since the queue refused it" in kept.last_seen("c")
