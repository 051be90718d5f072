"""Kept scenarios of sweeps."""

from __future__ import annotations

from tests.simulation.scenario import Doing, Scenario, Sweep
from tests.simulation.sweep_runs import ROUTE

_ROUTES = (("routes", {ROUTE: 2}),)


def two_sweeps(seed: int) -> Scenario:
    """A queue is swept to one queue, and, while the index of the search is behind, to another one."""
    return Scenario(
        seed=seed,
        contacts=("waiting",) * 4,
        sweeps=(Sweep(100.0, "Billing"), Sweep(130.0, "Supervisors", event=1)),
        switches=(("search_shows_after", 60.0),),
        settings=_ROUTES,
    )


def taken_meanwhile(seed: int) -> Scenario:
    """Agents have taken what a sweep finds, and the index of the search is behind."""
    return Scenario(
        seed=seed,
        contacts=("waiting",) * 4,
        sweeps=(Sweep(150.0, "Billing"),),
        doings=tuple(Doing(100.0, "take", number) for number in range(4)),
        switches=(("search_shows_after", 90.0),),
        settings=_ROUTES,
    )


def three_of_six(seed: int) -> Scenario:
    """Six contacts enter a queue one after the other, and a sweep moves three at most."""
    return Scenario(
        seed=seed,
        contacts=("task",) * 6,
        sweeps=(Sweep(300.0, "Billing", limit=3),),
        doings=tuple(Doing(number * 30.0, "queue", number, "Support") for number in range(6)),
        settings=_ROUTES,
    )
