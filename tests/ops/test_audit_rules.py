"""The rules of ``transfers audit``: each contradiction is found by its rule, and what agrees is not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from contact_transfer.connect.responses import ContactView
from contact_transfer.ledger.records import Contact, RequestRecord, Transfer
from transfers_cli.audit.facts import Announcement, Arrival, Conflict, Facts, Failure, Logged, Shown
from transfers_cli.audit.finding import Kind
from transfers_cli.audit.logs import add_line
from transfers_cli.audit.rules import LAG_SECONDS, PENDING_SECONDS, audit
from transfers_cli.audit.sources import contacts_to_ask

NOW, DAY = 1_800_000_000.0, 86_400.0
AT = NOW - 3600.0
MADE = Transfer("r", "new", at=AT, attempts=1)
DONE = Contact(transfer=MADE, requests={"r": RequestRecord()})
ANNOUNCED = Announcement(AT + 1, "r", "old", "new")
FAILED = Failure(AT, "ContactNotActive", "m", "r", "old")


def facts(*, ledger: Contact | None = DONE, connect: dict[str, Shown] | None = None, **logged: Any) -> Facts:
    documents = {} if ledger is None else {"old": ledger}
    return Facts(NOW - DAY, NOW, Logged(**logged), ledger=documents, connect=connect or {}, region="us-east-1")


def kinds(given: Facts) -> list[Kind]:
    return [one.kind for one in audit(given)]


def shown(view: ContactView, *tree: ContactView) -> dict[str, Shown]:
    return {"old": Shown(view, (view, *tree))}


def test_a_transfer_that_was_announced_and_arrived_is_explained() -> None:
    heard = [Arrival(AT + 2, "r", "old", "new")]
    again = replace(ANNOUNCED, at=AT + 50, repeated=True)
    assert kinds(facts(announcements=[ANNOUNCED, again], arrivals=heard)) == []


def test_a_transfer_that_nobody_announced_is_found_once() -> None:
    moved = Contact(requests={"r": RequestRecord(done=replace(MADE, moved_contact_id="other"))})
    given = replace(facts(), ledger={"old": moved, "other": DONE})
    [found] = audit(given)
    assert (found.kind, found.request, found.new_contact_ids) == (Kind.TRANSFER_NOT_ANNOUNCED, "r", ("new",))
    assert found.at == AT


@pytest.mark.parametrize("at", [NOW - LAG_SECONDS + 1, NOW - DAY - 1])
def test_what_is_too_young_or_before_the_window_is_left_out(at: float) -> None:
    assert kinds(facts(ledger=Contact(transfer=replace(MADE, at=at)))) == []


@pytest.mark.parametrize(("ago", "found"), [(PENDING_SECONDS - 1, 0), (PENDING_SECONDS + 1, 1)])
def test_a_request_that_is_still_worked_on_may_be_announced_later(ago: float, found: int) -> None:
    assert len(audit(facts(put_off={"r": NOW - ago}))) == found


@pytest.mark.parametrize("ledger", [None, Contact(), Contact(transfer=replace(MADE, request="another"))])
def test_an_announcement_of_which_the_ledger_knows_nothing_is_found(ledger: Contact | None) -> None:
    found = kinds(
        facts(ledger=ledger, announcements=[ANNOUNCED, Announcement(AT, "another", "x", "new", repeated=True)])
    )
    assert found == [Kind.ANNOUNCED_WITHOUT_TRANSFER]


def test_an_announcement_whose_new_contact_connect_does_not_know_is_found() -> None:
    given = facts(announcements=[ANNOUNCED], connect={"new": Shown(None)})
    assert kinds(given) == [Kind.ANNOUNCED_WITHOUT_TRANSFER]
    assert list(contacts_to_ask(given)) == ["new", "old"]


@pytest.mark.parametrize(("ended_at", "expected"), [(None, [Kind.ANNOUNCED_WITHOUT_TRANSFER]), (AT, [])])
def test_an_announcement_of_a_contact_that_is_active_is_found(ended_at: float | None, expected: list[Kind]) -> None:
    connect = {"new": Shown(ContactView("new")), "old": Shown(ContactView("old", ended_at=ended_at))}
    assert kinds(facts(announcements=[ANNOUNCED], connect=connect)) == expected


def test_connect_is_not_asked_about_a_transfer_that_a_contact_event_confirms() -> None:
    assert contacts_to_ask(facts(announcements=[ANNOUNCED], arrivals=[Arrival(AT, "r", "old", "new")])) == {}


@pytest.mark.parametrize("second", ["announced", "in the ledger", "seen by the worker"])
def test_two_transfers_for_one_name_are_found(second: str) -> None:
    given = facts(announcements=[ANNOUNCED])
    if second == "announced":
        given = facts(announcements=[ANNOUNCED, Announcement(AT + 9, "r", "old", "newer")])
    elif second == "in the ledger":
        given = facts(announcements=[ANNOUNCED], ledger=Contact(transfer=replace(MADE, new_contact_id="newer")))
    else:
        given.logged.conflicts.append(Conflict(AT, "r", "another", "old"))
    assert kinds(given) == [Kind.TWO_TRANSFERS]


ACTIVE = ContactView("old", channel="TASK", initiated_at=AT - 500, initiation_method="API")
NEXT = ContactView("next", previous_contact_id="old", initiation_method="TRANSFER", initiated_at=AT - 20)
CALLED = Contact(requests={"r": RequestRecord(first_called_at=AT - 30)})


@pytest.mark.parametrize(
    ("code", "view", "tree", "contradicted"),
    [
        ("ContactNotActive", ACTIVE, (), True),
        ("ContactNotActive", replace(ACTIVE, ended_at=AT + 60), (), True),
        ("ContactNotActive", replace(ACTIVE, ended_at=AT - 1), (), False),
        ("ContactNotActive", ACTIVE, (NEXT,), False),
        ("ContactNotFound", ACTIVE, (), True),
        ("ContactNotFound", replace(ACTIVE, initiated_at=AT - 30), (), False),
        ("UnsupportedChannel", ACTIVE, (), True),
        ("UnsupportedChannel", replace(ACTIVE, channel="VOICE"), (), False),
        ("TransferLimitReached", ACTIVE, (), True),
        ("ContactInAnotherRegion", ACTIVE, (), True),
        ("ContactInAnotherRegion", replace(ACTIVE, origin_region="us-west-2"), (), False),
        ("FlowNotUsable", ACTIVE, (), False),
        ("OutcomeUnknown", ACTIVE, (NEXT,), False),
    ],
)
def test_a_failure_is_held_against_what_connect_shows(
    code: str, view: ContactView, tree: tuple[ContactView, ...], *, contradicted: bool
) -> None:
    given = facts(ledger=Contact(), failures=[replace(FAILED, code=code)], connect=shown(view, *tree))
    assert kinds(given) == [Kind.FAILURE_CONTRADICTED] * contradicted


def test_eleven_transfers_before_a_contact_contradict_no_limit() -> None:
    chain = [
        ContactView(f"c{number}", previous_contact_id=f"c{number - 1}", initiation_method="TRANSFER")
        for number in range(1, 11)
    ]
    view = ContactView("old", previous_contact_id="c10", initiation_method="TRANSFER")
    given = facts(ledger=None, failures=[replace(FAILED, code="TransferLimitReached")], connect=shown(view, *chain))
    assert kinds(given) == []


def test_a_failure_of_a_request_whose_call_made_a_contact_is_found() -> None:
    ended = replace(ACTIVE, ended_at=AT - 20)
    failed = [replace(FAILED, code="RejectedByConnect")]
    assert kinds(facts(ledger=CALLED, failures=failed, connect=shown(ended, NEXT))) == [Kind.FAILURE_CONTRADICTED]
    accounted = replace(CALLED, transfer=Transfer("another", "next", at=NOW))
    assert kinds(facts(ledger=accounted, failures=failed, connect=shown(ended, NEXT))) == []


def test_a_failure_after_its_own_transfer_is_found_and_a_transfer_after_a_failure_is_not() -> None:
    late = replace(FAILED, at=AT + 60, code="FlowNotUsable")
    assert kinds(facts(announcements=[ANNOUNCED], failures=[late])) == [Kind.FAILURE_CONTRADICTED]
    assert kinds(facts(announcements=[ANNOUNCED], failures=[replace(late, at=AT - 60)])) == []


@pytest.mark.parametrize(
    ("logged", "found"),
    [
        ([], 1),
        ([replace(FAILED, code="FlowNotUsable", request=None)], 0),
        ([replace(FAILED, code="FlowNotUsable", message_id="moved")], 0),
        ([replace(FAILED, code="InvalidField", message_id="moved")], 1),
    ],
)
def test_a_parked_message_whose_failure_nobody_announced_is_found(logged: list[Failure], found: int) -> None:
    parked = replace(FAILED, code="FlowNotUsable")
    given = replace(facts(ledger=None, failures=logged), parked=(parked,))
    assert kinds(given) == [Kind.FAILURE_NOT_ANNOUNCED] * found


def test_lines_of_the_functions_are_read_and_others_left_out() -> None:
    logged = Logged()
    common = {"timestamp": "2026-03-01T09:30:00.500+00:00", "requestName": "r", "contactId": "old"}
    for line in (
        {"message": "transferred", "newContactId": "new", "inferred": True, "repeated": False},
        {"message": "failed", "failureCode": "InvalidField", "messageId": "m"},
        {"message": "deferred"},
        {"message": "unconfirmed", "newContactId": "new"},
        {"message": "the contact was transferred twice", "winner": "w"},
        {"message": "skipped"},
    ):
        add_line(logged, json.dumps({**common, **line}))
    add_line(logged, "no JSON")
    add_line(logged, '{"message": "transferred"}')
    at = 1_772_357_400.5
    assert logged.announcements == [Announcement(at, "r", "old", "new", inferred=True)]
    assert logged.failures == [Failure(at, "InvalidField", "m", "r", "old")]
    assert (logged.put_off, logged.arrivals) == ({"r": at}, [Arrival(at, "r", "old", "new")])
    assert [one.winner for one in logged.conflicts] == ["w"]
