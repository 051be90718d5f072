"""Keeping under Connect's quotas: one token bucket for each operation, one worker's share of each.

The quotas belong to the account; each of the deployment's ``maximumConcurrency`` workers owns an equal share of them, so
that workers need not talk to one another. What others in the account use up shows as a throttled call: the rate halves at
once and climbs back in a straight line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from contact_transfer.config.worker_settings import Quota
from contact_transfer.transfer.clock import Clock, Deadline

#: Seconds an invocation keeps for what follows the last call to Connect: ledger, events, parking, visibility.
TAIL_SECONDS = 3.0
RECOVERY_SECONDS = 60.0
SLOWEST = 1 / 16  # of the share: slow enough for an account at its quota, quick enough to notice that it no longer is


#: Calls overtake each other on their way, so those that Connect sees in a second may be more than were sent in one.
JITTER_SECONDS = 0.15
#: From the end of a worker's invocation to the beginning of its next one, while messages wait (assumed).
GAP_SECONDS = 0.05


class Bucket:
    """A token bucket: ``rate`` tokens a second, at most ``capacity`` of them. Times are seconds of one clock."""

    def __init__(self, quota: Quota, workers: int, now: float) -> None:
        self.rate = quota.rate / workers
        self._share = (quota.burst - quota.rate * JITTER_SECONDS) / workers
        # Where workers outnumber the burst, each still needs a whole token to call.
        self.capacity = max(1.0, self._share)
        self._level = 0.0
        self._pace = 1.0  # the part of the rate in use
        self._at = now

    def start(self, queued: float | None, held: float, now: float) -> None:
        """Tell a new bucket what its account's bucket must hold: see ``WorkerShare.start_batch``, also for ``queued`` and ``held``."""
        proven = 0.0 if queued is None else max(0.0, self._share - self.rate * max(0.0, queued))
        self._level = min(self.capacity, proven + self.rate * max(0.0, held))
        self._at = now

    def resume(self, queued: float | None, ended: float, now: float) -> None:
        """Go on ``now`` after a batch that ``ended``, where somebody else may have used the share in between.

        Only what a message that was ``queued`` hardly a second proves is there: see ``WorkerShare.start_batch``. ``GAP_SECONDS`` are
        always there.
        """
        self._refill(ended)
        sure = min(self.capacity, self._level + self.rate * self._pace * min(GAP_SECONDS, max(0.0, now - ended)))
        self._refill(now)
        proven = 0.0 if queued is None else self._share - self.rate * max(0.0, queued)
        self._level = max(sure, min(self._level, proven))

    def empty(self, now: float) -> None:
        """Begin anew at the whole rate, without a token."""
        self._level, self._pace, self._at = 0.0, 1.0, now

    def wait(self, now: float, tokens: int = 1) -> float:
        """Seconds until ``tokens`` tokens are there, if none is taken in between."""
        self._refill(now)
        # A millionth of a token is a rounding error, not a reason to wait once more.
        return max(0.0, tokens - self._level - 1e-6) / (self.rate * self._pace)

    def take(self, now: float) -> None:
        """Use up one call at ``now``, monotonic seconds."""
        self._refill(now)
        self._level -= 1

    def spend(self, now: float) -> None:
        """Use up what is there of one call, which another bucket allowed."""
        self._refill(now)
        self._level = max(0.0, self._level - 1)

    def throttled(self, now: float) -> None:
        """The account is at its quota: halve the rate, and trust no token saved up."""
        self._refill(now)
        self._pace = max(SLOWEST, self._pace / 2)
        self._level = min(self._level, 0.0)

    def _refill(self, now: float) -> None:
        passed = max(0.0, now - self._at)
        self._at = now
        reached = min(1.0, self._pace + passed / RECOVERY_SECONDS)
        # The pace climbs in a straight line up to 1: the tokens of the climb are the area under it.
        climbing = (reached - self._pace) * RECOVERY_SECONDS
        earned = climbing * (self._pace + reached) / 2 + (passed - climbing) * reached
        self._pace = reached
        self._level = min(self.capacity, self._level + earned * self.rate)


class NotEnoughTime(Exception):
    """The call cannot be made before the invocation ends; ``retry_after`` seconds later there is a slot for it."""

    def __init__(self, operation: str, retry_after: float) -> None:
        super().__init__(operation)
        self.operation = operation
        self.retry_after = retry_after


