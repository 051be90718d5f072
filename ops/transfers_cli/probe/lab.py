"""Experiments side by side on one thread: each is a coroutine that awaits calls and waits, and the laboratory carries them out.

    experiment ── await lab.ask(...) / lab.wait(...) ──> laboratory: pace, budget, Ctrl-C ──> Amazon Connect
                                                                     └─> journal of all answers: the evidence

While one experiment waits ten minutes, the others go on. The clock is handed in, so a probe of an hour takes milliseconds in virtual time.
"""

from __future__ import annotations

import heapq
from collections.abc import Awaitable, Callable, Coroutine, Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from transfers_cli.probe.answers import Answer, Wire
from transfers_cli.probe.pace import Pace

#: So often a throttled call is sent, and one whose answer was lost and that changes nothing.
_ATTEMPTS = 6
#: Seconds between two tries of a call whose answer was lost.
_LOST_PAUSE = 2.0
_READS = ("Describe", "List", "Search")
T = TypeVar("T")


class NotSettled(Exception):
    """An experiment could not find out: ``reason`` says why, for a person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Lost(NotSettled):
    """The answer to a call that changes something was lost: the experiment may be made again with another contact."""


class Interrupted(Exception):
    """Somebody wants the probe to end now."""


@dataclass(frozen=True)
class Clock:
    """``monotonic``: seconds that never go back. ``sleep``: wait for seconds; False when somebody wants the probe to end.

    ``rest``: wait for seconds whatever anybody wants.
    """

    monotonic: Callable[[], float]
    sleep: Callable[[float], bool]
    rest: Callable[[float], None]


@dataclass(frozen=True)
class Step(Awaitable[Answer]):
    """One call, or with no ``operation`` a wait until ``at``. ``slots``: how many calls it takes from the pace."""

    operation: str | None
    asked: Mapping[str, Any]
    at: float = 0.0
    slots: int = 1

    def __await__(self) -> Generator[Step, Answer, Answer]:
        answer = yield self
        return answer


Work = Coroutine[Step, Any, None]


class Lab:
    """Carries out experiments. ``journal``: every answer so far, in the order in which they came.

    ``reserve``: asked how many seconds before the end nothing new may begin, for calls that make contacts and for all others.
    ``ends``: the probe ends its contacts, which nobody interrupts.
    """

    def __init__(self, wire: Wire, clock: Clock) -> None:
        self.journal: list[Answer] = []
        self.reserve: Callable[[bool], float] = lambda _makes: 0.0
        self.ends = False
        self._wire = wire
        self._clock = clock
        self._began = clock.monotonic()
        self._pace = Pace()
        self._asked = 0

    def now(self) -> float:
        """Seconds since the probe began."""
        return self._clock.monotonic() - self._began

    async def wait(self, seconds: float) -> None:
        """Let the others go on for ``seconds``."""
        await Step(None, {}, self.now() + seconds)

    async def wait_until(self, at: float) -> None:
        """Let the others go on until ``at`` seconds after the beginning."""
        await Step(None, {}, at)

    async def ask(self, operation: str, *, slots: int = 1, **asked: Any) -> Answer:
        """Send a call; a throttled one again, and a look-up whose answer was lost.

        Args:
            operation: its name in the API.
            slots: calls that it takes from the pace: 2 for one that is repeated at once, 0 for that repetition.
            asked: its parameters.

        Raises:
            NotSettled: access is denied, or Connect throttles or does not answer again and again.
        """
        for attempt in range(_ATTEMPTS):
            answer = await Step(operation, asked, 0.0, slots if attempt == 0 else 1)
            if answer.is_denied:
                raise NotSettled(f"your role may not call connect:{operation}: {answer.said}")
            if not answer.is_throttled and not (answer.is_lost and operation.startswith(_READS)):
                return answer
            if answer.is_lost:
                await self.wait(_LOST_PAUSE * (attempt + 1))
        raise NotSettled(f"{operation} was answered {answer.said}, {_ATTEMPTS} times")

    def run(self, works: list[Work], until: float) -> None:
        """Carry out until all have ended; what would begin after ``until`` is thrown ``NotSettled``. Raise ``Interrupted``."""
        queue: list[tuple[float, int, Work, Step | None]] = []
        for work in works:
            self._push(queue, self.now(), work, None)
        try:
            while queue:
                at, _, work, step = heapq.heappop(queue)
                self._go_on(queue, work, step, at, until)
        finally:
            for _, _, work, _ in queue:
                work.close()

    def _go_on(self, queue: list[Any], work: Work, step: Step | None, at: float, until: float) -> None:
        if step is not None and at + self.reserve(_makes(step)) > until:
            self._resume(queue, work, lambda: work.throw(NotSettled("budget")))
            return
        if at > self.now():
            self._sleep(at - self.now())
        answer = None if step is None or step.operation is None else self._send(step.operation, step.asked)
        self._resume(queue, work, lambda: work.send(answer))

    def _sleep(self, seconds: float) -> None:
        if self.ends:
            self._clock.rest(seconds)
        elif not self._clock.sleep(seconds):
            raise Interrupted

    def _resume(self, queue: list[Any], work: Work, act: Callable[[], Step]) -> None:
        try:
            step = act()
        except StopIteration:
            return
        at = step.at if step.operation is None else self._slot(step)
        self._push(queue, at, work, step)

    def _slot(self, step: Step) -> float:
        now = self.now()
        return self._pace.reserve(step.operation or "", now, step.slots) if step.slots else now

    def _push(self, queue: list[Any], at: float, work: Work, step: Step | None) -> None:
        self._asked += 1
        # A repetition at once goes before all others.
        first = -1 if step is not None and step.slots == 0 else self._asked
        heapq.heappush(queue, (at, first, work, step))

    def _send(self, operation: str, asked: Mapping[str, Any]) -> Answer:
        sent_at = self.now()
        found = self._wire.send(operation, asked)
        answer = replace(found, number=len(self.journal), sent_at=sent_at, received_at=self.now())
        self.journal.append(answer)
        if answer.is_throttled:
            self._pace.throttled(operation, self.now())
        return answer


def _makes(step: Step) -> bool:
    return step.operation is not None and not step.operation.startswith((*_READS, "Stop"))
