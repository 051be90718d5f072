"""What is going to happen later, without threads: a list of actions with their times, run by ``tick``."""

from __future__ import annotations

import heapq
from collections.abc import Callable


class DueList:
    """Actions in order of time; equal times run in the order in which they were added."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Callable[[], None]]] = []
        self._added = 0

    def at(self, time: float, action: Callable[[], None]) -> None:
        """Have ``action`` run by the first ``tick`` at or after ``time``."""
        self._added += 1
        heapq.heappush(self._heap, (time, self._added, action))

    def next_time(self) -> float | None:
        """Return when the next action is due, None when there is none."""
        return self._heap[0][0] if self._heap else None

    def pop_due(self, now: float) -> tuple[float, Callable[[], None]] | None:
        """Return the next action that is due at ``now`` with its own time, and forget it."""
        if self._heap and self._heap[0][0] <= now:
            time, _, action = heapq.heappop(self._heap)
            return time, action
        return None
