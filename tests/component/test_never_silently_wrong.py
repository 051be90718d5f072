"""Promises that trials had broken: no transfer is called a failure, one message has one end, and everything comes to its end."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from contact_transfer.ledger.documents import MAXIMUM_BYTES
from local.connect.model import Course, Fault, FaultKind
from tests.component.doors import Doors
from tests.component.world import World

NewWorld = Callable[..., World]
_AWAY = EndpointConnectionError(endpoint_url="https://sqs")


def test_twelve_failures_while_the_dead_letter_queue_is_away_stay_failures(world: World) -> None:
    """Then the cause is fixed: no message is reported failed and later transferred. Two flows, so that the brake lets all twelve fail."""
    unusable, contact = [world.seed.flows[name] for name in ("Draft", "Retired")], world.contact()
    world.queue.refuse = _AWAY
    for number in range(12):
        world.send(world.request(contact, contactFlowId=unusable[number % 2], requestId=f"r{number}"))
    for _ in range(3):
        world.invoke(world.receive(12))
        world.time.now += 1000
    assert len({event["originalMessageId"] for event in world.published("Failed")}) == 12
    world.queue.refuse = None
    world.connect.others.publish_flow(unusable[0])
    world.connect.others.archive_flow(unusable[1], archived=False)
    world.settle()
    assert world.codes == ["FlowNotUsable"] * 12
    assert world.transfers == []


@pytest.mark.parametrize("narrow", [{"allowed_queue_ids": frozenset({"other"})}])
def test_a_duplicate_under_narrower_settings_waits_for_the_first(new_world: NewWorld, narrow: dict[str, Any]) -> None:
    world = new_world()
    judge = World(world.dynamodb, **narrow)
    judge.connect, judge.time, judge.queue, judge.bus = world.connect, world.time, world.queue, world.bus
    judge._random.seed(12)  # owners are unique to a delivery
    narrower = judge.new_worker()
    first = world.send(world.request(world.contact(), requestId="r"))

    def meanwhile(_: str) -> None:
        first.receives += 1
        assert world.invoke([first], narrower) == [first.message_id]

    world.interrupt("before transfer_contact", meanwhile)
    world.once()
    world.settle()
    world.carry_out(world.contact(), requestId="r")
    assert len(world.transfers) == 1
    assert world.codes == ["IdempotencyMismatch"]


@pytest.mark.parametrize("forgotten", [0.0, 1.0, 10.0])
def test_who_waits_never_transfers_twice_whatever_connect_forgets(new_world: NewWorld, forgotten: float) -> None:
    world = new_world(when_in_doubt="wait")
    world.connect.set_switches(
        token_forgotten_after=forgotten, old_contact_active_for=300.0, successor_listed_after=200.0
    )
    world.lose(FaultKind.LOST_RESET)
    world.carry_out(world.contact())
    assert len(world.transfers) == 1
    assert world.codes == []
    assert [event["newContactId"] for event in world.published("Succeeded")] == [world.transfers[0][1]]


@pytest.mark.parametrize("active", [0.0, 3000.0])
@pytest.mark.parametrize("flow_only", [False, True])
def test_a_transfer_that_its_flow_moved_on_is_never_called_not_ours(
    world: World, active: float, *, flow_only: bool
) -> None:
    """The new contact is in another queue than the one that was asked for, or none was asked for: it ends as ``OutcomeUnknown``."""
    world.connect.set_switches(token_forgotten_after=0.0, old_contact_active_for=active)
    world.connect.others.set_course(world.seed.queues["Billing"], Course.MOVES_ON)
    contact = world.contact()
    world.lose(FaultKind.LOST_RESET)
    world.carry_out(contact, requestId="r", queueId=None if flow_only else world.seed.queues["Billing"])
    assert len(world.transfers) == 1
    assert set(world.codes) <= {"OutcomeUnknown"}
    assert len(world.codes) + len(world.published("Succeeded")) == 1
    world.carry_out(world.contact(), requestId="r")
    assert world.codes[-1] == "IdempotencyMismatch"
    assert len(world.transfers) == 1


def test_a_route_in_doubt_keeps_its_permit(dynamodb: Any) -> None:
    doors = Doors(dynamodb, routes={"again": 1})
    doors.connect.set_switches(token_forgotten_after=0.0)
    doors.connect.others.set_course(doors.seed.queues["Billing"], Course.MOVES_ON)
    contact = doors.contact()
    doors.lose(FaultKind.LOST_RESET)
    doors.route(contact)
    doors.settle()
    [(_, new)] = doors.transfers
    doors.route(new)
    doors.settle()
    assert len(doors.transfers) == 1
    assert doors.codes[-1] == "RouteLimitReached"


def test_two_successors_that_fit_are_both_ambiguous(world: World) -> None:
    """Ours took effect unseen, and an agent moved the contact, which still showed as active, to the very same queue."""
    world.connect.set_switches(token_forgotten_after=0.0, old_contact_active_for=300.0)
    contact = world.contact()
    world.lose(FaultKind.LOST_RESET)
    world.connect.others.transfer(contact, queue_id=world.seed.queues["Billing"], at=world.time.now + 60)
    world.carry_out(contact)
    ours = {new for _, new in world.transfers}
    assert {event["newContactId"] for event in world.published("Succeeded")} <= ours
    assert set(world.codes) <= {"OutcomeUnknown"}


def test_a_redrive_after_a_day_meets_one_throttle_and_is_deferred(world: World) -> None:
    """A message without a code: its request began long ago, and its own first receive is now."""
    contact = world.contact()
    number = world.connect.add_fault(Fault(FaultKind.UNAVAILABLE, "DescribeContact"))
    world.try_once(contact)
    world.queue.waiting.clear()  # the queue itself moved it to the dead-letter queue
    world.connect.remove_fault(number)
    world.time.now += 25 * 3600
    world.lose(FaultKind.THROTTLE)
    again = world.send(world.request(contact))
    assert world.once() == [again.message_id]
    world.settle()
    assert world.codes == []
    assert [old for old, _ in world.transfers] == [contact]


def test_a_contact_that_is_not_known_for_its_first_seconds_is_waited_for(world: World) -> None:
    world.connect.set_switches(contact_known_after=10.0)
    contact = world.contact()
    world.carry_out(contact)
    assert world.codes == []
    assert [old for old, _ in world.transfers] == [contact]


def test_a_failure_code_that_only_a_newer_version_knows_blocks_no_contact(world: World) -> None:
    contact = world.contact()
    world.try_once(contact, contactFlowId=world.seed.flows["Draft"])
    key = {"pk": {"S": f"contact#{world.instance_id}#{contact}"}}
    item = world.dynamodb.get_item(TableName="ledger", Key=key)["Item"]
    item["document"]["S"] = item["document"]["S"].replace("FlowNotUsable", "NewerCode")
    world.dynamodb.put_item(TableName="ledger", Item=item)
    world.carry_out(contact)
    assert [old for old, _ in world.transfers] == [contact]
    assert {one["code"] for one in world.item(contact)["ends"].values()} == {"NewerCode"}


def test_many_requests_for_one_contact_all_end_and_its_document_stays_small(world: World) -> None:
    contact = world.contact()
    number = world.connect.add_fault(Fault(FaultKind.UNAVAILABLE, "DescribeContact"))
    for at in range(60):
        world.try_once(contact, requestId=f"r{at}", reason="\U0001f600" * 200)
        world.time.now += 60
    assert len(json.dumps(world.item(contact), ensure_ascii=False).encode()) <= 1.1 * MAXIMUM_BYTES
    world.connect.remove_fault(number)
    world.settle()
    assert world.queue.waiting == []
    assert len(world.transfers) == 1
    assert world.codes == ["ContactNotActive"] * 59
    assert {event["successorContactId"] for event in world.published("Failed")} == {world.transfers[0][1]}
