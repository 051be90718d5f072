"""A write may reach the ledger long after its client has sent it again or given it up. It changes nothing that came after it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from local.connect.model import Fault, FaultKind
from tests.component.doors import Doors
from tests.component.watched import give_up, is_bound, is_free, watch
from tests.component.world import World


def _taken(document: dict[str, Any]) -> bool:
    return "holders" in document


def _given_back(document: dict[str, Any]) -> bool:
    return "holders" not in document


@pytest.fixture
def doors(dynamodb: Any) -> Doors:
    return Doors(dynamodb, routes={"again": 1})


def _soon(world: World) -> str:
    return datetime.fromtimestamp(world.time.now + 60, UTC).isoformat()


def _full(world: World) -> None:
    """The instance takes no more tasks: a request that has begun waits, and keeps what it holds."""
    world.connect.add_fault(Fault(FaultKind.ACTIVE_TASK_QUOTA, "TransferContact"))


def test_a_late_note_of_a_failure_frees_no_name_that_has_been_carried_out_since(world: World) -> None:
    draft, contact = world.seed.flows["Draft"], world.contact()
    watched = watch(world, "request#", match=is_free)
    world.carry_out(contact, contactFlowId=draft, requestId="r")
    world.connect.others.publish_flow(draft)
    world.time.now += 5
    world.carry_out(contact, contactFlowId=draft, requestId="r")
    watched.arrives_late()
    world.carry_out(world.contact(), requestId="r")
    assert world.codes == ["FlowNotUsable", "IdempotencyMismatch"]
    assert [old for old, _ in world.transfers] == [contact]


def test_a_late_claim_binds_no_name_that_has_failed_since(world: World) -> None:
    contact = world.contact()
    watched = watch(world, "request#", match=is_bound)
    world.send(world.request(contact, contactFlowId=world.seed.flows["Draft"], requestId="r"))
    world.interrupt("before describe_contact", lambda _: setattr(world.time, "now", world.time.now + 0.2))
    world.settle()
    watched.arrives_late()
    world.carry_out(contact, requestId="r")
    assert world.codes == ["FlowNotUsable"]
    assert [old for old, _ in world.transfers] == [contact]


def test_a_permit_is_not_taken_for_a_request_that_was_refused_it_and_has_failed(doors: Doors) -> None:
    """Its write was sent twice; the first one arrives when the permit has been given back by the request that held it."""
    first = doors.contact()
    second, third = (doors.contact(PreviousContactId=first) for _ in range(2))
    _full(doors)
    doors.route(first, expiresAt=_soon(doors))
    doors.once()
    watched = watch(doors, "route#", match=_taken)
    doors.route(second)
    doors.settle(hours=1)
    assert doors.codes == ["RouteLimitReached", "RequestExpired"]
    watched.arrives_late()
    doors.connect.store.faults.clear()
    doors.route(third)
    doors.settle()
    assert [old for old, _ in doors.transfers] == [third]


def test_a_permit_is_not_taken_for_a_request_that_failed_without_one(doors: Doors) -> None:
    """No answer to its write ever came, and then the request expired."""
    first = doors.contact()
    second = doors.contact(PreviousContactId=first)
    watched = watch(doors, "route#", give_up, _taken)
    message = doors.route(first, expiresAt=_soon(doors))
    doors.once()
    message.visible_at = doors.time.now + 120
    doors.settle(hours=1)
    assert doors.codes == ["RequestExpired"]
    watched.arrives_late()
    doors.route(second)
    doors.settle()
    assert [old for old, _ in doors.transfers] == [second]


def test_a_permit_is_not_given_back_that_a_request_has_taken_up_again(doors: Doors) -> None:
    """Its failure could not be written, so it was not reported; sent again without ``expiresAt``, the request is carried out."""
    first = doors.contact()
    second = doors.contact(PreviousContactId=first)
    _full(doors)
    doors.route(first, requestId="r", expiresAt=_soon(doors))
    doors.once()
    watched = watch(doors, "route#", give_up, _given_back)
    doors.time.now += 120
    doors.once()
    assert len(watched.calls) == 1
    doors.queue.waiting.clear()
    doors.connect.store.faults.clear()
    doors.route(first, requestId="r")
    doors.settle()
    watched.arrives_late()
    doors.route(second)
    doors.settle()
    assert [old for old, _ in doors.transfers] == [first]
    assert doors.codes == ["RouteLimitReached"]
