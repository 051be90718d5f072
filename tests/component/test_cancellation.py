"""Cancellations: what is queued ends, what arrives later ends too, and what is transferred, under way or in doubt stays as it is."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from contact_transfer.ledger.documents import batch_key, contact_key
from local.connect.model import FaultKind
from tests.component.cancelling import BOTH, BY_BATCH, BY_REQUEST, DAY, carry_out, request_of
from tests.component.watched import Altered, unreachable
from tests.component.world import INSTANCE_ARN, World


@BOTH
def test_what_is_queued_is_cancelled(world: World, cancel: dict[str, str]) -> None:
    request = request_of(world)
    world.send(request)
    carry_out(world, cancel)
    world.settle()
    assert world.transfers == []
    assert world.calls("TransferContact") == world.calls("DescribeContact") == 0
    [event] = world.published("Cancelled")
    assert (event["contactId"], event["requestId"], event["batchId"], event["reason"], event["attempts"]) == (
        request["contactId"], "r", "b", "why", 1,
    )  # fmt: skip
    assert world.dead == []
    assert world.published("Failed") == world.published("Skipped") == []


@BOTH
def test_a_cancellation_that_overtakes_its_request_ends_it(world: World, cancel: dict[str, str]) -> None:
    carry_out(world, cancel)
    world.time.now += 7 * DAY - 60
    world.send(request_of(world))
    world.settle()
    assert world.transfers == []
    assert len(world.published("Cancelled")) == 1


@BOTH
@pytest.mark.parametrize("named", [True, False])
def test_a_cancelled_request_is_not_carried_out_under_its_name_though_it_leaves_the_batch(
    world: World, cancel: dict[str, str], *, named: bool
) -> None:
    name = {"requestId": "r" if named or cancel is BY_REQUEST else None}
    request = request_of(world, **name)
    carry_out(world, cancel)
    carry_out(world, request)
    del request["batchId"]
    world.send(request)
    world.settle()
    assert world.transfers == []
    assert len(world.published("Cancelled")) == 2


@BOTH
def test_what_is_transferred_stays_so(world: World, cancel: dict[str, str]) -> None:
    request = request_of(world)
    carry_out(world, request)
    carry_out(world, cancel)
    world.send(request)
    world.settle()
    assert [old for old, _ in world.transfers] == [request["contactId"]]
    assert len(world.published("Succeeded")) == 2
    assert world.published("Cancelled") == []


@BOTH
def test_a_call_that_is_under_way_stays_so(world: World, cancel: dict[str, str]) -> None:
    world.interrupt("before transfer_contact", lambda _: carry_out(world, cancel))
    world.send(request_of(world))
    world.once()
    assert len(world.transfers) == 1
    assert len(world.published("Succeeded")) == 1
    assert world.published("Cancelled") == []


@BOTH
def test_a_request_that_was_put_off_is_cancelled_when_it_comes_back(world: World, cancel: dict[str, str]) -> None:
    world.lose(FaultKind.THROTTLE)
    world.send(request_of(world))
    world.once()
    carry_out(world, cancel)
    world.settle()
    assert world.transfers == []
    assert len(world.published("Cancelled")) == 1


@BOTH
@pytest.mark.parametrize("doubt", ["repeat", "wait"])
@pytest.mark.parametrize("applied", [True, False])
def test_what_is_in_doubt_is_settled_first_and_not_called_again(
    new_world: Callable[..., World], cancel: dict[str, str], doubt: str, *, applied: bool
) -> None:
    world = new_world(when_in_doubt=doubt)
    world.lose(FaultKind.LOST_RESET if applied else FaultKind.RESET)
    world.send(request_of(world))
    world.once()
    carry_out(world, cancel)
    world.settle()
    assert len(world.transfers) == applied
    assert (len(world.published("Succeeded")), len(world.published("Cancelled"))) == ((1, 0) if applied else (0, 1))
    assert world.dead == []
    if not applied:
        assert world.calls("TransferContact") == 1


@pytest.mark.parametrize("first", ["cancellation", "work"])
def test_whichever_writes_the_document_of_the_name_first_decides(world: World, first: str) -> None:
    request = request_of(world, batchId=None)
    if first == "cancellation":  # between the lease and the binding of the name
        world.interrupt("after put_item", lambda _: carry_out(world, BY_REQUEST))
    else:
        world.interrupt("before describe_contact", lambda _: carry_out(world, BY_REQUEST))
    world.send(request)
    world.once()
    assert len(world.transfers) == (first == "work")
    assert len(world.published("Cancelled")) == (first == "cancellation")


@BOTH
@pytest.mark.parametrize("refused", [False, True])
def test_what_would_have_failed_is_cancelled(
    new_world: Callable[..., World], cancel: dict[str, str], *, refused: bool
) -> None:
    """Another request has transferred the contact, or the settings forbid the transfer: a cancelled request still is no failure."""
    world = new_world(**({"allowed_queue_ids": frozenset({"another"})} if refused else {}))
    request = request_of(world)
    if not refused:
        carry_out(world, {**request, "requestId": "another", "batchId": "another"})
    carry_out(world, cancel)
    carry_out(world, request)
    assert len(world.transfers) == (not refused)
    assert [event["requestId"] for event in world.published("Cancelled")] == ["r"]
    assert (world.codes, world.published("Failed")) == ([], [])


def test_a_cancelled_message_that_comes_back_is_cancelled_again(world: World) -> None:
    message = world.send(request_of(world))
    carry_out(world, BY_REQUEST)
    world.bus.refuse = True
    world.once()
    world.bus.refuse = False
    world.settle()
    world.time.now += 8 * DAY
    world.invoke([message])
    assert len(world.published("Cancelled")) == 2
    assert world.transfers == []


def test_nobody_else_is_cancelled(world: World) -> None:
    carry_out(world, BY_REQUEST)
    carry_out(world, BY_BATCH)
    world.send(request_of(world, requestId="other", batchId="another"))
    world.send(request_of(world, requestId=None, batchId=None))
    world.settle()
    assert len(world.transfers) == 2


def test_an_event_cancels(world: World) -> None:
    event = {"detail-type": "Contact Transfer Cancel Requested", "source": "shop", "detail": BY_BATCH}
    carry_out(world, event)
    world.send(request_of(world))
    world.settle()
    assert len(world.published("Cancelled")) == 1


@pytest.mark.parametrize("instance", [INSTANCE_ARN, INSTANCE_ARN.rpartition("/")[2]])
def test_an_instance_may_be_named(world: World, instance: str) -> None:
    carry_out(world, BY_REQUEST | {"instanceId": instance})
    world.send(request_of(world))
    world.settle()
    assert len(world.published("Cancelled")) == 1


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
    assert len(world.published("Failed")) == 1


def test_while_the_ledger_is_away_a_cancellation_comes_back(world: World) -> None:
    real, world.dynamodb = world.dynamodb, Altered(world.dynamodb, unreachable, calls=99)
    world.worker = world.new_worker()
    world.send(BY_REQUEST)
    assert world.once() == ["m1"]
    world.dynamodb = real
    world.worker = world.new_worker()
    world.settle()
    world.send(request_of(world))
    world.settle()
    assert len(world.published("Cancelled")) == 1


def test_a_plain_transfer_still_costs_two_writes_and_no_read(world: World) -> None:
    world.send(world.request(world.contact()))
    world.log.clear()
    world.once()
    assert [step for step in world.log if step.startswith("before") and "item" in step] == ["before put_item"] * 2


def test_only_what_a_batch_names_is_in_the_index_of_batches(world: World) -> None:
    plain, named = world.contact(), world.contact()
    carry_out(world, world.request(plain))
    carry_out(world, world.request(named, batchId="b"))
    keys = [
        world.dynamodb.get_item(TableName="ledger", Key={"pk": {"S": contact_key(world.instance_id, one)}})["Item"]
        for one in (plain, named)
    ]
    assert [item.get("batchKey") for item in keys] == [None, {"S": batch_key(world.instance_id, "b")}]
