"""Time and randomness, handed in: the only two things besides AWS that the service asks for from outside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


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
