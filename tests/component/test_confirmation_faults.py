"""Whether a transfer arrived is reported once, although the function dies, its services fail and others report it too."""

from __future__ import annotations

import json

import pytest

from contact_transfer.confirmation import confirmation
from local.connect.model import Course
from tests.component.doors import Doors, NewDoors
from tests.component.world import Killed


@pytest.mark.parametrize("course", [Course.ARRIVES, Course.FAILS])
def test_a_function_that_dies_anywhere_loses_nothing(new_doors: NewDoors, course: Course) -> None:
    """Told once; twice where it died between telling and saying so. What a consumer sees twice has the same requestName."""
    counts = []
    for at in range(1, 9):
        doors = new_doors()
        doors.connect.store.random.seed(at)
        doors.connect.others.set_course(doors.seed.queues["Billing"], course)
        doors.transferred()
        doors.deliver(doors.telling()[:1])
        doors.log.clear()
        doors.kill_at = at
        try:
            doors.confirm()
        except Killed:
            doors.confirmation = doors.new_confirmation()
        doors.kill_at = None
        doors.time.now += 200
        doors.confirm(hours=1)
        event = doors.published("Confirmed" if course is Course.ARRIVES else "Unconfirmed")
        counts.append(len(event))
        assert len({detail["requestName"] for detail in event}) == 1
    assert set(counts) == {1, 2}


def test_a_bus_that_takes_nothing_is_waited_for(doors: Doors) -> None:
    doors.transferred()
    doors.deliver(doors.telling())
    doors.bus.refuse = True
    doors.confirm()
    assert len(doors.contact_events.waiting) == 1
    doors.bus.refuse = False
    doors.confirm(hours=1)
    assert len(doors.published("Confirmed")) == 1


def test_a_ledger_that_is_away_is_waited_for(doors: Doors) -> None:
    doors.transferred()
    doors.deliver(doors.telling())
    doors.dynamodb.delete_table(TableName="ledger")
    doors.confirm()
    assert len(doors.contact_events.waiting) == 1
    assert 1 <= doors.contact_events.waiting[0].visible_at - doors.time.now <= 900


def test_two_messages_at_once_report_an_arrival_once(doors: Doors) -> None:
    """Another environment writes the outcome between this one's read and its write."""
    doors.transferred()
    event = doors.telling()[0]
    rival = doors.new_confirmation()

    def meanwhile(_: str) -> None:
        record = {
            "messageId": "rival",
            "receiptHandle": "r/1",
            "body": json.dumps(event.envelope("again")),
            "attributes": {},
        }
        assert rival.carry_out([record]) == []

    doors.interrupt("after get_item", meanwhile)
    doors.deliver([event])
    doors.confirm()
    assert len(doors.published("Confirmed")) == 1


@pytest.mark.parametrize("away", ["Ledger", "EventBus", "Unexpected"])
def test_an_event_that_is_put_off_is_counted_by_its_cause_as_requests_are(
    doors: Doors, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, away: str
) -> None:
    """The dead-letter queue's alarm is a reminder after a day: what goes wrong rings the alarms of its cause before."""
    doors.transferred()
    doors.deliver(doors.telling()[:1])
    if away == "Ledger":
        doors.dynamodb.delete_table(TableName="ledger")
    elif away == "EventBus":
        doors.bus.refuse = True
    else:
        monkeypatch.setattr(confirmation, "read_contact_event", lambda *_given: 1 / 0)
    capsys.readouterr()
    doors.confirm()
    metrics = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "CloudWatchMetrics" in line]
    assert {"Cause": away, "Deferred": [1.0]}.items() <= next(one for one in metrics if "Cause" in one).items()
