"""Kept scenarios of routes: permits that are taken, given back and written late."""

from __future__ import annotations

from typing import Any

from local.connect.model import Fault as ConnectFault
from local.connect.model import FaultKind
from local.virtual import Fault, Kind, Sizing
from tests.simulation.scenario import Ask, Doing, Request, Scenario


def doubtful_route(seed: int) -> Scenario:
    """A routed call is reset before Connect acts on it and its contact ends by itself; then another contact of the tree is to move."""
    return Scenario(
        seed=seed,
        contacts=("task", "sibling0"),
        requests=tuple(Request(contact, queue="Support", route="once") for contact in range(2)),
        asks=(Ask(0.0, 0), Ask(7200.0, 1)),
        doings=(Doing(20.0, "end", 0),),
        connect_faults=(ConnectFault(FaultKind.RESET, "TransferContact", seconds=19.0),),
        settings=(("routes", {"once": 1}),),
    )


def late_allowance(seed: int) -> Scenario:
    """A routed request fails while its writes reach the table late; then another contact of the tree is to move."""
    return Scenario(
        seed=seed,
        contacts=("task", "sibling0"),
        requests=(
            Request(0, queue="?", route="once", codes=frozenset({"DestinationNotFound"})),
            Request(1, queue="Support", route="once"),
        ),
        asks=(Ask(0.0, 0), Ask(60.0, 1)),
        faults=(Fault("dynamodb", Kind.LATE, "PutItem", 0.5, 0.0, 30.0, seconds=9.0),),
        settings=(("routes", {"once": 1}),),
    )


def late_after_the_end(seed: int) -> Scenario:
    """Routed requests expire while what they wrote is still on its way to the ledger; then another contact of each tree is to move."""
    expired = frozenset({"RequestExpired"})
    return Scenario(
        seed=seed,
        contacts=(*["task"] * 5, *(f"sibling{number}" for number in range(5))),
        requests=(
            *(Request(contact, queue="Support", route="once", expires_in=6.0, codes=expired) for contact in range(5)),
            *(Request(contact, queue="Support", route="once") for contact in range(5, 10)),
        ),
        asks=(*(Ask(number * 0.1, number) for number in range(5)), *(Ask(300.0, number) for number in range(5, 10))),
        faults=(Fault("dynamodb", Kind.LATE, "PutItem", 0.6, 0.0, 9.0, seconds=14.0),),
        active_tasks=(60.0, 0),
        settings=(("routes", {"once": 1}), ("maximum_concurrency", 8)),
        sizing=Sizing(batch_size=1, concurrency=8),
    )


def late_return(seed: int) -> Scenario:
    """Routed requests expire, and what gives their permits back is long on its way to the ledger; they come again without an end to
    their time and are carried out, and then another contact of each tree is to move.
    """
    again: dict[str, Any] = {"queue": "Support", "route": "once"}
    return Scenario(
        seed=seed,
        contacts=(*["task"] * 5, *(f"sibling{number}" for number in range(5))),
        requests=(
            *(Request(contact, request_id=f"order-{contact}", expires_in=1.5, **again) for contact in range(5)),
            *(Request(contact, request_id=f"order-{contact}", **again) for contact in range(5)),
            *(Request(contact, **again) for contact in range(5, 10)),
        ),
        asks=tuple(Ask(at, first + number) for first, at in ((0, 0.0), (5, 60.0), (10, 600.0)) for number in range(5)),
        faults=(Fault("dynamodb", Kind.LATE, "PutItem", 0.7, 1.2, 12.0, seconds=200.0),),
        active_tasks=(30.0, 0),
        settings=(("routes", {"once": 1}), ("maximum_concurrency", 8)),
        sizing=Sizing(batch_size=1, concurrency=8),
    )


def siblings_at_once(seed: int) -> Scenario:
    """Two contacts of each tree are to move by one route, at the same time, and the ledger is slow."""
    return Scenario(
        seed=seed,
        contacts=(*["task"] * 5, *(f"sibling{number}" for number in range(5))),
        requests=tuple(Request(contact, queue="Support", route="once") for contact in range(10)),
        asks=tuple(Ask(number % 5 * 10.0, number) for number in range(10)),
        faults=(Fault("dynamodb", Kind.FREEZE, "PutItem", 0.5, 0.0, 60.0, seconds=3.0),),
        settings=(("routes", {"once": 1}), ("maximum_concurrency", 8)),
        sizing=Sizing(batch_size=1, concurrency=8),
    )
