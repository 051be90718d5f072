"""Transfers of which no event tells, and events that tell nothing."""

from __future__ import annotations

import pytest

from local.connect.model import Course
from tests.component.doors import Doors, NewDoors


def test_silence_is_noticed_when_it_has_lasted_long_enough(new_doors: NewDoors) -> None:
    doors = new_doors(within=30)
    doors.connect.others.set_course(doors.seed.queues["Billing"], Course.STAYS)
    contact = doors.transferred()
    began = doors.time.now
    doors.deliver(doors.announced())
    doors.confirm(hours=0.4)
    assert doors.published("Unconfirmed") == []
    doors.confirm(hours=0.2)
    [event] = doors.published("Unconfirmed")
    assert (event["contactId"], event["unconfirmedReason"]) == (contact, "Silence")
    assert 30 * 60 <= doors.time.now - began <= 31 * 60
    doors.deliver(doors.announced())
    doors.confirm(hours=1)
    assert len(doors.published("Unconfirmed")) == 1


@pytest.mark.parametrize("course", [Course.ARRIVES, Course.FAILS])
def test_silence_is_not_reported_when_something_was_heard(new_doors: NewDoors, course: Course) -> None:
    doors = new_doors(within=1)
    doors.connect.others.set_course(doors.seed.queues["Billing"], course)
    doors.transferred()
    doors.deliver([*doors.announced(), *doors.telling()])
    doors.confirm(hours=1)
    assert len(doors.published("Confirmed") + doors.published("Unconfirmed")) == 1


def test_what_was_announced_before_the_setting_was_switched_off_is_dropped(doors: Doors) -> None:
    doors.connect.others.set_course(doors.seed.queues["Billing"], Course.STAYS)
    doors.transferred()
    doors.deliver(doors.announced())
    doors.confirm(hours=1)
    assert doors.published("Unconfirmed") == []
    assert doors.contact_events.waiting == []


def test_a_contact_that_keeps_its_id_is_not_called_silent(new_doors: NewDoors) -> None:
    doors = new_doors(within=1)
    doors.connect.set_switches(answers_old_contact_id=True)
    doors.try_once(doors.contact())
    doors.deliver(doors.announced())
    doors.confirm(hours=1)
    assert doors.published("Unconfirmed") == []
    assert doors.contact_events.waiting == []


@pytest.mark.parametrize(
    "body",
    [
        "no json",
        "[]",
        "null",
        "{}",
        '{"time": "2026-02-25T06:13:20Z"}',
        '{"time": "yesterday", "detail": {}}',
        '{"time": "2026-02-25T06:13:20Z", "detail": {"eventType": "QUEUED"}}',
        '{"time":"2026-02-25T06:13:20Z","detail":{"eventType":"PAUSED","instanceArn":"i","contactId":"c","previousContactId":"p"}}',
        '{"time": "2026-02-25T06:13:20Z", "detail-type": "Contact Transfer Succeeded", "detail": {}}',
    ],
)
def test_what_is_no_event_about_a_contact_is_dropped_with_a_line(doors: Doors, body: str) -> None:
    record = {"messageId": "m", "receiptHandle": "m/1", "body": body, "attributes": {}}
    assert doors.confirmation.carry_out([record]) == []


def test_the_worker_makes_no_call_more_for_it(doors: Doors) -> None:
    """Of the ledger it asks what it asked before: to acquire the lease and to record the transfer."""
    doors.transferred()
    doors.log.clear()
    doors.transferred()
    assert [name for name in doors.log if name.startswith("before")] == [
        "before put_item",
        "before get_queue_attributes",  # the urgent lane's, for its share of the quota; at most every two seconds
        "before describe_contact",
        "before transfer_contact",
        "before put_item",
        "before put_events",
    ]


def test_later_events_of_a_contact_that_arrived_write_nothing(doors: Doors) -> None:
    doors.transferred()
    [(_, new)] = doors.transfers
    doors.connect.others.place(new, user_id=doors.seed.users["ana"])
    doors.connect.others.end(new)
    first, *others = doors.telling(new)
    doors.deliver([first])
    doors.confirm()
    doors.log.clear()
    doors.deliver(others)
    doors.confirm()
    assert [name for name in doors.log if name.startswith("before")] == ["before get_item"] * 6
