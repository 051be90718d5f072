"""A request with ``notBefore`` is held by a schedule, and carried out once, when it is due."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from contact_transfer.request.envelope import ROUTE_EVENTS
from contact_transfer.request.event_types import REQUESTED
from contact_transfer.request.timestamps import rfc3339
from contact_transfer.transfer import rules
from tests.component.doors import Doors
from tests.component.world import INSTANCE_ARN, QUEUE_ARN, World

HOUR = 3600.0


def _held(world: World) -> dict[str, Any]:
    """The one schedule."""
    ((_, call),) = world.scheduler.pending.values()
    return call


def test_a_request_is_held_until_it_is_due(world: World) -> None:
    contact, due = world.contact(), world.time.now + HOUR
    message = world.send(world.request(contact, notBefore=rfc3339(due)))
    assert world.once() == []
    assert world.queue.waiting == []
    assert _held(world)["Target"]["Input"] == message.body
    assert not world.connect.history.calls
    world.settle()
    assert [old for old, _ in world.transfers] == [contact]
    assert due <= world.time.now < due + 60
    assert world.scheduler.pending == {}


def test_the_schedule_says_all_that_aws_needs(world: World) -> None:
    world.time.now = 1_772_357_400.25  # 2026-03-01T09:30:00.25Z
    world.send(world.request(world.contact(), notBefore="2026-03-01T12:00:00.5+01:00"))
    world.once()
    schedule = _held(world)
    assert schedule["Name"].startswith("request-")
    assert len(schedule["Name"]) == 48
    assert schedule["ScheduleExpression"] == "at(2026-03-01T11:00:01)"
    assert schedule["ScheduleExpressionTimezone"] == "UTC"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert schedule["ActionAfterCompletion"] == "DELETE"
    assert schedule["GroupName"] == world.settings.schedule_group_name
    target = schedule["Target"]
    assert target["Arn"] == QUEUE_ARN
    assert target["RoleArn"] == world.settings.schedule_role_arn
    assert target["DeadLetterConfig"] == {"Arn": QUEUE_ARN.replace(":transfer", ":dead")}


@pytest.mark.parametrize("ahead", [-86400.0, -1.0, 0.0])
def test_a_time_that_has_passed_holds_nothing(world: World, ahead: float) -> None:
    contact = world.contact()
    world.send(world.request(contact, notBefore=rfc3339(world.time.now + ahead)))
    world.once()
    assert [old for old, _ in world.transfers] == [contact]


@pytest.mark.parametrize("ahead", [1.0, 59.0, 60.0])
def test_the_last_minute_is_waited_for_in_the_queue(world: World, ahead: float) -> None:
    contact, due = world.contact(), world.time.now + ahead
    world.send(world.request(contact, notBefore=rfc3339(due)))
    assert len(world.once()) == 1
    assert world.scheduler.pending == {}
    world.settle()
    assert [old for old, _ in world.transfers] == [contact]
    assert world.time.now >= due


def test_a_schedule_that_fires_early_is_waited_out(world: World) -> None:
    contact, due = world.contact(), world.time.now + HOUR
    world.scheduler.early = 45.0
    world.send(world.request(contact, notBefore=rfc3339(due)))
    world.settle()
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
    assert len(world.told("Succeeded")) == 1


def test_another_time_or_another_destination_is_another_schedule(world: World) -> None:
    contact, due = world.contact(), world.time.now + HOUR
    world.send(world.request(contact, notBefore=rfc3339(due)))
    world.send(world.request(contact, notBefore=rfc3339(due + 60)))
    world.send(world.request(contact, notBefore=rfc3339(due), queueId=None))
    world.once()
    assert len(world.scheduler.pending) == 3
    assert len({name[:24] for name in world.scheduler.pending}) == 1, "found by their contact"


def test_a_schedule_that_fires_twice_moves_the_contact_once(world: World) -> None:
    contact, due = world.contact(), rfc3339(world.time.now + HOUR)
    message = world.send(world.request(contact, notBefore=due))
    world.once()
    world.time.now += HOUR + 10
    world.scheduler.fire()
    world.send(message.body)
    world.settle()
    assert len(world.transfers) == 1
    assert world.dead == []


def test_a_message_that_comes_back_after_its_schedule_has_fired_moves_nothing_again(world: World) -> None:
    """The report that it is done is lost, and visibility ends only after the schedule's time."""
    contact, due = world.contact(), rfc3339(world.time.now + 120)
    message = world.send(world.request(contact, notBefore=due))
    world.once()
    assert len(world.scheduler.pending) == 1
    world.queue.waiting.append(message)
    world.settle()
    assert len(world.transfers) == 1
    assert world.dead == []


