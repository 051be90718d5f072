"""The demonstration's account of flows, routes and arrivals: it must not call a broken run good."""

from __future__ import annotations

from typing import Any

import pytest

from contact_transfer.transfer.outcome import FailureCode
from local.demo.arrivals import due, effort
from local.demo.request import Request

BODY = {"contactId": "c", "contactFlowId": "f", "queueId": "q"}
MOVED = {"old": "c", "new": "n", "flow_id": "f", "queue_id": "q", "user_id": None}


def _request(**fields: Any) -> Request:
    return Request(**{"what": "w", "door": "flow", "body": BODY, **fields})


def test_an_answer_that_rejects_is_an_end_and_must_have_the_right_code() -> None:
    answer = {"status": "REJECTED", "failureCode": "InvalidField", "failureMessage": "why"}
    good = _request(code=FailureCode.INVALID_FIELD, rejected=answer)
    assert good.settled
    assert good.complaint() is None
    assert "rejected as BothDestinations" in (
        _request(code=FailureCode.BOTH_DESTINATIONS, rejected=answer).complaint() or ""
    )


def test_what_follows_another_request_is_about_its_new_contact() -> None:
    first = _request(transfers=[MOVED])
    assert _request(body={}, follows=first).contact_id == "n"
    assert _request(body={}, follows=_request()).contact_id == ""


@pytest.mark.parametrize(
    ("heard", "outcome"),
    [
        ({"QUEUED"}, "Confirmed"),
        ({"CONNECTED_TO_AGENT", "DISCONNECTED"}, "Confirmed"),
        ({"INITIATED", "DISCONNECTED"}, "ContactEnded"),
        ({"COMPLETED"}, "ContactEnded"),
        ({"INITIATED"}, "Silence"),
        (set(), "Silence"),
    ],
)
def test_the_outcome_that_is_due_follows_from_what_was_not_lost(heard: set[str], outcome: str) -> None:
    assert due(_request(transfers=[MOVED]), {"n": heard}) == outcome


def test_what_the_story_hangs_on_is_not_lost() -> None:
    best = effort({"queues": {"Overflow": "o"}})
    assert best.lost > 0
    assert best.spared({"contactId": "c"})
    assert best.spared({"previousContactId": "p", "queueInfo": {"queueArn": "arn/queue/o"}})
    assert not best.spared({"previousContactId": "p", "queueInfo": {"queueArn": "arn/queue/b"}})
