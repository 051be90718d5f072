"""Cancellations: what is queued ends, what arrives later ends too, and what is transferred, under way or in doubt stays as it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from contact_transfer.ledger.documents import batch_key, request_key
from contact_transfer.request import identity
from contact_transfer.request.timestamps import rfc3339
from local.connect.model import FaultKind
from tests.component.world import INSTANCE_ARN, World

HOUR, DAY = 3_600.0, 86_400.0
BY_REQUEST, BY_BATCH = {"cancelRequestId": "r"}, {"cancelBatchId": "b"}
BOTH = pytest.mark.parametrize("cancel", [BY_REQUEST, BY_BATCH], ids=["request", "batch"])


def _request(world: World, **given: Any) -> dict[str, Any]:
    return world.request(world.contact(), **({"requestId": "r", "batchId": "b", "reason": "why"} | given))


def _carry_out(world: World, body: object) -> None:
    """One message, handled alone and at once."""
    message = world.send(body)
    message.receives += 1
    message.first_received_at = world.time.now
    world.invoke([message])


@BOTH
def test_what_is_queued_is_cancelled(world: World, cancel: dict[str, str]) -> None:
    request = _request(world)
    world.send(request)
    _carry_out(world, cancel)
    world.settle()
    assert world.transfers == []
    assert world.calls("TransferContact") == world.calls("DescribeContact") == 0
    [told] = world.told("Cancelled")
    assert (told["contactId"], told["requestId"], told["batchId"], told["reason"], told["attempts"]) == (
        request["contactId"], "r", "b", "why", 1,
    )  # fmt: skip
    assert world.dead == []
    assert world.told("Failed") == world.told("Skipped") == []


@BOTH
def test_a_cancellation_that_overtakes_its_request_ends_it(world: World, cancel: dict[str, str]) -> None:
    _carry_out(world, cancel)
    world.time.now += 7 * DAY - 60
    world.send(_request(world))
    world.settle()
    assert world.transfers == []
    assert len(world.told("Cancelled")) == 1


@BOTH
def test_after_seven_days_a_name_is_free_again(world: World, cancel: dict[str, str]) -> None:
    request = _request(world)
    _carry_out(world, cancel)
    _carry_out(world, request)
    world.time.now += 7 * DAY + 60
    world.send(request)
    world.settle()
    assert [old for old, _ in world.transfers] == [request["contactId"]]


@BOTH
@pytest.mark.parametrize("named", [True, False])
def test_a_cancelled_request_is_not_carried_out_under_its_name_though_it_leaves_the_batch(
    world: World, cancel: dict[str, str], *, named: bool
) -> None:
    name = {"requestId": "r" if named or cancel is BY_REQUEST else None}
    request = _request(world, **name)
    _carry_out(world, cancel)
    _carry_out(world, request)
    del request["batchId"]
    world.send(request)
    world.settle()
    assert world.transfers == []
    assert len(world.told("Cancelled")) == 2


@BOTH
def test_what_is_transferred_stays_so(world: World, cancel: dict[str, str]) -> None:
    request = _request(world)
    _carry_out(world, request)
    _carry_out(world, cancel)
    world.send(request)
    world.settle()
    assert [old for old, _ in world.transfers] == [request["contactId"]]
    assert len(world.told("Succeeded")) == 2
    assert world.told("Cancelled") == []


@BOTH
def test_a_call_that_is_under_way_stays_so(world: World, cancel: dict[str, str]) -> None:
    world.interrupt("before transfer_contact", lambda _: _carry_out(world, cancel))
    world.send(_request(world))
    world.once()
    assert len(world.transfers) == 1
    assert len(world.told("Succeeded")) == 1
    assert world.told("Cancelled") == []


@BOTH
def test_a_request_that_was_put_off_is_cancelled_when_it_comes_back(world: World, cancel: dict[str, str]) -> None:
    world.lose(FaultKind.THROTTLE)
    world.send(_request(world))
    world.once()
    _carry_out(world, cancel)
    world.settle()
    assert world.transfers == []
    assert len(world.told("Cancelled")) == 1


@BOTH
@pytest.mark.parametrize("doubt", ["repeat", "wait"])
@pytest.mark.parametrize("applied", [True, False])
def test_what_is_in_doubt_is_settled_first_and_not_called_again(
    new_world: Callable[..., World], cancel: dict[str, str], doubt: str, *, applied: bool
) -> None:
    world = new_world(when_in_doubt=doubt)
    world.lose(FaultKind.LOST_RESET if applied else FaultKind.RESET)
    world.send(_request(world))
    world.once()
    _carry_out(world, cancel)
    world.settle()
    assert len(world.transfers) == applied
    assert (len(world.told("Succeeded")), len(world.told("Cancelled"))) == ((1, 0) if applied else (0, 1))
    assert world.dead == []
    if not applied:
        assert world.calls("TransferContact") == 1


@pytest.mark.parametrize("first", ["cancellation", "work"])
def test_whichever_writes_the_document_of_the_name_first_decides(world: World, first: str) -> None:
    request = _request(world, batchId=None)
    if first == "cancellation":  # between the lease and the binding of the name
        world.interrupt("after put_item", lambda _: _carry_out(world, BY_REQUEST))
    else:
        world.interrupt("before describe_contact", lambda _: _carry_out(world, BY_REQUEST))
    world.send(request)
    world.once()
    assert len(world.transfers) == (first == "work")
    assert len(world.told("Cancelled")) == (first == "cancellation")


def test_a_cancellation_that_comes_again_does_not_hold_longer(world: World) -> None:
    message = world.send(BY_REQUEST)
    world.once()
    world.time.now += 5 * DAY
    world.invoke([message])
    world.time.now += 2 * DAY + 60
    world.send(_request(world))
    world.settle()
    assert len(world.transfers) == 1


def test_a_cancellation_is_remembered_for_as_long_as_a_message_that_it_ends_may_come(
    new_world: Callable[..., World],
) -> None:
    """Seven days, one in which EventBridge Scheduler still delivers, and fourteen in a queue."""
    world = new_world(ledger_days=0.5)
    for cancel in (BY_BATCH, BY_REQUEST):
        _carry_out(world, cancel)
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
    world.send(_request(world, notBefore=rfc3339(due)))
    world.once()
    _carry_out(world, cancel)
    world.time.now = due + late
    world.settle()
    assert world.transfers == []
    assert len(world.told("Cancelled")) == 1


@BOTH
def test_what_arrives_for_later_is_cancelled_at_once(world: World, cancel: dict[str, str]) -> None:
    _carry_out(world, cancel)
    _carry_out(world, _request(world, notBefore=rfc3339(world.time.now + 6 * DAY)))
    assert world.scheduler.pending == {}
    assert len(world.told("Cancelled")) == 1


@BOTH
def test_while_the_ledger_is_away_nothing_is_held_that_may_be_cancelled(world: World, cancel: dict[str, str]) -> None:
    _carry_out(world, cancel)
    real, world.dynamodb = world.dynamodb, Broken()
    world.worker = world.new_worker()
    world.send(_request(world, notBefore=rfc3339(world.time.now + 6 * DAY)))
    assert len(world.once()) == 1
    assert world.scheduler.pending == {}
    world.dynamodb = real
    world.worker = world.new_worker()
    world.settle()
    assert len(world.told("Cancelled")) == 1


@BOTH
def test_a_backlog_of_more_than_seven_days_saves_nothing_from_its_cancellation(
    world: World, cancel: dict[str, str]
) -> None:
    world.send(_request(world))
    world.queue.waiting[0].visible_at = world.time.now + 9 * DAY
    _carry_out(world, cancel)
    world.settle(hours=10 * 24)
    assert world.transfers == []
    assert len(world.told("Cancelled")) == 1


@BOTH
@pytest.mark.parametrize("refused", [False, True])
def test_what_would_have_failed_is_cancelled(
    new_world: Callable[..., World], cancel: dict[str, str], *, refused: bool
) -> None:
    """Another request has transferred the contact, or the settings forbid the transfer: a cancelled request still is no failure."""
    world = new_world(**({"allowed_queue_ids": frozenset({"another"})} if refused else {}))
    request = _request(world)
    if not refused:
        _carry_out(world, {**request, "requestId": "another", "batchId": "another"})
    _carry_out(world, cancel)
    _carry_out(world, request)
    assert len(world.transfers) == (not refused)
    assert [told["requestId"] for told in world.told("Cancelled")] == ["r"]
    assert (world.codes, world.told("Failed")) == ([], [])


def test_a_cancelled_message_that_comes_back_is_cancelled_again(world: World) -> None:
    message = world.send(_request(world))
    _carry_out(world, BY_REQUEST)
    world.bus.refuse = True
    world.once()
    world.bus.refuse = False
    world.settle()
    world.time.now += 8 * DAY
    world.invoke([message])
    assert len(world.told("Cancelled")) == 2
    assert world.transfers == []


def test_nobody_else_is_cancelled(world: World) -> None:
    _carry_out(world, BY_REQUEST)
    _carry_out(world, BY_BATCH)
    world.send(_request(world, requestId="other", batchId="another"))
    world.send(_request(world, requestId=None, batchId=None))
    world.settle()
    assert len(world.transfers) == 2


def test_an_event_cancels(world: World) -> None:
    event = {"detail-type": "Contact Transfer Cancel Requested", "source": "shop", "detail": BY_BATCH}
    _carry_out(world, event)
    world.send(_request(world))
    world.settle()
    assert len(world.told("Cancelled")) == 1


@pytest.mark.parametrize("instance", [INSTANCE_ARN, INSTANCE_ARN.rpartition("/")[2]])
def test_an_instance_may_be_named(world: World, instance: str) -> None:
    _carry_out(world, BY_REQUEST | {"instanceId": instance})
    world.send(_request(world))
    world.settle()
    assert len(world.told("Cancelled")) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"cancelRequestId": "r", "cancelBatchId": "b"}, "InvalidField"),
        ({"cancelRequestId": ""}, "InvalidField"),
        ({"cancelRequestId": None}, "InvalidField"),
        ({"cancelBatchId": 7}, "InvalidField"),
        ({"cancelBatchId": "x" * 129}, "InvalidField"),
        ({"cancelBatchId": "b", "contactId": "c"}, "InvalidField"),
        ({"cancelBatchId": "b", "instanceId": "another"}, "InstanceNotAllowed"),
        ({"detail-type": "Contact Transfer Cancel Requested", "source": "shop", "detail": {}}, "InvalidField"),
        ({"detail-type": "Contact Transfer Cancel Requested", "source": "shop", "detail": "r"}, "MalformedMessage"),
        ('{"cancelRequestId": "r", "cancelRequestId": "r"}', "MalformedMessage"),
    ],
)
def test_a_cancellation_that_cannot_be_understood_is_parked_like_a_request(
    world: World, body: object, code: str
) -> None:
    world.send(body)
    assert world.once() == []
    assert world.codes == [code]
    assert world.queue.dead[0]["MessageBody"] == (body if isinstance(body, str) else json.dumps(body))
    assert len(world.told("Failed")) == 1


def test_while_the_ledger_is_away_a_cancellation_comes_back(world: World) -> None:
    real, world.dynamodb = world.dynamodb, Broken()
    world.worker = world.new_worker()
    world.send(BY_REQUEST)
    assert world.once() == ["m1"]
    world.dynamodb = real
    world.worker = world.new_worker()
    world.settle()
    world.send(_request(world))
    world.settle()
    assert len(world.told("Cancelled")) == 1


def test_a_plain_transfer_still_costs_two_writes_and_no_read(world: World) -> None:
    world.send(world.request(world.contact()))
    world.log.clear()
    world.once()
    assert [step for step in world.log if step.startswith("before") and "item" in step] == ["before put_item"] * 2


class Broken:
    """A DynamoDB that refuses every call."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**_: Any) -> Any:
            raise EndpointConnectionError(endpoint_url=name)

        return call