class RateLimiter(Protocol):
    """Gives out call slots of Connect's operations. What is behind it may be one worker's share, or shared by all."""

    def acquire(self, operation: str, deadline: Deadline) -> None:
        """Wait for a call slot of ``operation``, and take it.

        Args:
            operation: Connect API operation, for example ``"TransferContact"``.
            deadline: end of the invocation.

        Raises:
            NotEnoughTime: no slot becomes free early enough for a call to be over before ``deadline``.
        """

    def check(self, operation: str, deadline: Deadline) -> None:
        """Raise ``NotEnoughTime`` where ``acquire`` would, without taking a slot."""

    def reduce(self, operation: str) -> None:
        """Connect answered that the quota of ``operation`` is used up: others use it, too."""


class WorkerShare:
    """One worker's share of the quotas: a bucket for each operation.

    ``call_seconds``: the longest one call can take, time-outs included; ``tail_seconds``: what an invocation needs after its last call.
    """

    def __init__(
        self,
        quotas: Mapping[str, Quota],
        workers: int,
        clock: Clock,
        *,
        call_seconds: float = 0.0,
        tail_seconds: float = TAIL_SECONDS,
    ) -> None:
        self._clock = clock
        self._buckets = {operation: Bucket(quota, workers, clock.monotonic()) for operation, quota in quotas.items()}
        self._last_call = call_seconds + tail_seconds
        self._fresh = True
        self._reserved: dict[str, int] = {}
        self._waited = 0.0
        self._ended = clock.monotonic()

    def start_batch(self, queued: float | None, held: float = 0.0, *, alone: bool = True) -> None:
        """A batch begins. ``queued``: seconds that its oldest message was in the queue (None: unknown, or not its first receive);
        ``held``: seconds from its receive to now, in which Lambda made this environment.

        Environments come and go under load, and one that started with full buckets would overrun the quota each time; so
        buckets start empty, with two exceptions for the first batch of an environment. A message that had hardly to wait
        proves that there was no backlog, hence that the account's bucket had time to fill: what is left of that is ours.
        And while the batch was held, nobody else used this worker's share: it is one of ``maximumConcurrency`` invocations.

        ``alone``: there are no more environments than workers, so this one owns what it has earned since its last batch.
        """
        now = self._clock.monotonic()
        for bucket in self._buckets.values():
            if self._fresh:
                bucket.start(queued, held, now)
            elif not alone:
                bucket.resume(queued, self._ended, now)
        self._fresh = False
        self._reserved.clear()

    def acquire(self, operation: str, deadline: Deadline) -> None:
        """See ``RateLimiter``."""
        wait = self.wait(operation, deadline)
        if wait > 0:
            self.sleep(wait)
        self.take(operation)

    def check(self, operation: str, deadline: Deadline) -> None:
        """See ``RateLimiter``."""
        self.wait(operation, deadline)

    def take(self, operation: str) -> None:
        """Use up one call now."""
        self._buckets[operation].take(self._clock.monotonic())

    def spend(self, operation: str) -> None:
        """Use up what is there of one call, which another share allowed."""
        self._buckets[operation].spend(self._clock.monotonic())

    def is_free(self, operation: str) -> bool:
        """Whether a call could be made now."""
        return self._buckets[operation].wait(self._clock.monotonic()) == 0

    def sleep(self, seconds: float) -> None:
        """Wait for a slot."""
        self._clock.sleep(seconds)
        self._waited += seconds

    def wait(self, operation: str, deadline: Deadline) -> float:
        """Seconds until the next slot. Raise ``NotEnoughTime`` as ``acquire`` does."""
        wait = self._buckets[operation].wait(self._clock.monotonic())
        if wait > deadline.left(self._clock) - self._last_call:
            raise NotEnoughTime(operation, self._reserve(operation))
        return wait

    def _reserve(self, operation: str) -> float:
        """Seconds until the next slot that no other message of this batch has been deferred to."""
        reserved = self._reserved[operation] = self._reserved.get(operation, 0) + 1
        return self._buckets[operation].wait(self._clock.monotonic(), reserved)

    def reduce(self, operation: str) -> None:
        """See ``RateLimiter``."""
        self._buckets[operation].throttled(self._clock.monotonic())

    def empty(self) -> None:
        """Begin anew at the whole rate, without a token."""
        for bucket in self._buckets.values():
            bucket.empty(self._clock.monotonic())

    def end_batch(self) -> float:
        """The batch is over. Answer how many seconds its calls waited for slots."""
        self._ended = self._clock.monotonic()
        waited, self._waited = self._waited, 0.0
        return waited
