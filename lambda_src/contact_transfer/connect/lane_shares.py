"""How the two lanes share the quotas, without anything that workers share.

Each lane has ``maximumConcurrency`` workers. The urgent lane may use nine tenths of the quotas at any time. The normal lane has all of
them while the urgent queue is empty, and one tenth at any time. It learns which holds from the urgent queue's attributes: it looks
before it uses more than its tenth, every ``LOOK_SECONDS`` at most, and while it waits. In the seconds before it has noticed, both lanes
call; the burst of the account's quota absorbs that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from contact_transfer.config.worker_settings import Quota
from contact_transfer.connect.rate_limiter import JITTER_SECONDS, WorkerShare
from contact_transfer.request.lanes import Lane
from contact_transfer.transfer.clock import Clock, Deadline

URGENT_PART = 0.9
NORMAL_PART = 0.1
#: Calls that a worker of the urgent lane saves up while it has nothing to do, for requests that arrive together.
URGENT_SAVED = 2.0
#: How old the answer of the last look may be when a call goes beyond the tenth.
LOOK_SECONDS = 2.0
SHORTEST_SLEEP_SECONDS = 0.001  # less may be no time at all for a clock
#: The normal lane gives way until the urgent queue has been empty for so long: requests that arrive one by one are one load, and the
#: account's bucket fills meanwhile.
HOLD_SECONDS = 8.0
#: Messages in flight count while their number changes within so many seconds: what is deferred is in flight, too, for minutes.
STILL_SECONDS = 20.0
#: After the urgent lane began to work, a throttled call says nothing about other callers for so long.
OVERLAP_SECONDS = LOOK_SECONDS + 1.0
#: For how long Lambda may keep an environment that is not used (assumed). So long there may be more environments than workers of a lane.
WARM_SECONDS = 3600.0


class Waiting(NamedTuple):
    """What a queue's attributes say: messages that can be received, and messages in flight, deferred ones included."""

    visible: int
    in_flight: int


Look = Callable[[], Waiting | None]


class LaneShares:
    """One worker's share of the quotas, in whichever lane its batch is.

    ``look``: the urgent queue's attributes; None when they cannot be read, and then what was known last holds.
    """

    def __init__(
        self, quotas: Mapping[str, Quota], workers: int, clock: Clock, look: Look, *, call_seconds: float = 0.0
    ) -> None:
        def share(part: float, saved: float) -> WorkerShare:
            """A part of the quotas, of which each worker saves up so many calls."""
            made = {
                name: Quota(q.rate * part, workers * saved + q.rate * part * JITTER_SECONDS)
                for name, q in quotas.items()
            }
            return WorkerShare(made, workers, clock, call_seconds=call_seconds)

        self._clock = clock
        self._urgent = share(URGENT_PART, URGENT_SAVED)
        self._tenth = share(NORMAL_PART, 1)
        self._whole = WorkerShare(quotas, workers, clock, call_seconds=call_seconds)
        self._watch = _UrgentLane(clock, look)
        self._lane = Lane.NORMAL
        self._gives_way = False

    def start_batch(self, lane: Lane, queued: float | None, held: float = 0.0) -> None:
        """A batch of ``lane`` begins: see ``WorkerShare.start_batch``, also for ``queued`` and ``held``."""
        self._lane = lane
        alone = not self._watch.was_busy_within(WARM_SECONDS)
        if lane is Lane.URGENT:
            self._watch.works()
            self._urgent.start_batch(queued, held, alone=False)
            return
        self._tenth.start_batch(queued, held, alone=alone)
        self._whole.start_batch(queued, held, alone=alone)

    def acquire(self, operation: str, deadline: Deadline) -> None:
        """See ``RateLimiter``."""
        if self._lane is Lane.URGENT:
            self._urgent.acquire(operation, deadline)
            return
        while (wait := self._normal_wait(operation, deadline)) > 0:
            self._whole.sleep(min(max(wait, SHORTEST_SLEEP_SECONDS), LOOK_SECONDS))
        self._whole.take(operation)
        self._tenth.spend(operation)

    def _normal_wait(self, operation: str, deadline: Deadline) -> float:
        """Seconds until the next slot of the normal lane, as far as is known now."""
        if not self._tenth.is_free(operation):
            self._choose()
        return self._current.wait(operation, deadline)

    def _choose(self) -> None:
        gives_way = self._watch.is_busy()
        if self._gives_way and not gives_way:
            self._whole.empty()
        self._gives_way = gives_way

    @property
    def _current(self) -> WorkerShare:
        if self._lane is Lane.URGENT:
            return self._urgent
        return self._tenth if self._gives_way else self._whole

    def check(self, operation: str, deadline: Deadline) -> None:
        """See ``RateLimiter``."""
        self._current.check(operation, deadline)

    def reduce(self, operation: str) -> None:
        """See ``RateLimiter``. The lanes do not slow each other down."""
        if self._lane is Lane.NORMAL or not self._watch.has_just_begun():
            self._current.reduce(operation)

    def end_batch(self) -> float:
        """The batch is over. Answer how many seconds its calls waited for slots."""
        shares = (self._urgent,) if self._lane is Lane.URGENT else (self._tenth, self._whole)
        return sum(share.end_batch() for share in shares)


class _UrgentLane:
    """What this environment knows of the urgent lane: from its own batches, and from looks into the queue."""

    def __init__(self, clock: Clock, look: Look) -> None:
        self._clock = clock
        self._look = look
        self._looked = self._busy = self._changed = self._worked = self._began = float("-inf")
        self._seen = Waiting(0, 0)

    def works(self) -> None:
        """A batch of the urgent lane begins here."""
        now = self._clock.monotonic()
        if now - max(self._worked, self._busy) > LOOK_SECONDS:
            self._began = now
        self._worked = self._busy = now

    def has_just_begun(self) -> bool:
        """Whether the urgent lane began to work so shortly ago that the normal one may not know."""
        return self._clock.monotonic() - self._began <= OVERLAP_SECONDS

    def was_busy_within(self, seconds: float) -> bool:
        """Whether the urgent lane was known to have had work within so many seconds."""
        return self._clock.monotonic() - self._busy <= seconds

    def is_busy(self) -> bool:
        """Whether the urgent lane has work, or has had some shortly ago. Looks when the last look is too old."""
        if self._clock.monotonic() - self._looked >= LOOK_SECONDS:
            self._learn()
        return self.was_busy_within(HOLD_SECONDS)

    def _learn(self) -> None:
        found = self._look()
        now = self._looked = self._clock.monotonic()
        if found is None:
            self._busy = now if self.was_busy_within(HOLD_SECONDS + LOOK_SECONDS) else self._busy
            return
        if found != self._seen:
            self._seen, self._changed = found, now
        if found.visible or (found.in_flight and now - self._changed <= STILL_SECONDS):
            self._busy = now
