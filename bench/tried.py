"""What was tried and not adopted: the same backlogs with one difference, beside what is deployed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from statistics import median
from unittest.mock import patch

from bench.finding import Check, Finding
from bench.load import Load, Run
from bench.virtual import run
from contact_transfer.connect import rate_limiter

#: Backlogs, and over how many seeds each runs.
SIXTY = (Load(60, recycle_after=10**6), 30)
FAST = (Load(600, rate=20.0, burst=50.0, recycle_after=10**6), 7)
#: Environments that come and go, ten times as often as in ``bench.pace``.
CHANGING = (Load(600, recycle_after=10), 5)


@dataclass(frozen=True)
class Way:
    """One difference, for a backlog over some seeds.

    Attributes:
        name: what differs.
        load: the backlog as deployed.
        seeds: how many runs.
        otherwise: changes the backlog.
        change: a context in which the code is changed.
    """

    name: str
    load: Load
    seeds: int
    otherwise: Callable[[Load], Load] = lambda load: load
    change: Callable[[], AbstractContextManager[object]] = nullcontext


def measure(step: Callable[[str], None]) -> Finding:
    """Return each way's makespan beside that of what is deployed, over the same seeds. ``step`` shows progress."""
    throttled_as_deployed = 0
    found = Finding("tried", "Tried: the same backlog with one difference (virtual clock)")
    for way in WAYS:
        step(way.name)
        deployed = _runs(way.load, way.seeds)
        throttled_as_deployed += sum(one.throttled.total() for one in deployed)
        with way.change():
            other = _runs(way.otherwise(way.load), way.seeds)
        throttled = sum(one.throttled.total() > 0 for one in other)
        found.rows.append(
            {
                "difference": way.name,
                "backlog": _described(way.load),
                "deployed": round(median(one.ratio for one in deployed), 3),
                "with it": round(median(one.ratio for one in other), 3),
                "throttled with it": f"{sum(one.throttled.total() for one in other)} in {throttled} of {way.seeds}",
            }
        )
    found.notes.append("Medians over seeds of makespan over floor; throttled calls, and in how many of the backlogs.")
    found.notes.append(_half(found))
    found.checks = [Check("throttled calls as deployed", throttled_as_deployed, 0)]
    return found


def _half(found: Finding) -> str:
    way = next(way for way in WAYS if way.name == HALF)
    ratio = float(next(row["with it"] for row in found.rows if row["difference"] == HALF))
    workers, rate = way.otherwise(way.load).workers, way.load.rate
    carried = rate / ratio
    return f"Half the workers: {workers} of them carry {carried:.1f} of {rate:g} transfers a second, {carried / workers:.1f} each."


def _runs(load: Load, seeds: int) -> list[Run]:
    return [run(replace(load, seed=seed)) for seed in range(1, seeds + 1)]


def _described(load: Load) -> str:
    recycled = f", environments of {load.recycle_after}" if load.recycle_after < load.requests else ""
    return f"{load.requests} at {load.rate:g}/s{recycled}"


@contextmanager
def _full() -> Iterator[None]:
    def start(self: rate_limiter.Bucket, _queued: float | None, _held: float, now: float) -> None:
        self._level, self._at = self.capacity, now

    with patch.object(rate_limiter.Bucket, "start", start):
        yield


HALF = "half the workers"
WAYS = (
    Way("batches of ten", *FAST, otherwise=lambda load: replace(load, batch=10)),
    Way(HALF, *FAST, otherwise=lambda load: replace(load, concurrency=load.workers // 2)),
    Way("half as many more workers", *FAST, otherwise=lambda load: replace(load, concurrency=load.workers * 3 // 2)),
    Way("no margin for calls that overtake", *SIXTY, change=lambda: patch.object(rate_limiter, "JITTER_SECONDS", 0.0)),
    Way("buckets that start full", *CHANGING, change=_full),
)
