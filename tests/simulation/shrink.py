"""Makes a failing scenario small: takes away whatever the failure does not need, until nothing more can go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from local.virtual import Sizing
from tests.simulation.scenario import RECEIVES, Scenario

Fails = Callable[[Scenario], bool]
_LISTS = ("faults", "connect_faults", "doings", "loops", "redrives", "asks", "switches")


def shrink(scenario: Scenario, fails: Fails, at_most: int = 400) -> Scenario:
    """Answer the smallest scenario found that still ``fails``, after at most so many runs."""
    budget = [at_most]

    def tried(candidate: Scenario) -> bool:
        budget[0] -= 1
        return budget[0] >= 0 and fails(candidate)

    smaller = True
    while smaller and budget[0] > 0:
        smaller = False
        for name in _LISTS:
            reduced = _fewer(scenario, name, tried)
            smaller = smaller or reduced is not scenario
            scenario = reduced
        for candidate in _simpler(scenario):
            if candidate != scenario and tried(candidate):
                scenario, smaller = candidate, True
    return scenario


def _fewer(scenario: Scenario, name: str, tried: Fails) -> Scenario:
    """Drop halves, quarters, … and single entries of a list, as long as it still fails."""
    entries: tuple[Any, ...] = getattr(scenario, name)
    size = max(1, len(entries) // 2)
    while entries and size:
        start = 0
        while start < len(entries):
            kept = entries[:start] + entries[start + size :]
            candidate = _with(scenario, name, kept)
            if tried(candidate):
                entries, scenario = kept, candidate
            else:
                start += size
        size //= 2
    return scenario


def _with(scenario: Scenario, name: str, entries: tuple[Any, ...]) -> Scenario:
    changes: dict[str, Any] = {name: entries}
    return replace(scenario, **changes)


def _simpler(scenario: Scenario) -> Iterator[Scenario]:
    sizing = scenario.sizing
    yield replace(scenario, sizing=replace(sizing, skew=0.0))
    yield replace(scenario, sizing=replace(Sizing(), concurrency=sizing.concurrency))
    yield replace(scenario, active_tasks=None)
    yield replace(scenario, maximum_receives=RECEIVES)
    yield replace(scenario, limit_from_first=False)
    yield replace(scenario, expired_stay=None)
    yield replace(scenario, asks=tuple(replace(ask, form="bare") for ask in scenario.asks))
