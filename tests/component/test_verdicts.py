"""A request has one end: whatever fails between the ledger and the dead-letter queue, its message comes back to the same end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from local.connect.model import Fault, FaultKind
from tests.component.doors import Doors
from tests.component.services import Message
from tests.component.watched import is_free, watch
from tests.component.world import World

LATE = 3000.0  # seconds until a successor shows: settleMinutes are over by then


def _unknown(world: World, send: Callable[[str], Message]) -> tuple[str, Message]:
    """Transferred, the answer and the token lost, the successor invisible; the next receive ends in ``OutcomeUnknown``."""
    world.connect.set_switches(successor_listed_after=LATE, token_forgotten_after=0.0)
    contact = world.contact()
    world.connect.add_fault(Fault(FaultKind.LOST_RESET, "TransferContact", calls=1))
    message = send(contact)
    while world.time.now - message.sent_at < 899:
        world.once()
        assert world.published("Succeeded") == [], "the outcome is known: nothing is in doubt"
        world.time.now = max(world.time.now, message.visible_at)
    world.time.now = message.visible_at = world.time.now + 60
    assert world.codes == []
    return contact, message


def _away(_contact: str) -> None:
    raise EndpointConnectionError(endpoint_url="https://aws")


@pytest.mark.parametrize("call", ["put_events", "send_message"])
def test_an_unknown_outcome_stays_unknown_to_its_message(world: World, call: str) -> None:
    _unknown(world, lambda contact: world.send(world.request(contact, requestId="r")))
    world.interrupt(f"before {call}", _away)
    world.settle()
    assert world.codes == ["OutcomeUnknown"]
    assert {event["failureCode"] for event in world.published("Failed")} == {"OutcomeUnknown"}
    assert world.published("Succeeded") == []


def test_a_redriven_doubt_is_looked_into_again(world: World) -> None:
    """By then Connect shows the successor, and the operator sees the truth."""
    contact, _ = _unknown(world, lambda contact: world.send(world.request(contact)))
    world.settle()
    assert world.codes == ["OutcomeUnknown"]
    world.time.now += LATE
    world.carry_out(contact)
    [(_, new)] = world.transfers
    [event] = world.published("Succeeded")
    assert (event["newContactId"], event["attribution"]) == (new, "inferred")
    assert world.codes == ["OutcomeUnknown"]


def test_an_outcome_that_stays_unknown_is_reported_again_and_frees_no_name(world: World) -> None:
    contact, _ = _unknown(world, lambda contact: world.send(world.request(contact, requestId="r")))
    world.settle()
    world.send(world.request(contact, requestId="r"))
    # Had the first moved its contact, this were a second transfer.
    world.send(world.request(world.contact(), requestId="r"))
    world.settle()
    assert sorted(world.codes) == ["IdempotencyMismatch", "OutcomeUnknown", "OutcomeUnknown"]
    assert len(world.transfers) == 1


@pytest.mark.slow
def test_a_worker_that_dies_over_an_unknown_outcome_moves_the_tree_no_second_time(dynamodb: Any) -> None:
    steps = _failure(dynamodb, 0, None)
    assert steps > 10
    for at in range(1, steps):
        _failure(dynamodb, at, at)


def _failure(dynamodb: Any, number: int, dies: int | None) -> int:
    """Let the worker die at a step of the failure, then let the route ask for the successor. Return how many steps it took."""
    doors = Doors(dynamodb, routes={"again": 1})
    doors.connect.store.random.seed(7000 + number)  # the ledger is shared: every world needs contacts of its own
    _unknown(doors, doors.route)
    doors.log.clear()
    if dies is None:
        doors.once()
    else:
        with doors.killed(dies):
            doors.once()
    steps = len(doors.log)
    doors.settle()
    [(_, new)] = doors.transfers
    doors.time.now += LATE
    doors.route(new)
    doors.settle()
    assert len(doors.transfers) == 1, f"died at {dies}"
    assert set(doors.codes) == {"OutcomeUnknown", "RouteLimitReached"}, f"died at {dies}"
    return steps


def test_a_failure_that_was_announced_is_not_taken_back(world: World) -> None:
    """The event is out, the dead-letter queue is away, and meanwhile the flow is published."""
    draft, contact = world.seed.flows["Draft"], world.contact()
    world.send(world.request(contact, contactFlowId=draft))
    world.interrupt("before send_message", _away)
    world.once()
    world.connect.others.publish_flow(draft)
    world.settle()
    assert world.codes == ["FlowNotUsable"]
    assert world.transfers == []
    world.send(world.request(contact, contactFlowId=draft))  # an operator sends it again: a message of its own
    world.settle()
    assert [old for old, _ in world.transfers] == [contact]


@pytest.mark.slow
def test_exhaustion_that_was_announced_is_not_taken_back(world: World) -> None:
    number = world.connect.add_fault(Fault(FaultKind.UNAVAILABLE, "TransferContact"))
    world.send(world.request(world.contact()))

    def recovers(contact: str) -> None:
        world.connect.remove_fault(number)
        _away(contact)

    world.interrupt("before send_message", recovers)
    world.settle()
    assert world.codes == ["RetriesExhausted"]
    assert world.transfers == []


def test_after_the_deadline_an_attempt_that_another_request_settled_was_the_last_one(world: World) -> None:
    """Else two requests of one contact whose calls all end in doubt would settle each other's doubts and call for ever."""
    contact = world.contact()
    world.connect.add_fault(Fault(FaultKind.RESET, "TransferContact", calls=1))
    first = world.try_once(contact)
    world.time.now += 25 * 3600
    second = world.send(world.request(contact, queueId=world.seed.queues["Support"]))
    assert world.invoke([second]) == [second.message_id]  # it finds that the first's call did nothing
    first.receives += 1
    assert world.invoke([first]) == []
    assert (world.codes, world.calls("TransferContact")) == (["RetriesExhausted"], 1)
    world.settle()
    assert [old for old, _ in world.transfers] == [contact]


def test_nobody_begins_while_a_failure_is_being_written(world: World) -> None:
    """A copy that is received between the two writes of a failure must not be taken for failed while it is under way."""
    draft, contact = world.seed.flows["Draft"], world.contact()
    copy = Message("copy", "", world.time.now)

    def meanwhile() -> None:
        world.connect.others.publish_flow(draft)
        world.invoke([copy], world.new_worker())

    first = world.send(world.request(contact, contactFlowId=draft, requestId="r"))
    copy.body, copy.receives = first.body, 1
    world.queue.waiting.append(copy)
    copy.visible_at = world.time.now + 3600
    watched = watch(world, "request#", meanwhile, is_free)
    world.once()
    assert watched.calls
    world.carry_out(world.contact(), requestId="r")
    assert len(world.transfers) == 1


def test_a_message_gets_its_own_failure_again_although_its_name_has_been_corrected_since(world: World) -> None:
    contact = world.contact()
    world.queue.refuse = EndpointConnectionError(endpoint_url="https://sqs")
    first = world.try_once(contact, contactFlowId=world.seed.flows["Draft"], requestId="r")
    first.visible_at = world.time.now + 100
    world.queue.refuse = None
    world.carry_out(contact, requestId="r")
    assert world.codes == ["FlowNotUsable"]
    assert {event["failureCode"] for event in world.published("Failed")} == {"FlowNotUsable"}
    assert [old for old, _ in world.transfers] == [contact]