@pytest.mark.parametrize("at", range(3))
def test_a_worker_that_dies_on_the_way_loses_nothing(world: World, at: int) -> None:
    contact, due = world.contact(), world.time.now + HOUR
    world.send(world.request(contact, notBefore=rfc3339(due)))
    with world.killed(at):
        world.once()
    world.settle()
    assert [old for old, _ in world.transfers] == [contact]
    assert world.time.now >= due


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


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"notBefore": rfc3339(1_772_000_000.0 + 7 * 86400 + 60)}, "more than 7 days ahead"),
        (
            {"notBefore": rfc3339(1_772_000_000.0 + 900), "expiresAt": rfc3339(1_772_000_000.0 + 900)},
            "not before expiresAt",
        ),
        ({"notBefore": "tomorrow"}, "notBefore is not a time in RFC 3339"),
        ({"notBefore": rfc3339(1_772_000_000.0 + 900), "reason": 7}, "reason must be a string"),
    ],
)
def test_what_is_wrong_fails_at_once(world: World, fields: dict[str, Any], message: str) -> None:
    world.send(world.request(world.contact(), **fields))
    assert world.once() == []
    assert world.codes == ["InvalidField"]
    assert message in world.dead[0]["FailureMessage"]
    assert world.scheduler.pending == {}


def test_a_request_that_the_settings_forbid_is_not_held(new_world: Callable[..., World]) -> None:
    world = new_world(allowed_queue_ids=frozenset({"another"}))
    world.send(world.request(world.contact(), notBefore=rfc3339(world.time.now + HOUR)))
    world.once()
    assert world.codes == ["DestinationNotAllowed"]


def test_seven_days_are_held(world: World) -> None:
    contact = world.contact()
    world.send(world.request(contact, notBefore=rfc3339(world.time.now + 7 * 86400)))
    world.settle(hours=8 * 24)
    assert [old for old, _ in world.transfers] == [contact]


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
    text = _held(world)["Target"]["Input"]
    assert "<aws.scheduler" not in text
    assert json.loads(text) == given


def test_it_is_no_part_of_the_identity(world: World) -> None:
    contact = world.contact()
    world.send(world.request(contact, requestId="r"))
    world.settle()
    world.send(world.request(contact, requestId="r", notBefore=rfc3339(world.time.now + HOUR)))
    world.settle()
    assert len(world.transfers) == 1
    assert world.dead == []


def test_requests_that_are_held_say_nothing_of_waiting(world: World, log_lines: Callable[[], list[str]]) -> None:
    world.send(world.request(world.contact(), notBefore=rfc3339(world.time.now + HOUR)))
    world.settle()
    ages = [json.loads(line).get("RequestAgeSeconds", [0]) for line in log_lines() if line.startswith("{")]
    assert max(max(age) if isinstance(age, list) else age for age in ages) < 60


def test_the_ledger_knows_when_it_was_due(world: World) -> None:
    contact, due = world.contact(), rfc3339(world.time.now + HOUR)
    world.send(world.request(contact, notBefore=due))
    world.settle()
    assert f'"notBefore": "{due}"' in json.dumps(world.item(contact))


def test_a_flow_asks_for_later(doors: Doors) -> None:
    contact, due = doors.contact(), doors.time.now + HOUR
    parameters = {"contactFlowId": doors.seed.flows["Move to queue"], "queueId": doors.seed.queues["Billing"]}
    answer = doors.flow_door().invoke(doors.flow_event(contact, **parameters, notBefore=rfc3339(due)))
    assert answer["status"] == "ACCEPTED"
    doors.settle()
    assert [old for old, _ in doors.transfers] == [contact]
    assert doors.time.now >= due
    refused = doors.flow_door().invoke(doors.flow_event(contact, **parameters, notBefore=rfc3339(due + 8 * 86400)))
    assert refused["failureCode"] == "InvalidField"


def test_an_event_on_the_bus_asks_for_later(world: World) -> None:
    contact, due = world.contact(), world.time.now + HOUR
    detail = world.request(contact, notBefore=rfc3339(due))
    world.send({"detail-type": REQUESTED, "source": "crm", "time": rfc3339(world.time.now), "detail": detail})
    world.settle()
    assert [old for old, _ in world.transfers] == [contact]
    assert world.time.now >= due


