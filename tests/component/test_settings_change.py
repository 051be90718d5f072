"""A deployment's settings change while requests are under way: what began under the old ones is reported as it was."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from local.connect.model import Fault, FaultKind
from tests.component.world import World

NARROWER: dict[str, Any] = {"allowed_queue_ids": frozenset({"another"})}


def _redeploy(world: World, **settings: Any) -> None:
    world.settings = dataclasses.replace(world.settings, **settings)
    world.worker = world.new_worker()


@pytest.mark.parametrize("settings", [NARROWER, {"allowed_contact_flow_ids": frozenset({"another"})}])
def test_what_was_transferred_under_other_settings_is_announced_again(world: World, settings: dict[str, Any]) -> None:
    request = world.request(world.contact())
    world.send(request)
    world.settle()
    _redeploy(world, **settings)
    world.send(request)
    world.settle()
    assert world.codes == []
    assert [event["newContactId"] for event in world.published("Succeeded")] == [world.transfers[0][1]] * 2


def test_a_transfer_that_could_not_be_announced_is_announced_under_the_new_settings(world: World) -> None:
    world.send(world.request(world.contact()))
    world.bus.refuse = True
    world.once()
    world.bus.refuse = False
    _redeploy(world, **NARROWER)
    world.settle()
    assert world.codes == []
    assert len(world.published("Succeeded")) == 1


@pytest.mark.parametrize(
    ("kind", "codes"), [(FaultKind.LOST_500, []), (FaultKind.INTERNAL_ERROR, ["DestinationNotAllowed"])]
)
def test_a_doubt_is_settled_before_the_new_settings_judge(world: World, kind: FaultKind, codes: list[str]) -> None:
    world.lose(kind)
    world.try_once(world.contact())
    _redeploy(world, **NARROWER)
    world.once()
    assert world.codes == []
    world.settle()
    assert world.codes == codes
    assert len(world.transfers) == 1 - len(codes)


def test_a_route_that_was_removed_does_not_hide_a_transfer(dynamodb: Any) -> None:
    world = World(dynamodb, routes={"again": 1})
    world.lose(FaultKind.LOST_500)
    world.try_once(world.contact(), route="again")
    _redeploy(world, routes={})
    world.settle()
    assert world.codes == []
    assert len(world.published("Succeeded")) == 1


def test_a_request_that_is_not_allowed_any_more_frees_its_name(world: World) -> None:
    contact = world.contact()
    world.connect.add_fault(Fault(FaultKind.UNAVAILABLE, "DescribeContact", calls=1))
    world.try_once(contact, requestId="r")
    support = world.seed.queues["Support"]
    _redeploy(world, allowed_queue_ids=frozenset({support}))
    world.settle()
    assert world.codes == ["DestinationNotAllowed"]
    world.carry_out(contact, requestId="r", queueId=support)
    assert [old for old, _ in world.transfers] == [contact]


def test_what_was_never_allowed_is_parked_at_its_first_receive_even_while_another_is_in_doubt(world: World) -> None:
    contact = world.contact()
    _redeploy(world, allowed_queue_ids=frozenset({world.seed.queues["Billing"]}))
    world.lose(FaultKind.LOST_500)
    world.try_once(contact)
    world.try_once(contact, queueId=world.seed.queues["Support"])
    assert world.codes == ["DestinationNotAllowed"]
