"""How much of the quota is used: a backlog on the virtual clock, against the earliest moment that its last call could have been made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from statistics import median

from bench.requests import Mix
from bench.verdict import Check, Finding
from bench.virtual import INIT_SECONDS, Load, Run, run

#: Rate, burst, requests, repetitions with other seeds.
CASES = (
    (2, 5, 60, 11),
    (2, 5, 600, 5),
    (2, 5, 6000, 1),
    (20, 50, 600, 11),
    (20, 50, 6000, 1),
    (100, 250, 6000, 1),
    (100, 250, 30000, 1),
)
FAILING = 0.05
#: An environment lives for so many messages: at 2/s 100 seconds, where Lambda's live for hours.
RECYCLED_AFTER = 100
#: Seconds under which a floor is short: cold start, first look and first DescribeContact are more than 1 % of it.
SHORT = 60.0
#: How many times its floor a makespan may take; a short one's the first, and the second without the start.
WITH_START, LIMIT = 1.04, 1.02
THROTTLED, RECEIVES = 0.001, 1.2


def measure(step: Callable[[str], None]) -> Finding:
    """Run every case pure, and with failures mixed in while environments are recycled."""
    found = Finding("pace", "The quota used to the last drop (virtual clock, the service's own code)")
    for rate, burst, requests, repetitions in CASES:
        plain = Load(requests, rate=rate, burst=burst, recycle_after=10**6)
        for load in (plain, replace(plain, recycle_after=RECYCLED_AFTER, mix=Mix(FAILING))):
            step(f"{requests:,} at {rate}/s")
            _add(found, load, [run(replace(load, seed=seed)) for seed in range(1, repetitions + 1)])
    found.notes.append(
        "Medians over seeds; burst is two and a half seconds of the quota. Wrong: lost, twice or failed that should not."
        f" Mixed: {FAILING:.0%} of the requests fail for good and an environment is recycled after"
        f" {RECYCLED_AFTER} messages. Floors of {SHORT:g} s and more are held to {LIMIT:g}; shorter ones to {WITH_START:g}, and"
        f" those of 600 requests and more to {LIMIT:g} once started."
    )
    found.notes.append(
        "Start: seconds for which the account's bucket was full and no worker was there yet to use it. An environment takes"
        f" {INIT_SECONDS:g} s, then come the look into the queue, the ledger, DescribeContact and the way to Connect: no pacing gets"
        " them back. 'Once started' leaves them out."
    )
    return found


def _add(found: Finding, load: Load, runs: list[Run]) -> None:
    middle = sorted(runs, key=lambda one: one.ratio)[len(runs) // 2]
    mixed = bool(load.mix.failing)
    calls, throttled = sum(one.calls.total() for one in runs), sum(one.throttled.total() for one in runs)
    receives = max(one.receives for one in runs)
    wrong = sum(one.failed_wrongly + one.twice + one.left for one in runs)
    found.rows.append(
        {
            "quota": f"{load.rate:g}/s",
            "requests": f"{load.requests:,}{', mixed' if mixed else ''}",
            "workers": load.workers,
            "floor s": round(middle.floor, 1),
            "start s": round(middle.starting, 2),
            "over floor": round(middle.ratio, 4),
            "once started": round(middle.ratio_once_started, 4),
            "worst": round(max(one.ratio for one in runs), 4),
            "calls": calls,
            "throttled": throttled,
            "receives": round(receives, 3),
            "wrong": wrong,
        }
    )
    name = f"{load.requests:,} at {load.rate:g}/s{', mixed' if mixed else ''}"
    found.checks += [
        Check(f"{name}: makespan over floor", round(median(one.ratio for one in runs), 4), _limit(middle.floor)),
        Check(f"{name}: throttled share", throttled / calls, THROTTLED),
        Check(f"{name}: receives a message", receives, RECEIVES),
        Check(f"{name}: lost, twice or wrongly failed", wrong, 0),
    ]
    if middle.floor < SHORT and load.requests > 60:
        started = round(median(one.ratio_once_started for one in runs), 4)
        found.checks.append(Check(f"{name}: makespan over floor, once started", started, LIMIT))
    if load.requests == 60 and not mixed:
        found.data["curve"] = middle.transfers_at


def _limit(floor: float) -> float:
    return WITH_START if floor < SHORT else LIMIT
