"""Makes a failing scenario small: takes away whatever the failure does not need, until nothing more can go.

All of a run draws from one stream of chance, so that what is left out changes everything after it: a candidate that does not fail
is tried with some other seeds too. Faults that strike now and then are made to strike always, and times moved towards the beginning.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from local.virtual import Sizing
from tests.simulation.scenario import RECEIVES, Ask, Scenario

Fails = Callable[[Scenario], bool]
_LISTS = ("asks", "loops", "sweeps", "faults", "connect_faults", "doings", "redrives", "switches")
#: What a candidate is tried with beside its own chance.
_OTHER_SEEDS = range(1, 6)
#: A window is not made shorter than this.
_SHORTEST_SECONDS = 5.0


def shrink(
    scenario: Scenario,
    fails: Fails,
    at_most: int = 3000,
    seconds: float = 60.0,
    guess: frozenset[int] = frozenset(),
) -> Scenario:
    """Answer the smallest scenario found that still ``fails``, after at most so many runs and about so many seconds.

    ``guess``: the requests that may be enough for it; tried first.
    """
    shrinking = _Shrinking(fails, at_most, seconds)
    return shrinking.smallest(shrinking.guessed(scenario, guess))


class _Shrinking:
    """``smallest`` may be asked once: the runs and the seconds are spent then."""

    def __init__(self, fails: Fails, at_most: int, seconds: float) -> None:
        self._fails = fails
        self._left = at_most
        self._until = time.monotonic() + seconds

    @property
    def _spent(self) -> bool:
        return self._left <= 0 or time.monotonic() >= self._until

    def _tried(self, candidate: Scenario) -> Scenario | None:
        """The candidate, with its own chance or another, if it fails."""
        seeds = dict.fromkeys((candidate.seed, *_OTHER_SEEDS))
        for seed in seeds:
            if self._spent:
                return None
            self._left -= 1
            reseeded = replace(candidate, seed=seed)
            if self._fails(reseeded):
                return reseeded
        return None

    def guessed(self, scenario: Scenario, requests: frozenset[int]) -> Scenario:
        enough = tuple(ask for ask in scenario.asks if ask.request in requests)
        return (self._tried(replace(scenario, asks=enough)) if enough else None) or scenario

    def smallest(self, scenario: Scenario) -> Scenario:
        before = None
        while scenario != before and not self._spent:
            before = scenario
            for name in _LISTS:
                scenario = self._fewer(scenario, name)
            for simpler in _SIMPLER:
                scenario = self._changed(scenario, simpler)
        return scenario

    def _fewer(self, scenario: Scenario, name: str) -> Scenario:
        """Drop halves, quarters, … and single entries of a list, as long as it still fails."""
        size = max(1, len(getattr(scenario, name)) // 2)
        while size and getattr(scenario, name):
            start = 0
            while start < len(entries := getattr(scenario, name)):
                smaller = self._tried(_with(scenario, name, entries[:start] + entries[start + size :]))
                if smaller is None:
                    start += size
                else:
                    scenario = smaller
            size //= 2
        return scenario

    def _changed(self, scenario: Scenario, simpler: Callable[[Scenario], Iterator[Scenario]]) -> Scenario:
        """Take the changes that ``simpler`` offers one after the other, and offers anew after each that was taken."""
        refused: list[Scenario] = []
        while not self._spent:
            fresh = (one for one in simpler(scenario) if one != scenario and replace(one, seed=0) not in refused)
            candidate = next(fresh, None)
            if candidate is None:
                break
            taken = self._tried(candidate)
            if taken is None:
                refused.append(replace(candidate, seed=0))
            else:
                scenario, refused = taken, []
        return scenario


def _with(scenario: Scenario, name: str, entries: tuple[Any, ...]) -> Scenario:
    changes: dict[str, Any] = {name: entries}
    return replace(scenario, **changes)


def _replaced(scenario: Scenario, name: str, number: int, entry: Any) -> Scenario:
    entries = getattr(scenario, name)
    return _with(scenario, name, (*entries[:number], entry, *entries[number + 1 :]))


def _plainer(scenario: Scenario) -> Iterator[Scenario]:
    sizing = scenario.sizing
    yield replace(scenario, sizing=replace(sizing, skew=0.0))
    yield replace(scenario, sizing=replace(Sizing(), concurrency=sizing.concurrency))
    yield replace(scenario, sizing=replace(sizing, batch_size=1))
    yield replace(scenario, active_tasks=None)
    yield replace(scenario, maximum_receives=RECEIVES)
    yield replace(scenario, limit_from_first=False)
    yield replace(scenario, expired_stay=None)
    yield replace(scenario, asks=tuple(replace(ask, form="bare", replay=None) for ask in scenario.asks))


def _sooner(scenario: Scenario) -> Iterator[Scenario]:
    """Messages at the beginning: all, each, or each in half the time, but for what is less than a second."""
    yield replace(scenario, asks=tuple(replace(ask, at=0.0) for ask in scenario.asks))
    for number, ask in enumerate(scenario.asks):
        for at in (0.0, ask.at / 2):
            if ask.at >= 1.0 or at == 0.0:
                yield _replaced(scenario, "asks", number, _at(ask, at))


def _at(ask: Ask, at: float) -> Ask:
    return replace(ask, at=round(at, 1))


def _certain(scenario: Scenario) -> Iterator[Scenario]:
    """Faults that always strike. Not the queue's: a message that is always delivered twice is soon in every worker."""
    for number, fault in enumerate(scenario.faults):
        if fault.service != "queue":
            yield _replaced(scenario, "faults", number, replace(fault, probability=1.0))
    for number, connects in enumerate(scenario.connect_faults):
        yield _replaced(scenario, "connect_faults", number, replace(connects, probability=1.0))


def _shorter(scenario: Scenario) -> Iterator[Scenario]:
    """Faults in half their time, and from the beginning on."""
    for number, fault in enumerate(scenario.faults):
        half = round((fault.ends - fault.begins) / 2, 1)
        if _SHORTEST_SECONDS <= half < float("inf"):
            yield _replaced(scenario, "faults", number, replace(fault, ends=round(fault.begins + half, 1)))
        yield _replaced(scenario, "faults", number, replace(fault, begins=0.0, ends=fault.ends - fault.begins))
    for number, connects in enumerate(scenario.connect_faults):
        half = round((connects.seconds or 0.0) / 2, 1)
        if half >= _SHORTEST_SECONDS:
            yield _replaced(scenario, "connect_faults", number, replace(connects, seconds=half))
        yield _replaced(scenario, "connect_faults", number, replace(connects, starts_after=0.0))


_SIMPLER = (_plainer, _sooner, _certain, _shorter)