# -- routes --------------------------------------------------------------------------------------------------------


def _route(world: World, contact: str, minutes: Any, began: Any) -> None:
    request = world.request(contact, instanceId=INSTANCE_ARN, route="later")
    event = {"detail-type": REQUESTED, "source": ROUTE_EVENTS, "time": began, "afterMinutes": minutes}
    world.send({**event, "detail": request})


@pytest.fixture
def routed(new_world: Callable[..., World]) -> World:
    return new_world(routes={"later": 1})


def test_a_route_holds_from_the_time_of_the_event(routed: World) -> None:
    contact, began = routed.contact(), routed.time.now
    routed.time.now += 600  # the event was on its way
    _route(routed, contact, 30, rfc3339(began))
    routed.settle()
    assert [old for old, _ in routed.transfers] == [contact]
    assert began + 1800 <= routed.time.now < began + 1860
    assert json.dumps(routed.item(contact)).count('"route"') >= 1


@pytest.mark.parametrize(("minutes", "passed"), [(0, 0), (30, 1800), (30, 100_000)])
def test_a_route_that_is_due_holds_nothing(routed: World, minutes: int, passed: float) -> None:
    contact, began = routed.contact(), routed.time.now
    routed.time.now += passed
    _route(routed, contact, minutes, rfc3339(began))
    routed.once()
    assert [old for old, _ in routed.transfers] == [contact]


@pytest.mark.parametrize("minutes", [-1, 10_081, 1.5, True, "30"])
def test_minutes_that_no_route_has_are_refused(routed: World, minutes: Any) -> None:
    _route(routed, routed.contact(), minutes, rfc3339(routed.time.now))
    routed.once()
    assert routed.codes == ["MalformedMessage"]


@pytest.mark.parametrize("began", [None, "", "noon", 7])
def test_minutes_after_an_unknown_time_are_refused(routed: World, began: Any) -> None:
    _route(routed, routed.contact(), 30, began)
    routed.once()
    assert routed.codes == ["MalformedMessage"]


@pytest.mark.parametrize("began", ["2027-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_time_far_ahead_holds_for_a_week_at_a_time(routed: World, began: str) -> None:
    _route(routed, routed.contact(), 30, began)
    assert routed.once() == []
    assert routed.scheduler.next <= routed.time.now + 7 * 86400 + 1


def test_only_a_routes_message_holds_by_minutes(routed: World) -> None:
    contact = routed.contact()
    event = {"detail-type": REQUESTED, "source": "crm", "time": rfc3339(routed.time.now), "afterMinutes": 30}
    routed.send({**event, "detail": routed.request(contact)})
    routed.once()
    assert [old for old, _ in routed.transfers] == [contact]


# -- the rule, and the lanes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("not_before", "expires_at", "now", "message"),
    [
        (None, None, 0.0, None),
        (10.0, None, None, None),
        (10.0, 10.1, None, None),
        (10.0, 10.0, None, "notBefore is not before expiresAt, so no call could ever be started."),
        (7 * 86400.0, None, 0.0, None),
        (7 * 86400.1, None, 0.0, "notBefore is more than 7 days ahead; send the request later."),
        (7 * 86400.1, None, None, None),
        (-1.0, None, 0.0, None),
    ],
)
def test_a_request_is_held_for_a_week_and_not_beyond_its_end(
    not_before: float | None, expires_at: float | None, now: float | None, message: str | None
) -> None:
    failed = rules.check_not_before(not_before, expires_at, now)
    assert (failed and failed.message) == message


@pytest.mark.parametrize("came", ["transfer", "urgent"])
@pytest.mark.parametrize("priority", [None, "urgent", "normal"])
def test_a_held_request_comes_back_to_its_lane(world: World, came: str, priority: str | None) -> None:
    contact = world.contact()
    world.send(world.request(contact, notBefore=rfc3339(world.time.now + HOUR), priority=priority), to=came)
    world.once()
    world.once()
    wanted = {None: came, "urgent": "urgent", "normal": "transfer"}[priority]
    assert _held(world)["Target"]["Arn"].endswith(f":{wanted}")
    world.settle()
    assert [old for old, _ in world.transfers] == [contact]
