"""How long a deferred request stays away: capped exponential back-off with full jitter. Pure arithmetic.

Source of the method: "Exponential Backoff And Jitter", AWS Architecture Blog.
"""

from __future__ import annotations

from collections.abc import Callable

FIRST_SECONDS = 2.0
CAP_SECONDS = 900.0
_DOUBLINGS = 10  # 2 s doubled ten times is beyond the cap; more would only grow the number


def delay(failures: int, random: Callable[[], float]) -> float:
    """Seconds to stay away after ``failures`` failed attempts (1 or more), between 0 and a cap that doubles each time.

    ``random`` answers a number from 0 up to 1.
    """
    doublings = min(max(failures, 1), _DOUBLINGS)
    return random() * min(CAP_SECONDS, FIRST_SECONDS * (1 << doublings))
