"""The two lanes on the virtual clock: how fast urgent requests pass a backlog, and what they leave to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from statistics import quantiles
from unittest.mock import patch

from bench.finding import Check, Finding
from bench.load import Load, Way
from bench.requests import Backlog, Mix
from bench.virtual import TRANSFER, layout, maker, send, set_quotas
from bench.ways import Log
from contact_transfer.connect.lane_shares import URGENT_PART, Waiting
from contact_transfer.messaging.queue import Queue
from local.virtual import Cloud
from local.virtual.cloud import BEGINS

RATE = 2.0
#: Requests that wait in the normal lane when a run begins.
BACKLOG = 5000
#: Seconds within which an urgent request reaches TransferContact, 99 of 100, beyond the calls themselves.
SOON = 3.0
#: The part of all calls that may be throttled; the part of the pace that the normal lane keeps; how much longer a backlog may take.
THROTTLED, LEFT, LONGER = 0.005, 0.1, 1.005
#: An environment of a "recycled" run is replaced after so many messages; lanes switch every so many seconds.
RECYCLED_AFTER, SWITCH_SECONDS = 30, 60.0
#: Not counted in a lane's part of the pace: the lanes have not noticed each other yet.
SETTLING_SECONDS = 10.0


@dataclass(frozen=True)
class Urgent:
    """Urgent requests that arrive by chance, so many a second, for so many seconds; ``switching``: in every second minute only."""

    words: str
    rate: float
    seconds: float
    switching: bool = False
    recycle_after: int = 10**6

    def times(self, random: Random) -> Iterator[float]:
        """When each arrives."""
        at = random.expovariate(self.rate)
        while at < self.seconds:
            if not self.switching or at % (2 * SWITCH_SECONDS) >= SWITCH_SECONDS:
                yield at
            at += random.expovariate(self.rate)


#: Half of the quota is more than half of what the urgent lane has.
LOADS = (
    Urgent("one every 20 s", RATE / 40, 2400.0),
    Urgent("half of the quota", RATE / 2, 1200.0),
    Urgent("half of the quota, environments recycled", RATE / 2, 1200.0, recycle_after=RECYCLED_AFTER),
    Urgent(
        "half of the quota, every second minute, recycled",
        RATE / 2,
        1800.0,
        switching=True,
        recycle_after=RECYCLED_AFTER,
    ),
    Urgent("twice the quota", RATE * 2, 600.0),
    Urgent(
        "all of the quota, every second minute, recycled", RATE, 1800.0, switching=True, recycle_after=RECYCLED_AFTER
    ),
)


@dataclass
class Lanes:
    """What came of a run. ``ways``: of the urgent requests; ``normal_at``: when requests of the backlog were transferred.

    ``calls``: to Connect, of which so many were ``throttled``; ``twice``: transfers that must not be.
    """

    ways: list[Way] = field(default_factory=list)
    normal_at: list[float] = field(default_factory=list)
    calls: int = 0
    throttled: int = 0
    twice: int = 0


def run(
    times: list[float], until: float, *, backlog: int = BACKLOG, recycle_after: int = 10**6, seed: int = 1
) -> Lanes:
    """Let the service carry out a backlog beside urgent requests that arrive at ``times``, up to ``until``."""
    load, log = Load(backlog + len(times), spread=1.0, recycle_after=recycle_after, seed=seed), Log()
    cloud = Cloud(seed, layout(load), (), maker(load, log))
    asked = Backlog(cloud.connect, load.requests, Mix(), seed)
    set_quotas(cloud, load)
    for body in asked.bodies[:backlog]:
        send(cloud, cloud.queue, body, 0.0)
    for at, body in zip(times, asked.bodies[backlog:], strict=True):
        send(cloud, cloud.urgent, body, at)
    cloud.loop.run(BEGINS + until, lambda: len(cloud.queue.messages) >= backlog and cloud.left == 0 and not times)
    return _read(cloud, asked.contacts, backlog, times, log)


def _read(cloud: Cloud, contacts: list[str], backlog: int, times: list[float], log: Log) -> Lanes:
    done = {one.old: one.time for one in cloud.connect.history.transfers if one.by == TRANSFER}
    found = Lanes(twice=sum(one.by == TRANSFER for one in cloud.connect.history.transfers) - len(done))
    found.normal_at = sorted(done[contact] - BEGINS for contact in contacts[:backlog] if contact in done)
    for at, contact in zip(times, contacts[backlog:], strict=True):
        if contact in done:
            found.ways.append(log.way(contact, BEGINS + at, done[contact]))
    counted = [call for call in cloud.connect.history.calls if call.operation != "StartTaskContact"]
    found.calls, found.throttled = len(counted), sum(call.status == 429 for call in counted)
    return found


def measure(step: Callable[[str], None]) -> Finding:
    """Return how urgent requests fare beside a backlog, and the backlog beside them. ``step`` shows progress."""
    found = Finding("lanes", f"Urgent requests beside {BACKLOG:,} that wait at {RATE:g}/s (virtual clock)")
    for load in LOADS:
        step(load.words)
        times = list(load.times(Random(7)))
        _add(found, load, run(times, load.seconds, recycle_after=load.recycle_after))
    step("no urgent request")
    _add_alone(found)
    found.notes.append(
        "Seconds from sending to TransferContact, beyond the calls themselves. More urgent requests than nine tenths of the quota wait for"
        " each other; what counts then is what is left to the backlog."
    )
    return found


def _add(found: Finding, load: Urgent, done: Lanes) -> None:
    waits = sorted(way.whole - way.calls for way in done.ways)
    p50, p99 = (quantiles(waits, n=100)[percent - 1] for percent in (50, 99))
    normal = sum(at >= SETTLING_SECONDS for at in done.normal_at) / (load.seconds - SETTLING_SECONDS) / RATE
    overloaded = load.rate > RATE * URGENT_PART
    found.rows.append(
        {
            "urgent requests": load.words,
            "transferred": len(done.ways),
            "p50 s": round(p50, 2),
            "p99 s": round(p99, 2),
            "backlog's part of the pace": round(normal, 3),
            "calls": done.calls,
            "throttled": done.throttled,
        }
    )
    if not overloaded:
        found.checks.append(Check(f"{load.words}: p99 to TransferContact beyond the calls", round(p99, 2), SOON, " s"))
    found.checks += [
        Check(f"{load.words}: the backlog's part of the pace", round(normal, 3), LEFT, least=True),
        Check(f"{load.words}: throttled share", done.throttled / done.calls, THROTTLED),
        Check(f"{load.words}: transferred twice", done.twice, 0),
    ]


def _add_alone(found: Finding) -> None:
    """The backlog alone, and the same with an urgent queue that costs no look."""
    alone = run([], float("inf"))
    with patch.object(Queue, "waiting", lambda _self, _lane: Waiting(0, 0)):
        before = run([], float("inf"))
    ratio = alone.normal_at[-1] / before.normal_at[-1]
    found.checks.append(Check("no urgent request: makespan over that of one lane", round(ratio, 4), LONGER))
    found.checks.append(Check("no urgent request: throttled share", alone.throttled / alone.calls, THROTTLED))
