"""Visits every world that can be reached, each once, and judges it."""

from __future__ import annotations

import gc
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.exploration.aws import Aws
from tests.exploration.choices import Choices
from tests.exploration.connect import Place
from tests.exploration.invocation import Code, Done
from tests.exploration.promises import MOST_RECEIVES, Promises
from tests.exploration.scope import Plan, Scope
from tests.exploration.steps import Step
from tests.exploration.values import World
from tests.simulation.deployed import environment
from tests.simulation.subject import Subject


@dataclass
class Found:
    """What a search came to. ``states`` are worlds, ``steps`` the changes between them, ``replays`` invocations that were run.

    ``broken``: a promise that does not hold, with ``trace``: the steps that lead there. ``complete``: nothing was left out.
    """

    scope: str
    faults: int
    states: int = 0
    steps: int = 0
    ends: int = 0
    replays: int = 0
    seconds: float = 0.0
    complete: bool = False
    broken: str = ""
    trace: list[Step] = field(default_factory=list)


class Search:
    """A search through the worlds of a scope, with so many faults. ``subject``: the service, or the service with a seeded bug."""

    def __init__(self, plan: Plan, subject: Subject, faults: int) -> None:
        self._subject = subject
        scenario = plan.scenario()
        self.place = Place(scenario)
        self.scope = Scope(plan, self.place.stage, self.place.before)
        self.code = Code(subject, environment(scenario), plan.skew)
        self._choices = Choices(self.code, Aws(self.place), self.scope.doings)
        self._promises = Promises(self.scope, self.place, faults)
        self._faults = faults
        self._before: dict[World, tuple[World, str, str, str] | None] = {}

    def run(self, *, shortest: bool = False, states: int | None = None) -> Found:
        """Visit all worlds, or until a promise is broken, or ``states`` are visited.

        ``shortest``: in the order of their distance from the first one, so that the trace is a shortest one; it takes more memory.
        """
        with self._subject.in_force(), _without_collection():
            return self._run(shortest=shortest, states=states)

    def _run(self, *, shortest: bool, states: int | None) -> Found:
        began = time.process_time()
        found = Found(self.scope.plan.name, self._faults)
        first = self.scope.first(self._faults)
        waiting = deque([first])
        self._before[first] = None
        while waiting and not found.broken and (states is None or found.states < states):
            world = waiting.popleft() if shortest else waiting.pop()
            found.states += 1
            self._visit(world, waiting, found)
        found.complete = not waiting and not found.broken
        found.replays = self.code.replays
        found.seconds = time.process_time() - began
        return found

    def _visit(self, world: World, waiting: deque[World], found: Found) -> None:
        if all(one.deleted for one in world.messages) and not _is_pending(world, self.scope):
            found.ends += 1
            self._judge(found, world, self._promises.broken_at_the_end(world))
        is_stuck = True
        for who, what, how, after in self._choices.of(world):
            is_stuck = False
            found.steps += 1
            if after in self._before:
                continue
            self._before[after] = (world, who, what, how)
            self._judge(found, after, self._defect(after) or self._promises.broken(after))
            if found.broken:
                return
            waiting.append(after)
        if is_stuck and not all(one.deleted for one in world.messages):
            self._judge(found, world, "ends: nothing can happen any more, and a message is left")

    def _judge(self, found: Found, world: World, broken: str | None) -> None:
        if broken is not None and not found.broken:
            found.broken = broken
            found.trace = self.trace(world)

    def _defect(self, world: World) -> str | None:
        for worker in world.workers:
            step = worker.node.step
            if isinstance(step, Done) and step.defect:
                return f"defect: {step.defect}"
        tired = next((one for one in world.messages if one.receives > MOST_RECEIVES), None)
        return None if tired is None else f"ends: {tired.id} comes to no end in {MOST_RECEIVES} receives"

    def trace(self, world: World) -> list[Step]:
        """The steps that led to a world."""
        steps: list[Step] = []
        while (before := self._before[world]) is not None:
            steps.append(Step(*before[1:], world))
            world = before[0]
        return steps[::-1]


@contextmanager
def _without_collection() -> Iterator[None]:
    """Nearly everything that is made here is kept, and looking for what is not takes most of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _is_pending(world: World, scope: Scope) -> bool:
    """Whether a message is still to be sent."""
    return any(scope.doings[number].what == "send" for number in world.pending)
