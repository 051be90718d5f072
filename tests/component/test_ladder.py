"""The ladder of ``examples/ladder.json`` on the virtual clock: after half an hour the second line, after an hour the supervisor.

Both rungs begin with one event; the second follows the contact that the first made. Nothing happens if an agent has it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.component import ladder
from tests.component.world import INSTANCE_ARN, World

MINUTE = 60.0


class Centre:
    """A contact centre with two lines and a supervisor, and the messages that the two routes' rules write."""

    def __init__(self, world: World) -> None:
        self.world = world
        seed = world.seed
        self.first, self.second = (seed.queues[name] for name in (ladder.FIRST_LINE, ladder.SECOND_LINE))
        self._ids = ladder.ids(seed.flows, seed.queues, seed.users)

    def queued(self, contact: str) -> None:
        """What the rules of both rungs send to the queue when the contact is queued in the first line."""
        for message in ladder.messages(contact, INSTANCE_ARN, self._ids, self.world.time.now):
            self.world.send(message)


@pytest.fixture
def centre(new_world: Callable[..., World]) -> Centre:
    return Centre(new_world(routes={route["name"]: 1 for route in ladder.ROUTES}))


def _waiting(centre: Centre) -> str:
    contact = centre.world.contact()
    centre.world.connect.others.place(contact, queue_id=centre.first)
    centre.queued(contact)
    return contact


def _pass(world: World, minutes: float) -> None:
    """Let the time pass, with whatever is due meanwhile."""
    end = world.time.now + minutes * MINUTE
    while world.time.now < end:
        world.time.now += MINUTE / 2
        world.scheduler.fire()
        world.once()


def test_half_an_hour_leads_to_the_second_line_and_an_hour_to_the_supervisor(centre: Centre) -> None:
    world, began = centre.world, centre.world.time.now
    contact = _waiting(centre)
    _pass(world, 29)
    assert world.transfers == []
    _pass(world, 4)
    [(_, moved)] = world.transfers
    world.connect.others.place(moved, queue_id=centre.second)
    world.settle()
    assert [old for old, _ in world.transfers] == [contact, moved]
    assert began + 60 * MINUTE <= world.time.now < began + 63 * MINUTE
    assert [one["movedContactId"] for one in world.published("Succeeded") if "movedContactId" in one] == [moved]
    assert world.dead == []


@pytest.mark.parametrize("happens", ["taken", "ended"])
def test_an_agent_in_the_second_line_keeps_the_contact(centre: Centre, happens: str) -> None:
    world, others = centre.world, centre.world.connect.others
    _waiting(centre)
    _pass(world, 33)
    [(_, moved)] = world.transfers
    others.place(moved, queue_id=centre.second)
    if happens == "taken":
        others.place(moved, user_id=world.seed.users["ben"])
    else:
        others.end(moved)
    world.settle()
    assert len(world.transfers) == 1
    assert (world.dead, len(world.published("Skipped"))) == ([], 1)


@pytest.mark.parametrize("happens", ["taken", "ended"])
def test_nothing_happens_to_a_contact_that_does_not_wait_any_more(centre: Centre, happens: str) -> None:
    world, others = centre.world, centre.world.connect.others
    contact = _waiting(centre)
    _pass(world, 10)
    if happens == "taken":
        others.place(contact, user_id=world.seed.users["ana"])
    else:
        others.end(contact)
    world.settle()
    assert (world.transfers, world.dead) == ([], [])
    assert len(world.published("Skipped")) == 2


def test_a_contact_that_somebody_put_into_the_second_line_skips_the_first_rung(centre: Centre) -> None:
    world = centre.world
    contact = _waiting(centre)
    _pass(world, 10)
    world.connect.others.place(contact, queue_id=centre.second)
    world.settle()
    assert [one["skipReason"] for one in world.published("Skipped")] == ["NotInQueue"]
    assert [old for old, _ in world.transfers] == [contact]
    assert [one["route"] for one in world.published("Succeeded")] == ["to-the-supervisor"]


def test_a_repeated_event_and_schedules_that_fire_late_and_twice_climb_each_rung_once(centre: Centre) -> None:
    world = centre.world
    contact = _waiting(centre)
    centre.queued(contact)
    world.once()
    assert len(world.scheduler.pending) == 2
    calls = [call for _, call in world.scheduler.pending.values()]
    world.time.now += 75 * MINUTE
    world.scheduler.fire()
    for call in calls:
        world.send(call["Target"]["Input"])
    world.settle()
    assert world.transfers[0][0] == contact
    assert len({old for old, _ in world.transfers}) == len(world.transfers) <= 2
    assert world.dead == []
