"""What ``transfers status`` says of a request, for each thing that the ledger can know of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contact_transfer.connect.responses import ContactView
from contact_transfer.ledger.records import (
    Attempt,
    Contact,
    EndRecord,
    Lease,
    RequestRecord,
    Transfer,
    TransientError,
)
from contact_transfer.request import identity
from contact_transfer.request.timestamps import rfc3339
from transfers_cli.failed.parked import Parked
from transfers_cli.ledger import Story
from transfers_cli.status import showing
from transfers_cli.status.parked import DeadLetters
from transfers_cli.status.search import Answer
from transfers_cli.status.states import State, first_tried, state_of

NOW = 1_772_000_000.0
NAME = "request:" + "0123456789abcdef" * 2
KEY = identity.entry(NAME, "f" * 64)
OTHER = "contact:old:" + "f" * 32
FAILURE = EndRecord(KEY, "message-1", "FlowNotUsable", "Flow x was never published.", NOW - 60, attempts=3)
ERROR = TransientError("ServerError", "TransferContact: X (HTTP 503)", NOW - 5, NOW + 25)


def contact(record: RequestRecord | None = None, **changes: object) -> Contact:
    return replace(Contact(requests={} if record is None else {KEY: record}), **changes)  # type: ignore[arg-type]  # any field


def attempt(request: str) -> Attempt:
    return Attempt(request, since=NOW - 9, window_from=NOW - 9, last=NOW - 8, effect_until=NOW + 300)


def lease(*, calls: bool, until: float) -> Lease:
    return Lease("owner", 1, KEY, since=NOW - 20, until=until, calls=calls)


@pytest.mark.parametrize(
    ("known", "state", "sentence"),
    [
        (contact(), State.NOT_SEEN, "not seen yet"),
        (contact(RequestRecord(attempts=1)), State.DEFERRED, "no error is recorded"),
        (contact(RequestRecord(last_error=ERROR)), State.DEFERRED, "HTTP 503"),
        (contact(RequestRecord(last_error=ERROR)), State.DEFERRED, "next try at 2026-02-25T06:13:45Z"),
        (contact(RequestRecord(last_error=replace(ERROR, retry_at=NOW - 1))), State.DEFERRED, "the next try is due"),
        (contact(RequestRecord(), lease=lease(calls=False, until=NOW + 9)), State.UNDER_WAY, "a worker has it"),
        (contact(RequestRecord(), lease=lease(calls=True, until=NOW + 9)), State.UNDER_WAY, "a worker has it"),
        (
            contact(RequestRecord(), lease=lease(calls=True, until=NOW - 1)),
            State.IN_DOUBT,
            "an answer of Connect was lost",
        ),
        (contact(RequestRecord(), lease=lease(calls=False, until=NOW - 1)), State.DEFERRED, "no error"),
        (contact(RequestRecord(), attempt=attempt(KEY)), State.IN_DOUBT, "an answer of Connect was lost"),
        (contact(RequestRecord(), attempt=attempt(OTHER)), State.DEFERRED, "deferred"),
        (contact(RequestRecord(ended=FAILURE)), State.FAILED, "FlowNotUsable at 2026-02-25T06:12:20Z, begun 3 times"),
        (contact(RequestRecord(ended=FAILURE)), State.FAILED, "Flow x was never published."),
        (contact(RequestRecord(), transfer=Transfer(KEY, "new")), State.TRANSFERRED, "transferred to new"),
        (contact(RequestRecord(done=Transfer(KEY, "old"))), State.TRANSFERRED, "transferred to old"),
        (contact(RequestRecord(), transfer=Transfer(OTHER, "new")), State.TRANSFERRED_BY_OTHER, f"{OTHER} transferred"),
        (contact(transfer=Transfer(OTHER, "new")), State.TRANSFERRED_BY_OTHER, "the contact to new"),
        (contact(RequestRecord(ended=FAILURE), transfer=Transfer(OTHER, "new")), State.FAILED, "FlowNotUsable"),
    ],
)
def test_each_state_has_a_sentence_that_says_what_is_true(known: Contact, state: State, sentence: str) -> None:
    found = state_of(known, KEY, NOW)
    assert found.state is state
    assert sentence in found.sentence


def message(**attributes: str) -> Parked:
    given = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    return Parked("parked-1", "r", "{}", given, NOW)


def test_a_failure_says_where_its_message_is() -> None:
    here = DeadLetters([message(OriginalMessageId="message-1")])
    assert here.whereabouts(FAILURE) == "in the dead-letter queue: transfers failed show parked-1"
    assert DeadLetters().whereabouts(FAILURE).startswith("not in the dead-letter queue")
    assert "2 that somebody else has in hand" in DeadLetters(unseen=2).whereabouts(FAILURE)
    assert "AccessDenied" in DeadLetters(refused="AccessDenied").whereabouts(FAILURE)


@pytest.mark.parametrize("wanted", ["parked-1", "message-1", NAME, "c-1", "mine"])
def test_a_failed_message_is_found_by_whatever_names_it(wanted: str) -> None:
    one = replace(
        message(OriginalMessageId="message-1", RequestName=NAME), body='{"contactId": "c-1", "requestId": "mine"}'
    )
    letters = DeadLetters([message(), one])
    assert letters.of(wanted) == [one] if wanted != "parked-1" else letters.of(wanted) == [message(), one]


def answer(known: Contact, letters: DeadLetters | None = None) -> Answer:
    return Answer("old", [NAME], [Story("instance", "old", known)], letters=letters)


def test_after_a_redrive_the_earlier_failure_and_the_first_time_are_shown() -> None:
    asked = {"askedAt": "2026-02-25T06:00:00Z", "firstAskedAt": "2026-02-24T06:00:00Z", "source": "queue"}
    known = contact(RequestRecord(asked=asked, attempts=1, last_error=ERROR), ends={"message-1": FAILURE})
    facts = showing.request_facts(known, KEY, None)
    assert facts["first asked"] == "2026-02-24T06:00:00Z"
    assert facts["earlier"] == "FlowNotUsable at 2026-02-25T06:12:20Z"
    [shown] = showing.as_dict(answer(known))["contacts"][0]["requests"]
    assert shown["earlierFailures"] == [{"failureCode": "FlowNotUsable", "failedAt": "2026-02-25T06:12:20Z"}]
    assert shown["lastError"] == {"cause": "ServerError", "detail": ERROR.detail, "at": "2026-02-25T06:13:15Z"}
    assert shown["nextTryAt"] == "2026-02-25T06:13:45Z"


def test_a_request_that_was_not_seen_is_named_beside_the_others_of_its_contact() -> None:
    known = contact(RequestRecord(), transfer=Transfer(KEY, "new", at=NOW))
    asked = Answer("x", [OTHER], [Story("instance", "old", known)])
    states = {one["requestName"]: one["state"] for one in showing.as_dict(asked)["contacts"][0]["requests"]}
    assert states == {NAME: "transferred", OTHER: "transferredByOther"}


def test_the_document_for_scripts_has_one_spelling_of_names_and_of_times() -> None:
    record = RequestRecord(asked={"source": "queue"}, attempts=1, first_at=NOW, ended=FAILURE)
    known = contact(record, transfer=Transfer(OTHER, "new", at=NOW), lease=lease(calls=True, until=2e9))
    shown = showing.as_dict(
        Answer("old", [], [Story("i", "old", known)], [ContactView("old", initiated_at=0.0)], DeadLetters())
    )

    def check(value: object) -> None:
        for key, inner in value.items() if isinstance(value, dict) else ():
            assert key.isalnum()
            assert key[0].islower()
            if key.endswith(("At", "Until", "Since")):
                assert inner is None or (len(inner), inner[10], inner[-1]) == (20, "T", "Z"), key
            check(inner)
        for inner in value if isinstance(value, list) else ():
            check(inner)

    check(shown)
    assert shown["contacts"][0]["requests"][0]["begun"] == 1
    assert showing.request_facts(known, KEY, None)["work begun"] == "once, no transient errors"


@pytest.mark.parametrize(
    ("began", "shown"),
    [(NOW - 120, NOW), (NOW + 3, NOW + 3), (NOW - 3600, NOW - 3600), (0.0, None)],
    ids=["bound before it was asked", "later", "asked again since", "not begun"],
)
def test_a_request_is_not_said_to_be_tried_before_it_was_asked_for(began: float, shown: float | None) -> None:
    assert first_tried(RequestRecord(asked={"askedAt": rfc3339(NOW)}, first_at=began)) == shown
