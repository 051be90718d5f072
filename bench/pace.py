"""How much of the quota is used: a backlog on the virtual clock, against the earliest moment that its last call could have been made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from statistics import median

from bench.requests import Mix
from bench.verdict import Check, Finding
from bench.virtual import Load, Run, run

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
#: Seconds under which a floor is short: then the start weighs as much as at 60 requests.
SHORT = 60.0
THROTTLED, RECEIVES = 0.001, 1.2


def limit(floor: float) -> float:
    """How many times its floor a makespan may take."""
    return 1.04 if floor < SHORT else 1.02


def measure(step: Callable[[str], None]) -> Finding:
    """Run every case pure, and with failures mixed in while environments are recycled."""
    found = Finding("pace", "The quota used to the last drop (virtual clock, the service's own code)")
    for rate, burst, requests, repetitions in CASES:
        plain = Load(requests, rate=rate, burst=burst, recycle_after=10**6)
        for load in (plain, replace(plain, recycle_after=RECYCLED_AFTER, mix=Mix(FAILING))):
            step(f"{requests:,} at {rate}/s")
            _add(found, load, [run(replace(load, seed=seed)) for seed in range(1, repetitions + 1)])
    found.notes.append(
        f"Medians over seeds. Mixed: {FAILING:.0%} of the requests fail for good and an environment is recycled after"
        f" {RECYCLED_AFTER} messages. Floors under {SHORT:g} s are held to 1.04, as 60 requests are, others to 1.02."
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
            "quota": f"{load.rate:g}/s, burst {load.burst:g}",
            "requests": load.requests,
            "mixed": mixed,
            "workers": load.workers,
            "floor s": round(middle.floor, 1),
            "makespan s": round(middle.makespan, 1),
            "over floor": round(middle.ratio, 4),
            "worst": round(max(one.ratio for one in runs), 4),
            "throttled": f"{throttled}/{calls}",
            "receives": round(receives, 3),
            "lost, twice, wrong": wrong,
        }
    )
    name = f"{load.requests:,} at {load.rate:g}/s{', mixed' if mixed else ''}"
    found.checks += [
        Check(f"{name}: makespan over floor", round(median(one.ratio for one in runs), 4), limit(middle.floor)),
        Check(f"{name}: throttled share", throttled / calls, THROTTLED),
        Check(f"{name}: receives a message", receives, RECEIVES),
        Check(f"{name}: lost, twice or wrongly failed", wrong, 0),
    ]
    if load.requests == 60 and not mixed:
        found.data["curve"] = middle.transfers_at
