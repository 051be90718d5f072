"""What holds a request is one schedule of EventBridge Scheduler, whatever Scheduler answers."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from contact_transfer.messaging.schedules import may_hold
from contact_transfer.request.identity import request_name
from contact_transfer.request.timestamps import rfc3339
from tests.component.world import QUEUE_ARN, World

HOUR = 3600.0


def test_the_schedule_says_all_that_aws_needs(world: World) -> None:
    world.time.now = 1_772_357_400.25  # 2026-03-01T09:30:00.25Z
    world.try_once(world.contact(), notBefore="2026-03-01T12:00:00.5+01:00")
    schedule = world.scheduler.held
    assert schedule["Name"].startswith("request-")
    assert len(schedule["Name"]) == 64
    assert schedule["ScheduleExpression"] == "at(2026-03-01T11:00:01)"
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule["ActionAfterCompletion"] == "DELETE"
    assert schedule["GroupName"] == world.settings.schedule_group_name
    target = schedule["Target"]
    assert target["Arn"] == QUEUE_ARN
    assert target["RoleArn"] == world.settings.schedule_role_arn
    assert target["DeadLetterConfig"] == {"Arn": QUEUE_ARN.replace(":transfer", ":dead")}


def test_a_schedule_that_fires_early_is_waited_out(world: World) -> None:
    contact, due = world.contact(), world.time.now + HOUR
    world.scheduler.early = 45.0
    world.carry_out(contact, notBefore=rfc3339(due))
    (call,) = [one for one in world.connect.history.calls if one.operation == "TransferContact"]
    assert call.time >= due


def test_a_repeat_is_the_same_schedule(world: World) -> None:
    contact, due = world.contact(), rfc3339(world.time.now + HOUR)
    for _ in range(3):
        world.send(world.request(contact, notBefore=due))
    assert world.once() == []
    assert len(world.scheduler.pending) == 1
    world.settle()
    assert len(world.transfers) == 1
    assert len(world.published("Succeeded")) == 1


def test_another_time_or_another_destination_is_another_schedule(world: World) -> None:
    contact, due = world.contact(), world.time.now + HOUR
    world.send(world.request(contact, notBefore=rfc3339(due)))
    world.send(world.request(contact, notBefore=rfc3339(due + 60)))
    world.try_once(contact, notBefore=rfc3339(due), queueId=None)
    assert len(world.scheduler.pending) == 3
    by_contact = partial(may_hold, instance_id=world.instance_id)
    assert all(by_contact(name, contact_id=contact) for name in world.scheduler.pending), "found by their contact"
    assert not any(by_contact(name, contact_id="another") for name in world.scheduler.pending)


def test_a_schedule_is_found_by_its_batch_and_by_the_name_of_its_request(world: World) -> None:
    request = world.request(world.contact(), notBefore=rfc3339(world.time.now + HOUR), requestId="r", batchId="b")
    world.send(request)
    world.once()
    [schedule] = world.scheduler.pending
    found = partial(may_hold, schedule, world.instance_id)
    name = request_name(world.instance_id, "r")
    assert (found(batch_id="b"), found(batch_id="c"), found(name=name), found(name="x")) == (True, False, True, False)


def test_a_schedule_that_fires_twice_moves_the_contact_once(world: World) -> None:
    contact, due = world.contact(), rfc3339(world.time.now + HOUR)
    message = world.try_once(contact, notBefore=due)
    world.time.now += HOUR + 10
    world.scheduler.fire()
    world.send(message.body)
    world.settle()
    assert len(world.transfers) == 1
    assert world.dead == []


@pytest.mark.parametrize(
    ("asked", "at"),
    [
        ("2026-10-25T02:30:00+02:00", "2026-10-25T00:30:00"),  # that night, 02:30 comes twice
        ("2026-10-25T02:30:00+01:00", "2026-10-25T01:30:00"),
        ("2026-10-25T03:30:00+01:00", "2026-10-25T02:30:00"),
    ],
)
def test_a_change_of_clocks_moves_no_schedule(
    world: World, monkeypatch: pytest.MonkeyPatch, asked: str, at: str
) -> None:
    """Times carry their offset, and schedules are in UTC, whatever zone the machine is in."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        world.time.now = datetime(2026, 10, 24, 20, tzinfo=UTC).timestamp()
        world.try_once(world.contact(), notBefore=asked)
        assert world.scheduler.held["ScheduleExpression"] == f"at({at})"
        assert world.scheduler.held["ScheduleExpressionTimezone"] == "UTC"
        world.settle()
    finally:
        monkeypatch.undo()
        time.tzset()
    [transfer] = world.connect.history.transfers
    assert transfer.time >= datetime.fromisoformat(asked).timestamp()


