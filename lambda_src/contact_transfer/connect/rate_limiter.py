"""Keeping under Connect's quotas: one token bucket for each operation, one worker's share of each. Pure arithmetic.

The quotas belong to the account; each of the deployment's ``maximumConcurrency`` workers owns an equal share of them, so
that workers need not talk to one another. What others in the account use up shows as a throttled call: the rate halves at
once and climbs back in a straight line.
"""

from __future__ import annotations

from collections.abc import Mapping

from contact_transfer.config.worker_settings import Quota

RECOVERY_SECONDS = 60.0
SLOWEST = 1 / 16  # of the share: slow enough for an account at its quota, quick enough to notice that it no longer is


#: Calls overtake each other on their way, so those that Connect sees in a second may be more than were sent in one.
JITTER_SECONDS = 0.15


class Bucket:
    """A token bucket: ``rate`` tokens a second, at most ``capacity`` of them. Times are seconds of one clock."""

    def __init__(self, quota: Quota, workers: int, now: float) -> None:
        self.rate = quota.rate / workers
        self._share = (quota.burst - quota.rate * JITTER_SECONDS) / workers
        self.capacity = max(
            1.0, self._share
        )  # where workers outnumber the burst, each still needs a whole token to call
        self._level = 0.0
        self._pace = 1.0  # the part of the rate in use
        self._at = now

    def start(self, queued: float | None, held: float, now: float) -> None:
        """Tell a new bucket what its account's bucket must hold: see ``Pacing.arrived``."""
        proven = 0.0 if queued is None else max(0.0, self._share - self.rate * max(0.0, queued))
        self._level = min(self.capacity, proven + self.rate * max(0.0, held))
        self._at = now

    def wait(self, now: float, tokens: int = 1) -> float:
        """Seconds until ``tokens`` tokens are there, if none is taken in between."""
        self._refill(now)
        # A millionth of a token is a rounding error, not a reason to wait once more.
        return max(0.0, tokens - self._level - 1e-6) / (self.rate * self._pace)

    def take(self, now: float) -> None:
        self._refill(now)
        self._level -= 1

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


class Pacing:
    """The buckets of one worker, by operation."""

    def __init__(self, quotas: Mapping[str, Quota], workers: int, now: float) -> None:
        self._buckets = {operation: Bucket(quota, workers, now) for operation, quota in quotas.items()}
        self._fresh = True
        self._promised: dict[str, int] = {}
        self._waited = 0.0

    def arrived(self, queued: float | None, now: float, held: float = 0.0) -> None:
        """A batch begins. ``queued``: seconds that its oldest message was in the queue (None: unknown, or not its first receive);
        ``held``: seconds from its receive to now, in which Lambda made this environment.

        Environments come and go under load, and one that started with full buckets would overrun the quota each time; so
        buckets start empty, with two exceptions for the first batch of an environment. A message that had hardly to wait
        proves that there was no backlog, hence that the account's bucket had time to fill: what is left of that is ours.
        And while the batch was held, nobody else used this worker's share: it is one of ``maximumConcurrency`` invocations.
        """
        if self._fresh:
            for bucket in self._buckets.values():
                bucket.start(queued, held, now)
        self._fresh = False
        self._promised.clear()

    def wait(self, operation: str, now: float) -> float:
        """Seconds until a call of ``operation`` may be made; 0 when it may be made now."""
        return self._buckets[operation].wait(now)

    def take(self, operation: str, now: float) -> None:
        """A call of ``operation`` is being made."""
        self._buckets[operation].take(now)

    def throttled(self, operation: str, now: float) -> None:
        """Connect answered that the quota of ``operation`` is used up."""
        self._buckets[operation].throttled(now)

    def promise(self, operation: str, now: float) -> float:
        """Seconds until the next token that no other message of this batch has been deferred to."""
        promised = self._promised[operation] = self._promised.get(operation, 0) + 1
        return self._buckets[operation].wait(now, promised)

    def slept(self, seconds: float) -> None:
        """A call waited for its token."""
        self._waited += seconds

    def collect_wait(self) -> float:
        """Seconds that calls have waited for tokens since this was last asked."""
        waited, self._waited = self._waited, 0.0
        return waited
