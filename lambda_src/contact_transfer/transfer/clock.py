"""Time and chance, handed in: the only two things besides AWS that the service asks for from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Clock:
    """``now``: wall clock, epoch seconds. ``elapsed``: seconds that never go back. ``sleep``: wait for seconds."""

    now: Callable[[], float]
    elapsed: Callable[[], float]
    sleep: Callable[[float], None]


@dataclass(frozen=True)
class Chance:
    """``random``: a number from 0 up to 1. ``unique``: a text that nobody else has."""

    random: Callable[[], float]
    unique: Callable[[], str]


@dataclass(frozen=True)
class Deadline:
    """When the invocation ends. ``at``: by ``Clock.elapsed``; ``wall``: the same moment by ``Clock.now``."""

    at: float
    wall: float

    def left(self, clock: Clock) -> float:
        """Seconds until the deadline; negative once it has passed."""
        return self.at - clock.elapsed()


@dataclass(frozen=True)
class Now:
    """The present by Amazon Connect's clock, as far as it is known: between ``earliest`` and ``latest``, epoch seconds."""

    earliest: float
    latest: float
