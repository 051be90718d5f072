"""A request that follows moves one contact once, whatever is lost and whatever else happens to the contact meanwhile."""

from __future__ import annotations

from typing import Any

import pytest

from local.connect.model import FaultKind
from tests.component.chains import chain, follow, moved_by_agent
from tests.component.world import World


def test_an_agent_s_transfer_in_between_is_followed(world: World) -> None:
    """The chosen contact is transferred by an agent just before it is called for."""
    first, second = chain(world, 1)
    made: list[str] = []
    world.interrupt("before transfer_contact", lambda contact: made.append(moved_by_agent(world, contact)))
    follow(world, first)
    world.settle()
    assert world.transfers[0][0] == made[0] != second
    assert len(world.transfers) == 1
    assert world.published("Succeeded")[-1]["movedContactId"] == made[0]
    assert world.codes == []


@pytest.mark.parametrize("kind", [FaultKind.LOST_RESET, FaultKind.LOST_500, FaultKind.LOST_HANG])
@pytest.mark.parametrize("replay", ["first-answer", "conflict"])
def test_a_lost_answer_is_settled_and_its_own_successor_is_never_moved(
    world: World, kind: FaultKind, replay: str
) -> None:
    world.connect.set_switches(token_replay=replay)
    first, last = chain(world, 2)[::2]
    world.lose(kind)
    follow(world, first)
    world.settle()
    assert [old for old, _ in world.transfers] == [last]
    assert world.codes == []
    assert {event["newContactId"] for event in world.published("Succeeded")} == {world.transfers[0][1]}


def test_an_answer_lost_at_each_hop(world: World) -> None:
    """Requests that follow one another, each of which loses its answer: each moves the chain by one."""
    first = world.contact()
    for hop in range(5):
        world.lose(FaultKind.LOST_RESET)
        follow(world, first, requestId=f"hop {hop}", queueId=world.seed.queues[("Support", "Billing")[hop % 2]])
        world.settle()
    assert len(world.transfers) == 5
    assert [old for old, _ in world.transfers][1:] == [new for _, new in world.transfers][:-1]
    assert world.codes == []


def test_an_unknown_outcome_is_kept_when_the_request_is_sent_again(world: World) -> None:
    """What may have been moved is not left for its successor, which may be the request's own."""
    first, last = chain(world, 1)
    world.connect.set_switches(token_forgotten_after=1, destination_known_after=10_000)
    world.lose(FaultKind.LOST_RESET)
    follow(world, first, queueId=None)
    world.settle(hours=3)
    assert world.codes == ["OutcomeUnknown"]
    assert world.published("Failed")[0]["movedContactId"] == last
    follow(world, first, queueId=None)
    world.settle(hours=3)
    assert [old for old, _ in world.transfers] == [last]


def test_a_delivery_that_does_not_follow_settles_what_an_earlier_one_left_in_doubt(world: World) -> None:
    first, last = chain(world, 1)
    world.lose(FaultKind.LOST_RESET)
    follow(world, first)
    world.once()
    world.queue.waiting.clear()
    world.time.now += 400
    world.carry_out(first)
    assert [old for old, _ in world.transfers] == [last]
    assert world.published("Succeeded")[-1]["movedContactId"] == last


def test_two_requests_that_follow_to_one_contact_are_rivals_for_it(world: World) -> None:
    """The second worker begins while the first is at its call: it waits, and then follows on to what the first one made."""
    first, second, last = chain(world, 2)
    rival = world.new_worker()
    follow(world, first)
    follow(world, second, queueId=world.seed.queues["Support"])
    mine, theirs = world.receive()
    seen: list[list[tuple[str, str]]] = []

    def meanwhile(_: str) -> None:
        world.invoke([theirs], rival)
        seen.append(list(world.transfers))

    world.interrupt("before transfer_contact", meanwhile)
    world.invoke([mine])
    assert seen == [[]]
    world.settle()
    assert [old for old, _ in world.transfers] == [last, world.transfers[0][1]]
    assert world.codes == []


def test_a_worker_that_dies_anywhere_moves_one_contact_once(dynamodb: Any) -> None:
    world = _scene(dynamodb, 9999)
    first, _ = chain(world, 1)
    follow(world, first, requestId="r")
    world.log.clear()
    world.once()
    steps = len(world.log)
    assert steps > 16
    for at in range(1, steps):
        world = _scene(dynamodb, at)
        first, last = chain(world, 1)
        world.time.now += 600  # a transfer made just before the lease may be the request's own
        follow(world, first, requestId=f"r{at}")
        with world.killed(at):
            world.once()
        world.settle()
        assert [old for old, _ in world.transfers] == [last], f"died at {at}"
        assert world.codes == [], f"died at {at}"
        assert {one["movedContactId"] for one in world.published("Succeeded")} == {last}, f"died at {at}"


def _scene(dynamodb: Any, number: int) -> World:
    world = World(dynamodb)
    world.connect.store.random.seed(number)  # the ledger is shared: every world needs contacts of its own
    return world
