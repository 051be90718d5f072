"""The requests of a route with ``afterMinutes`` are held so long after its event."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from contact_transfer.request.envelope import ROUTE_EVENTS
from contact_transfer.request.event_types import REQUESTED
from contact_transfer.request.timestamps import rfc3339
from tests.component.world import INSTANCE_ARN, World


def _route(world: World, contact: str, minutes: Any, began: Any) -> None:
    request = world.request(contact, instanceId=INSTANCE_ARN, route="later")
    event = {"detail-type": REQUESTED, "source": ROUTE_EVENTS, "time": began, "afterMinutes": minutes}
    world.send({**event, "detail": request})


@pytest.fixture
def routed(new_world: Callable[..., World]) -> World:
    return new_world(routes={"later": 1})


def test_a_route_holds_from_the_time_of_the_event(routed: World) -> None:
    contact, began = routed.contact(), routed.time.now
    routed.time.now += 600  # the event was on its way
    _route(routed, contact, 30, rfc3339(began))
    routed.settle()
    assert [old for old, _ in routed.transfers] == [contact]
    assert began + 1800 <= routed.time.now < began + 1860
    assert json.dumps(routed.item(contact)).count('"route"') >= 1


@pytest.mark.parametrize(("minutes", "passed"), [(0, 0), (30, 1800), (30, 100_000)])
def test_a_route_that_is_due_holds_nothing(routed: World, minutes: int, passed: float) -> None:
    contact, began = routed.contact(), routed.time.now
    routed.time.now += passed
    _route(routed, contact, minutes, rfc3339(began))
    routed.once()
    assert [old for old, _ in routed.transfers] == [contact]


@pytest.mark.parametrize("minutes", [-1, 10_081, 1.5, True, "30"])
def test_minutes_that_no_route_has_are_refused(routed: World, minutes: Any) -> None:
    _route(routed, routed.contact(), minutes, rfc3339(routed.time.now))
    routed.once()
    assert routed.codes == ["MalformedMessage"]


@pytest.mark.parametrize("began", [None, "", "noon", 7])
def test_minutes_after_an_unknown_time_are_refused(routed: World, began: Any) -> None:
    _route(routed, routed.contact(), 30, began)
    routed.once()
    assert routed.codes == ["MalformedMessage"]


@pytest.mark.parametrize("began", ["2027-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_a_time_far_ahead_holds_for_a_week_at_a_time(routed: World, began: str) -> None:
    _route(routed, routed.contact(), 30, began)
    assert routed.once() == []
    assert routed.scheduler.next <= routed.time.now + 7 * 86400 + 1


def test_only_a_routes_message_holds_by_minutes(routed: World) -> None:
    contact = routed.contact()
    event = {"detail-type": REQUESTED, "source": "crm", "time": rfc3339(routed.time.now), "afterMinutes": 30}
    routed.send({**event, "detail": routed.request(contact)})
    routed.once()
    assert [old for old, _ in routed.transfers] == [contact]
