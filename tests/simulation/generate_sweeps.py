"""Sweeps: a queue from which contacts are moved together, while agents take them, they end, and another sweep begins."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from local.connect.model import Fault as ConnectFault
from local.connect.model import FaultKind
from local.virtual import Fault, Kind
from tests.simulation.generate_reach import lost
from tests.simulation.scenario import Doing, Scenario, Sweep
from tests.simulation.sweep_runs import ROUTE

_HARD = (Kind.ERROR, Kind.LOST, Kind.LOST_ANSWER, Kind.LOST_ERROR, Kind.PARTIAL, Kind.DIES, Kind.DIES_AFTER)
_SEARCH = (FaultKind.THROTTLE, FaultKind.UNAVAILABLE, FaultKind.LOST_RESET, FaultKind.EMPTY, FaultKind.PAGE_404)


def sweeps(random: Random, made: Scenario) -> Scenario:
    """A queue is swept, often twice: by the same event, by another one, or to another queue."""
    if made.deployments or made.expired_stay is not None:
        return made  # each excuses a route; one story at a time
    first, size = len(made.contacts), random.choice((6, 8, 8, 8, 110))
    kinds = [random.choice(("waiting", "waiting", "waiting", "taken", "ended", "task")) for _ in range(size)]
    at = 1.0 + random.random() * random.choice((60.0, 900.0))
    doings: list[Doing] = []
    for number, kind in enumerate(kinds):
        if kind == "task":
            doings.append(Doing(random.random() * at, "queue", first + number, "Support"))
        elif kind == "waiting" and random.random() < 0.4:
            what = random.choice(("take", "end", "transfer", "queue"))
            doings.append(Doing(random.random() * (at + 30.0), what, first + number, "Overflow"))
    settings, switches = dict(made.settings), dict(made.switches)
    settings["routes"] = {**settings.get("routes", {}), ROUTE: random.choice((1, 2))}
    switches["search_shows_after"] = random.choice((0.0, 0.0, 5.0, 60.0))
    made = replace(
        made,
        contacts=(*made.contacts, *kinds),
        doings=(*made.doings, *doings),
        sweeps=tuple(_sweeps(random, at)),
        settings=tuple(settings.items()),
        switches=tuple(switches.items()),
    )
    return made if made.calm else lost(random, _hindered(random, made, at + 120.0), at + 120.0)


def _sweeps(random: Random, at: float) -> list[Sweep]:
    one = Sweep(at, "Billing", older=random.choice((0, 0, 1, 5)), limit=random.choice((1000, 1000, 3)))
    if random.random() < 0.4:
        return [one]
    later = at + random.choice((0.5, 10.0, 120.0)) * random.random()
    other = replace(one, at=later) if random.random() < 0.3 else replace(one, at=later, event=1)
    return [one, replace(other, event=1, to="Supervisors") if random.random() < 0.4 else other]


def _hindered(random: Random, made: Scenario, ends: float) -> Scenario:
    """Searching or sending fails for a while."""
    if random.random() < 0.4:
        hard = Fault("sqs", random.choice(_HARD), "SendMessageBatch", random.choice((0.3, 0.8)), 0.0, ends)
        made = replace(made, faults=(hard, *made.faults))
    if random.random() < 0.4:
        away = ConnectFault(random.choice(_SEARCH), "SearchContacts", probability=0.5, seconds=ends)
        made = replace(made, connect_faults=(away, *made.connect_faults))
    return made
