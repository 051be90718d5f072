"""One effect, whatever answer is lost and wherever the worker dies. The world's history is the judge, not the ledger."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from local.connect.model import Fault, FaultKind
from tests.component.watched import Altered, answer_lost, sent_twice
from tests.component.world import World

#: Answers from in between (``lost-page-…``, ``lost-empty``) have tests of their own.
LOST = [kind for kind in FaultKind if kind.startswith("lost-")]


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_answer_is_settled_and_transfers_once(world: World, kind: FaultKind) -> None:
    contact = world.contact()
    world.lose(kind)
    world.carry_out(contact)
    assert len(world.transfers) == 1
    assert world.codes == []
    event = world.published("Succeeded")
    if kind is FaultKind.LOST_GARBAGE:
        assert "newContactId" not in event[0]  # a 200 is a 200, also when the rest of it cannot be read
    else:
        assert {t["newContactId"] for t in event} == {world.transfers[0][1]}
        assert "attribution" not in event[0]  # the same call again, and Connect remembers its token


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_answer_is_settled_by_what_shows_when_connect_forgets_the_token(world: World, kind: FaultKind) -> None:
    world.connect.set_switches(token_forgotten_after=0.0)
    world.lose(kind)
    world.carry_out(world.contact())
    assert len(world.transfers) == 1
    assert world.codes == []
    [event] = world.published("Succeeded")
    if kind is not FaultKind.LOST_GARBAGE:
        assert (event["newContactId"], event["attribution"]) == (world.transfers[0][1], "inferred")


@pytest.mark.parametrize(
    "kind", [FaultKind.RESET, FaultKind.HANG, FaultKind.INTERNAL_ERROR, FaultKind.REQUEST_TIMEOUT, FaultKind.CONFLICT]
)
def test_a_call_that_was_lost_before_it_took_effect_is_made_again(world: World, kind: FaultKind) -> None:
    contact = world.contact()
    world.lose(kind)
    world.carry_out(contact)
    assert len(world.transfers) == 1
    assert "attribution" not in world.published("Succeeded")[0]
    tokens = {call.ids["ClientToken"] for call in world.connect.history.calls if call.operation == "TransferContact"}
    assert len(tokens) == 1


@pytest.mark.parametrize(
    "switches", [{"token_replay": "first-answer"}, {"token_replay": "conflict"}, {"token_forgotten_after": 60.0}]
)
@pytest.mark.parametrize("active", [0.0, 30.0])
@pytest.mark.parametrize("late", [0.0, 45.0, 300.0])
def test_whatever_connect_remembers_and_shows_late_it_is_one_transfer(
    world: World, switches: dict[str, object], active: float, late: float
) -> None:
    world.connect.set_switches(
        old_contact_active_for=active, successor_listed_after=late, destination_known_after=late / 2, **switches
    )
    contact = world.contact()
    world.lose(FaultKind.LOST_500)
    world.carry_out(contact)
    assert len(world.transfers) == 1
    assert world.codes == []
    assert {t["newContactId"] for t in world.published("Succeeded")} == {world.transfers[0][1]}


def test_the_worker_dies_at_every_line_of_the_story(new_world: Callable[..., World]) -> None:
    world = new_world()
    world.try_once(world.contact())
    steps = len(world.log)
    for line in range(steps):
        contact = world.contact()
        world.send(world.request(contact))
        world.bus.events.clear()
        with world.killed(at=line):
            world.once()
        world.settle()
        made = [(old, new) for old, new in world.transfers if old == contact]
        assert len(made) == 1, f"died at {line}"
        assert {t["newContactId"] for t in world.published("Succeeded")} == {made[0][1]}, f"died at {line}"
    assert world.codes == []


@pytest.mark.slow
def test_the_worker_dies_at_every_line_of_a_failure(new_world: Callable[..., World]) -> None:
    world = new_world()
    draft = world.seed.flows["Draft"]
    world.try_once(world.contact(), contactFlowId=draft, requestId="first")
    steps = len(world.log)
    for line in range(steps):
        contact = world.contact()
        world.queue.dead.clear()
        world.bus.events.clear()
        message = world.send(world.request(contact, contactFlowId=draft, requestId=f"r{line}"))
        with world.killed(at=line):
            world.once()
        world.settle()
        assert set(world.codes) == {"FlowNotUsable"}, f"died at {line}"
        assert {reason["OriginalMessageId"] for reason in world.dead} == {message.message_id}
        assert world.published("Failed")
        world.carry_out(contact, requestId=f"r{line}")
        assert [old for old, _ in world.transfers].count(contact) == 1, f"not free after dying at {line}"


@pytest.mark.parametrize("nth", range(3))
def test_the_answer_to_each_write_of_a_success_is_lost(world: World, nth: int) -> None:
    world.send(world.request(world.contact(), requestId="order-17"))
    world.dynamodb = loser = Altered(world.dynamodb, sent_twice, "put_item", nth)
    world.worker = world.new_worker()
    world.settle()
    assert not loser.left
    assert len(world.transfers) == 1
    assert {t["newContactId"] for t in world.published("Succeeded")} == {world.transfers[0][1]}
    assert {t["attempts"] for t in world.published("Succeeded")} == {1}


@pytest.mark.parametrize("nth", range(4))
def test_the_answer_to_each_write_of_a_failure_is_lost(world: World, nth: int) -> None:
    contact = world.contact()
    world.send(world.request(contact, requestId="order-17", contactFlowId=world.seed.flows["Draft"]))
    world.dynamodb = loser = Altered(world.dynamodb, sent_twice, "put_item", nth)
    world.worker = world.new_worker()
    world.settle()
    assert not loser.left
    assert world.codes == ["FlowNotUsable"]
    world.carry_out(contact, requestId="order-17")
    assert [old for old, _ in world.transfers] == [contact]


def test_the_answer_to_a_write_that_defers_is_lost(world: World) -> None:
    world.connect.add_fault(Fault(FaultKind.UNAVAILABLE, "DescribeContact", calls=1))
    world.send(world.request(world.contact()))
    world.dynamodb = loser = Altered(world.dynamodb, sent_twice, "put_item", 1)
    world.worker = world.new_worker()
    world.settle()
    assert not loser.left
    assert len(world.transfers) == 1


@pytest.mark.parametrize("write", ["put_events", "send_message"])
def test_the_answer_of_the_bus_or_the_dead_letter_queue_is_lost_for_good(world: World, write: str) -> None:
    """It repeats something harmless: an event or a parked message, recognised by the message that carried the request."""
    message = world.send(world.request(world.contact(), contactFlowId=world.seed.flows["Draft"]))
    service = "bus" if write == "put_events" else "queue"
    loser = Altered(getattr(world, service), answer_lost, write)
    setattr(world, service, loser)
    world.worker = world.new_worker()
    world.settle()
    assert not loser.left
    assert set(world.codes) == {"FlowNotUsable"}
    assert {reason["OriginalMessageId"] for reason in world.dead} == {message.message_id}
    assert {event["originalMessageId"] for event in world.published("Failed")} == {message.message_id}
