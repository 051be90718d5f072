"""Virtual time: a heap of what happens when, and tasks that are synchronous code and wait without a thread.

A task is a greenlet. Whenever it waits, whatever is due next runs, and time jumps to it: no real time passes, and the order
of everything is decided by the times alone (equal times: by the order of asking), so the same seed gives the same run.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any

from greenlet import getcurrent, greenlet


class Killed(BaseException):
    """Thrown into a task that is to end at once. Not an ``Exception``: no ``except Exception`` may catch a death."""


class Task:
    """A running piece of synchronous code. ``over`` once it has returned, raised or been killed. ``work``: the code."""

    __slots__ = ("_green", "_loop", "_on_end", "_ticket", "over")

    def __init__(
        self, loop: Loop, work: Callable[[], Any], on_end: Callable[[Any, BaseException | None], None]
    ) -> None:
        self._loop = loop
        self._on_end = on_end
        self._ticket = 0
        self.over = False
        self._green = greenlet(lambda: self._run(work))

    def _run(self, work: Callable[[], Any]) -> None:
        result, error = None, None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001 - whatever ends a task is reported to its starter
            error = raised
        self.over = True
        self._on_end(result, error)

    def start(self) -> None:
        """Begin the task; it runs until its first wait."""
        self._green.switch()

    def wait(self) -> Any:
        """Called from inside the task: wait until ``resume`` is called with the ticket in force. Answer or raise what it was given."""
        value = self._loop.hub.switch()
        if isinstance(value, BaseException):
            raise value
        return value

    def ticket(self) -> int:
        """A ticket for one wait: a resume with an older one does nothing."""
        self._ticket += 1
        return self._ticket

    def resume(self, ticket: int, value: Any = None) -> None:
        """Called from the loop: let the task go on with ``value``, raised if it is an exception.

        ``ticket``: from ``ticket()``.
        """
        if ticket == self._ticket and not self.over:
            self._ticket += 1
            self._green.switch(value)

    def kill(self) -> None:
        """Called from the loop: end the task where it waits."""
        if not self.over:
            self._ticket += 1
            self._green.throw(Killed())


class Loop:
    """Virtual time in epoch seconds, and what is going to happen."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.hub = getcurrent()
        self._heap: list[tuple[float, int, Callable[..., object], tuple[Any, ...]]] = []
        self._asked = 0

    def at(self, time: float, act: Callable[..., object], *args: Any) -> None:
        """Have ``act(*args)`` called at ``time``, or now if that is past."""
        self._asked += 1
        heapq.heappush(self._heap, (time, self._asked, act, args))

    def after(self, seconds: float, act: Callable[..., object], *args: Any) -> None:
        """Have ``act(*args)`` called ``seconds`` from now."""
        self._asked += 1
        heapq.heappush(self._heap, (self.now + seconds, self._asked, act, args))

    def sleep(self, task: Task, seconds: float) -> None:
        """Called from inside ``task``: wait for ``seconds``."""
        self.after(seconds, task.resume, task.ticket())
        task.wait()

    def run(self, until: float, enough: Callable[[], bool] = lambda: False) -> None:
        """Let everything happen up to ``until``, or until nothing is left, or ``enough`` says so."""
        heap, pop = self._heap, heapq.heappop
        while heap and heap[0][0] <= until and not enough():
            time, _, act, args = pop(heap)
            self.now = max(self.now, time)
            act(*args)
