"""A worker's share of the quotas with its clock handed in at each step, as tests of plain arithmetic want it."""

from __future__ import annotations

from collections.abc import Mapping

from contact_transfer.config.worker_settings import Quota
from contact_transfer.connect.rate_limiter import WorkerShare
from contact_transfer.transfer.clock import Clock


class Share:
    """``WorkerShare``, asked at given times."""

    def __init__(self, quotas: Mapping[str, Quota], workers: int, now: float) -> None:
        self._now = now
        clock = Clock(now=lambda: self._now, monotonic=lambda: self._now, sleep=lambda _: None)
        self._share = WorkerShare(quotas, workers, clock)

    def start_batch(self, queued: float | None, now: float, held: float = 0.0) -> None:
        self._now = now
        self._share.start_batch(queued, held)

    def wait(self, operation: str, now: float) -> float:
        """Seconds until a call may be made."""
        return self._share._buckets[operation].wait(now)

    def take(self, operation: str, now: float) -> None:
        self._share._buckets[operation].take(now)

    def reduce(self, operation: str, now: float) -> None:
        self._now = now
        self._share.reduce(operation)

    def reserve(self, operation: str, now: float) -> float:
        self._now = now
        return self._share._reserve(operation)