@pytest.mark.parametrize("late", [HOUR, 24 * HOUR])
def test_a_schedule_that_fires_late_is_carried_out_then_also_by_a_worker_deployed_meanwhile(
    world: World, late: float
) -> None:
    contact, due = world.contact(), world.time.now + HOUR
    world.try_once(contact, notBefore=rfc3339(due))
    world.worker = world.new_worker()
    world.time.now = due + late
    world.settle()
    assert [old for old, _ in world.transfers] == [contact]
    assert world.dead == []


def test_a_message_that_comes_back_after_its_schedule_has_fired_moves_nothing_again(world: World) -> None:
    """The report that it is done is lost, and visibility ends only after the schedule's time."""
    contact, due = world.contact(), rfc3339(world.time.now + 120)
    message = world.try_once(contact, notBefore=due)
    assert len(world.scheduler.pending) == 1
    world.queue.waiting.append(message)
    world.settle()
    assert len(world.transfers) == 1
    assert world.dead == []


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (ClientError({"Error": {"Code": "ThrottlingException"}}, "CreateSchedule"), "Scheduler"),
        (ClientError({"Error": {"Code": "ServiceQuotaExceededException"}}, "CreateSchedule"), "Scheduler"),
        (ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "CreateSchedule"), "Scheduler"),
        (ClientError({"Error": {"Code": "409"}}, "CreateSchedule"), "Scheduler"),
        (ClientError({"Error": {"Code": "AccessDeniedException"}}, "CreateSchedule"), "AccessDenied"),
        (ConnectTimeoutError(endpoint_url="scheduler"), "Scheduler"),
    ],
)
def test_while_scheduler_does_not_answer_the_message_stays(
    world: World, log_lines: Callable[[], list[str]], error: Exception, cause: str
) -> None:
    contact, due = world.contact(), world.time.now + 2 * HOUR
    world.scheduler.refuse = error
    world.send(world.request(contact, notBefore=rfc3339(due)))
    assert len(world.once()) == 1
    assert world.dead == []
    assert cause in [json.loads(line).get("cause") for line in log_lines() if line.startswith("{")]
    world.settle()
    assert [old for old, _ in world.transfers] == [contact]
    assert world.time.now >= due


def test_an_answer_that_names_no_schedule_holds_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.scheduler, "create_schedule", lambda **_call: {})
    world.send(world.request(world.contact(), notBefore=rfc3339(world.time.now + HOUR)))
    assert len(world.once()) == 1


def test_a_conflict_without_a_schedule_holds_nothing(world: World) -> None:
    world.scheduler.refuse = ClientError({"Error": {"Code": "ConflictException"}}, "CreateSchedule")
    world.send(world.request(world.contact(), notBefore=rfc3339(world.time.now + HOUR)))
    assert len(world.once()) == 1


def test_a_body_that_scheduler_does_not_take_fails(world: World) -> None:
    body = json.dumps(world.request(world.contact(), notBefore=rfc3339(world.time.now + HOUR)))
    world.send(body + " " * 262_144)
    world.once()
    assert world.codes == ["InvalidField"]
    assert "EventBridge Scheduler takes 262,144" in world.dead[0]["FailureMessage"]


def test_words_that_scheduler_would_replace_arrive_as_they_were_sent(world: World) -> None:
    contact = world.contact()
    given = world.request(contact, notBefore=rfc3339(world.time.now + HOUR), requestId="<aws.scheduler.execution-id>")
    world.send(given)
    world.once()
    text = world.scheduler.held["Target"]["Input"]
    assert "<aws.scheduler" not in text
    assert json.loads(text) == given
