"""The ladder of ``examples/ladder.json`` on the virtual clock: half an hour a line, then the next rung; nothing if an agent has it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contact_transfer.request.envelope import ROUTE_EVENTS
from contact_transfer.request.event_types import REQUESTED
from contact_transfer.request.timestamps import rfc3339
from tests.component.world import INSTANCE_ARN, World

LADDER = json.loads((Path(__file__).parents[2] / "examples" / "ladder.json").read_text("utf-8"))
MINUTE = 60.0


class Centre:
    """A contact centre with two lines and a supervisor, and the messages that the two routes' rules write."""

    def __init__(self, world: World) -> None:
        self.world = world
        second, supervisor = (route["transfer"] for route in LADDER["routes"])
        queues = {LADDER["routes"][0]["onlyIfInQueueId"]: "Support", second["queueId"]: "Billing"}
        self.first, self.second = (world.seed.queues[name] for name in queues.values())
        self._ids = {
            **{text: world.seed.queues[name] for text, name in queues.items()},
            second["contactFlowId"]: world.seed.flows["Move to queue"],
            supervisor["contactFlowId"]: world.seed.flows["Move to agent"],
            supervisor["userId"]: world.seed.users["ana"],
        }

    def queued(self, contact: str, rung: int) -> None:
        """What the rule of a rung sends to the queue when the contact is queued in its line."""
        route = LADDER["routes"][rung]
        fields = {**route["transfer"], "onlyIfInQueueId": route["onlyIfInQueueId"]}
        detail = {name: self._ids[text] for name, text in fields.items()}
        event: dict[str, Any] = {
            "detail-type": REQUESTED,
            "source": ROUTE_EVENTS,
            "afterMinutes": route["afterMinutes"],
        }
        event["time"] = rfc3339(self.world.time.now)
        detail |= {"instanceId": INSTANCE_ARN, "contactId": contact, "route": route["name"]}
        self.world.send({**event, "detail": detail})


@pytest.fixture
def centre(new_world: Callable[..., World]) -> Centre:
    return Centre(new_world(routes={route["name"]: 1 for route in LADDER["routes"]}))


def _waiting(centre: Centre) -> str:
    contact = centre.world.contact()
    centre.world.connect.others.place(contact, queue_id=centre.first)
    centre.queued(contact, 0)
    return contact


def test_half_an_hour_in_each_line_leads_to_the_supervisor(centre: Centre) -> None:
    world, began = centre.world, centre.world.time.now
    contact = _waiting(centre)
    world.settle()
    [(_, moved)] = world.transfers
    assert began + 30 * MINUTE <= world.time.now < began + 31 * MINUTE
    world.connect.others.place(moved, queue_id=centre.second)
    centre.queued(moved, 1)
    world.settle()
    assert [old for old, _ in world.transfers] == [contact, moved]
    assert began + 60 * MINUTE <= world.time.now < began + 63 * MINUTE
    assert world.dead == []


@pytest.mark.parametrize("happens", ["taken", "ended", "moved"])
def test_nothing_happens_to_a_contact_that_does_not_wait_any_more(centre: Centre, happens: str) -> None:
    world, others = centre.world, centre.world.connect.others
    contact = _waiting(centre)
    world.once()
    world.time.now += 10 * MINUTE
    if happens == "taken":
        others.place(contact, user_id=world.seed.users["ana"])
    elif happens == "ended":
        others.end(contact)
    else:
        others.place(contact, queue_id=centre.second)
    world.settle()
    assert world.transfers == []
    assert world.dead == []
    assert len(world.told("Skipped")) == 1


def test_a_repeated_event_and_a_schedule_that_fires_twice_climb_one_rung(centre: Centre) -> None:
    world = centre.world
    contact = _waiting(centre)
    centre.queued(contact, 0)
    world.once()
    assert len(world.scheduler.pending) == 1
    [(_, call)] = world.scheduler.pending.values()
    world.time.now += 45 * MINUTE  # it fires late, too
    world.scheduler.fire()
    world.send(call["Target"]["Input"])
    world.settle()
    assert [old for old, _ in world.transfers] == [contact]
    assert world.dead == []
