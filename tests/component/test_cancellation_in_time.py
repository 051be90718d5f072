"""How long a cancellation holds, and what it ends that is carried out later."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from contact_transfer.ledger.documents import batch_key, request_key
from contact_transfer.request import identity
from contact_transfer.request.timestamps import rfc3339
from tests.component.cancelling import BOTH, BY_BATCH, BY_REQUEST, DAY, HOUR, carry_out, request_of
from tests.component.watched import Altered, unreachable
from tests.component.world import World


@BOTH
def test_after_seven_days_a_name_is_free_again(world: World, cancel: dict[str, str]) -> None:
    request = request_of(world)
    carry_out(world, cancel)
    carry_out(world, request)
    world.time.now += 7 * DAY + 60
    world.send(request)
    world.settle()
    assert [old for old, _ in world.transfers] == [request["contactId"]]


def test_a_cancellation_that_comes_again_does_not_hold_longer(world: World) -> None:
    message = world.send(BY_REQUEST)
    world.once()
    world.time.now += 5 * DAY
    world.invoke([message])
    world.time.now += 2 * DAY + 60
    world.send(request_of(world))
    world.settle()
    assert len(world.transfers) == 1


def test_a_cancellation_is_remembered_for_as_long_as_a_message_that_it_ends_may_come(
    new_world: Callable[..., World],
) -> None:
    """Seven days, one in which EventBridge Scheduler still delivers, and fourteen in a queue."""
    world = new_world(ledger_days=0.5)
    for cancel in (BY_BATCH, BY_REQUEST):
        carry_out(world, cancel)
    for key in (batch_key(world.instance_id, "b"), request_key(identity.request_name(world.instance_id, "r"))):
        item = world.dynamodb.get_item(TableName="ledger", Key={"pk": {"S": key}})["Item"]
        assert int(item["expires"]["N"]) >= int(world.time.now + (7 + 1 + 14) * DAY)


@BOTH
@pytest.mark.parametrize("ahead", [HOUR, 7 * DAY])
@pytest.mark.parametrize("late", [0.0, DAY])
def test_what_is_scheduled_is_cancelled_however_late_its_schedule_fires(
    world: World, cancel: dict[str, str], ahead: float, late: float
) -> None:
    due = world.time.now + ahead
    world.send(request_of(world, notBefore=rfc3339(due)))
    world.once()
    carry_out(world, cancel)
    world.time.now = due + late
    world.settle()
    assert world.transfers == []
    assert len(world.published("Cancelled")) == 1


@BOTH
def test_what_arrives_for_later_is_cancelled_at_once(world: World, cancel: dict[str, str]) -> None:
    carry_out(world, cancel)
    carry_out(world, request_of(world, notBefore=rfc3339(world.time.now + 6 * DAY)))
    assert world.scheduler.pending == {}
    assert len(world.published("Cancelled")) == 1


@BOTH
def test_while_the_ledger_is_away_nothing_is_held_that_may_be_cancelled(world: World, cancel: dict[str, str]) -> None:
    carry_out(world, cancel)
    real, world.dynamodb = world.dynamodb, Altered(world.dynamodb, unreachable, calls=99)
    world.worker = world.new_worker()
    world.send(request_of(world, notBefore=rfc3339(world.time.now + 6 * DAY)))
    assert len(world.once()) == 1
    assert world.scheduler.pending == {}
    world.dynamodb = real
    world.worker = world.new_worker()
    world.settle()
    assert len(world.published("Cancelled")) == 1


@BOTH
def test_a_backlog_of_more_than_seven_days_saves_nothing_from_its_cancellation(
    world: World, cancel: dict[str, str]
) -> None:
    world.send(request_of(world))
    world.queue.waiting[0].visible_at = world.time.now + 9 * DAY
    carry_out(world, cancel)
    world.settle(hours=10 * 24)
    assert world.transfers == []
    assert len(world.published("Cancelled")) == 1
