"""A request with ``notBefore`` is held, and carried out once, when it is due."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from contact_transfer.request.event_types import REQUESTED
from contact_transfer.request.timestamps import rfc3339
from contact_transfer.transfer import rules
from tests.component.doors import Doors
from tests.component.world import World

HOUR = 3600.0


def test_a_request_is_held_until_it_is_due(world: World) -> None:
    contact, due = world.contact(), world.time.now + HOUR
    message = world.send(world.request(contact, notBefore=rfc3339(due)))
    assert world.once() == []
    assert world.queue.waiting == []
    assert world.scheduler.held["Target"]["Input"] == message.body
    assert not world.connect.history.calls
    world.settle()
    assert [old for old, _ in world.transfers] == [contact]
    assert due <= world.time.now < due + 60
    assert world.scheduler.pending == {}


@pytest.mark.parametrize("ahead", [-86400.0, -1.0, 0.0])
def test_a_time_that_has_passed_holds_nothing(world: World, ahead: float) -> None:
    contact = world.contact()
    world.try_once(contact, notBefore=rfc3339(world.time.now + ahead))
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
    world.try_once(world.contact(), notBefore=rfc3339(world.time.now + HOUR))
    assert world.codes == ["DestinationNotAllowed"]


def test_seven_days_are_held(world: World) -> None:
    contact = world.contact()
    world.send(world.request(contact, notBefore=rfc3339(world.time.now + 7 * 86400)))
    world.settle(hours=8 * 24)
    assert [old for old, _ in world.transfers] == [contact]


def test_it_is_no_part_of_the_identity(world: World) -> None:
    contact = world.contact()
    world.carry_out(contact, requestId="r")
    world.carry_out(contact, requestId="r", notBefore=rfc3339(world.time.now + HOUR))
    assert len(world.transfers) == 1
    assert world.dead == []


def test_requests_that_are_held_say_nothing_of_waiting(world: World, log_lines: Callable[[], list[str]]) -> None:
    world.carry_out(world.contact(), notBefore=rfc3339(world.time.now + HOUR))
    ages = [json.loads(line).get("RequestAgeSeconds", [0]) for line in log_lines() if line.startswith("{")]
    assert max(max(age) if isinstance(age, list) else age for age in ages) < 60


def test_the_ledger_knows_when_it_was_due(world: World) -> None:
    contact, due = world.contact(), rfc3339(world.time.now + HOUR)
    world.carry_out(contact, notBefore=due)
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
    assert world.scheduler.held["Target"]["Arn"].endswith(f":{wanted}")
    world.settle()
    assert [old for old, _ in world.transfers] == [contact]
