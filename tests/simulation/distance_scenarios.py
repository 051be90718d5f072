"""Scenarios that stretch one assumption about Connect or about time: alone, and with the others at their limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from local.connect.model import Course, FaultKind
from local.connect.model import Fault as ConnectFault
from local.virtual import Fault, Kind, Sizing
from tests.simulation.scenario import Ask, Doing, Request, Scenario

_DAY = 86_400.0
#: Who asks: one request a contact, two that want different queues, or one while an agent moves the contact by hand.
KINDS = ("single", "rivals", "agent")
#: Answers get lost in the first so many seconds.
_LOSING_SECONDS = 900.0
_CONTACTS = 5
_LOST = (FaultKind.LOST_HANG, FaultKind.LOST_RESET, FaultKind.LOST_500, FaultKind.LOST_EMPTY, FaultKind.LOST_PAGE_404)
_VAIN = (FaultKind.HANG, FaultKind.RESET, FaultKind.PAGE_200, FaultKind.INTERNAL_ERROR)
_FROZEN = (
    ("connect", Kind.FREEZE_SIGNED, "TransferContact"),
    ("connect", Kind.FREEZE_ON, "*"),
    ("dynamodb", Kind.FREEZE_ON, "*"),
    ("events", Kind.FREEZE_ON, "*"),
    ("sqs", Kind.FREEZE_ON, "*"),
)


@dataclass(frozen=True)
class Dimension:
    """One assumption. ``limit``: what the documentation promises for; ``values``: how far it is stretched; ``unit`` of both.

    ``stretch``: the scenario with the value in force. ``beside``: what else has to be so, or the value shows nowhere.
    """

    name: str
    unit: str
    limit: float
    values: tuple[float, ...]
    stretch: Callable[[Scenario, Random, float], Scenario]
    beside: tuple[tuple[str, Any], ...] = ()

    def shown(self, value: float) -> str:
        return f"{value / _DAY:g} d" if self.unit == "s" and value >= _DAY else f"{value:g} {self.unit}"


def _switch(name: str) -> Callable[[Scenario, Random, float], Scenario]:
    return lambda made, _random, value: replace(made, switches=(*made.switches, (name, value)))


def _late(made: Scenario, random: Random, seconds: float) -> Scenario:
    if not seconds:
        return made
    fault = ConnectFault(
        FaultKind.LATE,
        "TransferContact",
        seconds=_LOSING_SECONDS,
        probability=random.choice((0.4, 1.0)),
        delay=seconds * (0.5 + random.random() / 2),
    )
    return replace(made, connect_faults=(*made.connect_faults, fault))


def _clocks(made: Scenario, random: Random, seconds: float) -> Scenario:
    """Connect's clock, or each worker's, is wrong."""
    if random.random() < 0.5:
        return _switch("clock_ahead")(made, random, seconds * random.choice((-1.0, 1.0)))
    return replace(made, sizing=replace(made.sizing, skew=seconds))


def _frozen(made: Scenario, random: Random, seconds: float) -> Scenario:
    if not seconds:
        return made
    service, kind, operation = random.choice(_FROZEN)
    fault = Fault(service, kind, operation, random.choice((0.1, 0.3)), 0.0, _LOSING_SECONDS, seconds=seconds)
    return replace(made, faults=(fault, *made.faults))


DIMENSIONS = (
    Dimension("a call takes effect late", "s", 20.0, (5.0, 20.0, 40.0, 120.0, 300.0), _late),
    Dimension("the old contact stays active", "s", 30.0, (5.0, 30.0, 90.0, 300.0), _switch("old_contact_active_for")),
    Dimension("the end shows late", "s", 5.0, (5.0, 30.0, 90.0, 300.0), _switch("end_shown_after")),
    Dimension("the successor shows late", "s", 840.0, (45.0, 840.0, 1000.0, 3600.0), _switch("successor_listed_after")),
    Dimension("the destination shows late", "s", 45.0, (5.0, 45.0, 300.0, 3600.0), _switch("destination_known_after")),
    Dimension("clocks are apart", "s", 8.0, (8.0, 15.0, 30.0, 60.0), _clocks),
    Dimension(
        "a token is remembered",
        "s",
        7 * _DAY,
        (0.0, 1.0, 10.0, 60.0, 600.0, 7 * _DAY),
        _switch("token_forgotten_after"),
        (("old_contact_active_for", 300.0),),
    ),
    Dimension("a sandbox stands still", "s", 30.0, (10.0, 70.0, 150.0, 300.0), _frozen),
)


def scenario(seed: int, kind: str, stretched: Dimension, value: float, *, others: bool, when_in_doubt: str) -> Scenario:
    """A scenario in which ``stretched`` has ``value``. ``others``: the other dimensions are at their limits, else they are at rest."""
    random = Random(f"distance {kind} {seed}")
    made = _base(seed, kind, random, when_in_doubt)
    for dimension in DIMENSIONS:
        drawn = Random(f"distance {kind} {seed} {dimension.name}")
        if dimension is stretched:
            made = replace(made, switches=(*made.switches, *dimension.beside))
            made = dimension.stretch(made, drawn, value)
        elif others:
            made = dimension.stretch(made, drawn, dimension.limit)
    return made


def _base(seed: int, kind: str, random: Random, when_in_doubt: str) -> Scenario:
    """Requests of every shape, and calls whose answers are lost, with their effect or without."""
    shapes = [_shape(random) for _ in range(_CONTACTS)]
    requests = [replace(shape, contact=number, request_id=f"order-{number}") for number, shape in enumerate(shapes)]
    if kind == "rivals":
        requests += [Request(number, queue="Billing", request_id=f"rival-{number}") for number in range(_CONTACTS)]
    hands = random.choice((20.0, 120.0, 400.0, 4 * 3600.0))
    agents = tuple(
        Doing(hands * (0.5 + random.random()), "transfer", number, random.choice(("Supervisors", "Support")))
        for number in range(_CONTACTS)
    )
    course, queue = random.choice(
        ((Course.ARRIVES, None), (Course.ARRIVES, None), (Course.MOVES_ON, "Overflow"), (Course.FAILS, None))
    )
    window: dict[str, Any] = {"operation": "TransferContact", "seconds": _LOSING_SECONDS}
    settings = (
        ("retry_for_hours", random.choice((24.0, 0.5))),
        *((("when_in_doubt", when_in_doubt),) if when_in_doubt == "wait" else ()),
    )
    return Scenario(
        seed=seed,
        contacts=("task",) * _CONTACTS,
        requests=tuple(requests),
        asks=tuple(Ask(random.random() * 30, number) for number in range(len(requests))),
        doings=agents if kind == "agent" else (),
        connect_faults=(
            ConnectFault(random.choice(_VAIN), probability=random.choice((0.0, 0.3)), **window),
            ConnectFault(random.choice(_LOST), probability=random.choice((0.5, 1.0)), **window),
        ),
        faults=(Fault("connect", Kind.DIES_AFTER, "TransferContact", random.choice((0.0, 0.3)), 0.0, _LOSING_SECONDS),),
        switches=(("flow_seconds", random.choice((0.0, 5.0))),),
        courses=(("Move to queue", course, queue), ("Move to agent", course, queue)),
        settings=settings,
        sizing=Sizing(batch_size=random.choice((1, 10))),
        hours=36.0,
    )


def _shape(random: Random) -> Request:
    draw = random.random()
    if draw < 0.6:
        return Request(queue="Support")
    return Request(flow="Move to agent", user="ana") if draw < 0.8 else Request(flow="Inbound")
