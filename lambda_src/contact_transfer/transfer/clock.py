"""Time and randomness, handed in: the only two things besides AWS that the service asks for from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

LONGEST_BACKOFF_SECONDS = 900.0
_FIRST_BACKOFF_SECONDS = 2.0
_DOUBLINGS = 10  # 2 s doubled ten times is beyond the cap; more would only grow the number


@dataclass(frozen=True)
class Clock:
    """``now``: wall clock, epoch seconds. ``monotonic``: seconds that never go back. ``sleep``: wait for seconds."""

    now: Callable[[], float]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]


@dataclass(frozen=True)
class Randomness:
    """``random``: a number from 0 up to 1. ``new_id``: a text that nobody else has."""

    random: Callable[[], float]
    new_id: Callable[[], str]

    def backoff(self, failures: int) -> float:
        """Seconds to stay away after ``failures`` failed attempts (1 or more): full jitter under a cap that doubles each time.

        Source of the method: "Exponential Backoff And Jitter", AWS Architecture Blog.
        """
        doublings = min(max(failures, 1), _DOUBLINGS)
        return self.random() * min(LONGEST_BACKOFF_SECONDS, _FIRST_BACKOFF_SECONDS * (1 << doublings))


@dataclass(frozen=True)
class Deadline:
    """When the invocation ends. ``at``: by ``Clock.monotonic``; ``wall``: the same moment by ``Clock.now``."""

    at: float
    wall: float

    def left(self, clock: Clock) -> float:
        """Seconds until the deadline; negative once it has passed."""
        return self.at - clock.monotonic()


@dataclass(frozen=True)
class Now:
    """The present by Amazon Connect's clock, as far as it is known: between ``earliest`` and ``latest``, epoch seconds."""

    earliest: float
    latest: float
