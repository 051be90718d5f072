"""A sandbox stands still at some call, beyond its time-out and its lease, and goes on when another worker has done its work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.connect.model import Course, FaultKind
from tests.component.doors import Doors
from tests.component.world import World
from tests.properties.losing import Client

FROZEN_SECONDS = 1000.0
Send = Callable[[Doors, str], Any]


def _plain(doors: Doors, contact: str) -> None:
    doors.send(doors.request(contact, requestId=f"r-{contact}"))


def _route(doors: Doors, contact: str) -> None:
    doors.route(contact)


def _unusable(doors: Doors, contact: str) -> None:
    doors.send(doors.request(contact, requestId=f"r-{contact}", contactFlowId=doors.seed.flows["Draft"]))


def _lost(doors: Doors, contact: str) -> None:
    doors.lose(FaultKind.LOST_RESET)
    _plain(doors, contact)


def _frozen_at(at: int, send: Send, switches: dict[str, Any]) -> tuple[Doors, int]:
    """Let a worker stand still at its ``at``-th step, while others carry on. Answer the world, and how many steps there were."""
    doors = Doors(Client(), routes={"again": 1})
    doors.connect.set_switches(**switches)
    contact = doors.contact()
    send(doors, contact)
    first, steps = doors.worker, 0

    def step(name: str, of: str = "") -> None:
        nonlocal steps
        steps += 1
        if steps == at:
            doors.time.now += FROZEN_SECONDS
            doors.step, doors.worker = unfrozen, doors.new_worker()  # type: ignore[method-assign]  # it stands still once
            doors.settle(hours=3)
        else:
            unfrozen(name, of)

    unfrozen, doors.step = doors.step, step  # type: ignore[method-assign,assignment]  # the steps of the first worker alone
    doors.invoke(doors.receive(), first)
    doors.step = unfrozen  # type: ignore[method-assign]  # as it was
    doors.settle()
    return doors, steps


def _each_step(send: Send, switches: dict[str, Any]) -> Iterator[tuple[int, Doors]]:
    _, steps = _frozen_at(0, send, switches)
    assert steps >= 8
    for at in range(1, steps + 1):
        yield at, _frozen_at(at, send, switches)[0]


@pytest.mark.parametrize(
    ("send", "switches"),
    [(_plain, {}), (_route, {}), (_lost, {"token_forgotten_after": 0.0, "old_contact_active_for": 30.0})],
)
def test_a_frozen_sandbox_transfers_nothing_a_second_time(send: Send, switches: dict[str, Any]) -> None:
    for at, doors in _each_step(send, switches):
        assert len(doors.transfers) == 1, f"frozen at {at}"
        assert doors.codes == [], f"frozen at {at}"
        announced = {event["newContactId"] for event in doors.published("Succeeded")}
        assert announced == {doors.transfers[0][1]}, f"frozen at {at}"


def test_a_frozen_sandbox_gives_one_end_to_a_failure() -> None:
    for at, doors in _each_step(_unusable, {}):
        assert doors.transfers == [], f"frozen at {at}"
        assert set(doors.codes) == {"FlowNotUsable"}, f"frozen at {at}"
        assert {event["failureCode"] for event in doors.published("Failed")} == {"FlowNotUsable"}, f"frozen at {at}"


def test_a_frozen_sandbox_calls_no_transfer_a_failure_when_its_flow_moved_it_on() -> None:
    def send(doors: Doors, contact: str) -> None:
        doors.connect.others.set_course(doors.seed.queues["Billing"], Course.MOVES_ON)
        _plain(doors, contact)

    for at, doors in _each_step(send, {"token_forgotten_after": 0.0}):
        assert len(doors.transfers) == 1, f"frozen at {at}"
        ends = {*doors.codes, *(event["newContactId"] for event in doors.published("Succeeded"))}
        assert len(ends) == 1, f"frozen at {at}: two ends"
        assert ends <= {"OutcomeUnknown", doors.transfers[0][1]}, f"frozen at {at}"


def test_a_worker_that_goes_on_after_its_lease_signs_no_call(world: World) -> None:
    """The sandbox stands still when it has waited for its slot, right before the call."""
    world.send(world.request(world.contact()))

    def freeze(_: str) -> None:
        world.time.now += FROZEN_SECONDS

    world.interrupt("before transfer_contact", freeze)
    world.once()
    assert world.calls("TransferContact") == 0
    world.settle()
    assert len(world.transfers) == 1
