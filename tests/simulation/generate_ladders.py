"""Ladders: routes that hold their requests for some minutes, the next rung following the contact that the one before has made."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from tests.simulation.generate_reach import add, lost, of_the_scheduler
from tests.simulation.scenario import Ask, Doing, Request, Scenario

#: The rungs of a ladder: route, minutes after the event, destination, and whether it moves what the named contact became.
_RUNGS: tuple[tuple[str, tuple[int, ...], dict[str, Any], bool], ...] = (
    ("second-line", (1, 2, 30), {"queue": "Billing"}, False),
    ("supervisor", (3, 60), {"flow": "Move to agent", "user": "ana"}, True),
)
ROUTES = tuple(name for name, *_ in _RUNGS)


def ladders(random: Random, made: Scenario) -> Scenario:
    """Each contact that is queued sets off both rungs; agents take some, some end, some are moved, and events come twice."""
    if made.deployments or made.expired_stay is not None:
        return made  # each excuses a route; one story at a time
    first = len(made.contacts)
    requests: list[Request] = []
    asks: list[Ask] = []
    doings: list[Doing] = []
    minutes = [random.choice(choices) for _, choices, *_ in _RUNGS]
    for number in range(4):
        queued = int(random.random() * min(made.span, 1800.0))
        for (route, _, where, follow), held in zip(_RUNGS, minutes, strict=True):
            request = Request(
                first + number,
                route=route,
                follow=follow,
                waiting=True,
                in_queue=None if follow else "Support",
                after=(queued, held),
                **where,
            )
            late = [random.random() * 5.0, *([random.random() * 900.0] if random.random() < 0.3 else [])]
            asks += [Ask(queued + one, len(requests), "event") for one in late]
            requests.append(request)
        if random.random() < 0.6:
            what = random.choice(("take", "take", "end", "queue", "transfer"))
            at = queued + random.random() * minutes[-1] * 70.0
            doings.append(Doing(at, what, first + number, random.choice(("Overflow", "Supervisors")), last=True))
    settings = dict(made.settings)
    settings["routes"] = {**settings.get("routes", {}), **dict.fromkeys(ROUTES, 1)}
    made = add(made, ("waiting",) * 4, requests, asks)
    made = replace(made, doings=(*made.doings, *doings), settings=tuple(settings.items()))
    if made.calm:
        return made
    return lost(random, replace(made, faults=(*of_the_scheduler(random, made), *made.faults)), minutes[-1] * 70.0)
