"""The demonstration's own account: it must not call a broken run good."""

from __future__ import annotations

from typing import Any

import pytest

from contact_transfer.transfer.outcome import FailureCode
from local.demo.request import Request

CODE = FailureCode.FLOW_NOT_FOUND
BODY = {"contactId": "c", "contactFlowId": "f", "queueId": "arn:aws:connect:eu-central-1:1:instance/i/queue/q"}
MOVED = {"old": "c", "new": "n", "flow_id": "f", "queue_id": "q", "user_id": None}
PARKED = {"FailureCode": str(CODE), "FailureMessage": "why"}


def request(**fields: Any) -> Request:
    return Request(**{"what": "w", "door": "queue", "body": BODY, **fields})


@pytest.mark.parametrize(
    "good",
    [
        request(transfers=[MOVED]),
        request(transfers=[MOVED], duplicate=True),
        request(code=CODE, parked=[PARKED]),
        request(code=CODE, parked=[PARKED], transfers=[MOVED], duplicate=True),
    ],
)
def test_what_went_as_it_must_is_no_complaint(good: Request) -> None:
    assert good.settled
    assert good.complaint() is None


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (request(), "was 0 times"),
        (request(transfers=[MOVED, MOVED]), "was 2 times"),
        (request(transfers=[{**MOVED, "queue_id": "other"}]), "queueId of the transfer is other"),
        (request(parked=[PARKED]), "failed as FlowNotFound: why"),
        (request(transfers=[MOVED], parked=[PARKED]), "it must be transferred"),
        (request(code=CODE), "is there 0 times"),
        (request(code=CODE, parked=[PARKED, PARKED]), "is there 2 times"),
        (request(code=CODE, parked=[{"FailureCode": "InvalidField"}]), "failed as InvalidField"),
        (request(code=CODE, parked=[PARKED], transfers=[MOVED]), "and the contact was transferred"),
    ],
)
def test_every_way_to_go_wrong_is_a_complaint_that_says_which(bad: Request, words: str) -> None:
    assert words in (bad.complaint() or "")
