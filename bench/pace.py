"""How much of the quota is used: backlogs on the virtual clock, against the earliest moment at which the last call could be made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from statistics import median

from bench.finding import Check, Finding
from bench.load import INIT_SECONDS, Load, Run
from bench.requests import Mix
from bench.virtual import run

#: Rate, burst, requests, repetitions with other seeds.
CASES = (
    (2, 5, 60, 11),
    (2, 5, 600, 5),
    (2, 5, 6000, 1),
    (20, 50, 600, 11),
    (20, 50, 6000, 1),
    (100, 250, 6000, 3),
    (100, 250, 30000, 1),
)
FAILING = 0.05
#: Messages in the life of an environment: at 2/s 100 seconds, while those of Lambda live for hours.
RECYCLED_AFTER = 100
#: A makespan may take so many times its floor; at sixty requests, the second.
LIMIT, SIXTY = 1.02, 1.04
THROTTLED, RECEIVES = 0.001, 1.2
#: Rate and requests of the backlogs that miss ``LIMIT``, pure and mixed: the start and the last token are more than 2 % of so short a
#: time. They have two limits of their own instead: the same without the start, and the seconds of the start.
KNOWN = frozenset({(20, 600), (100, 6000)})
WITHOUT_START, START_SECONDS = 1.02, 0.7
WHY = "the start and a share's last token take more than 2 % of so short a floor"


def measure(step: Callable[[str], None]) -> Finding:
    """Return how every case went, pure, and with failures mixed in while environments are recycled. ``step`` shows progress."""
    found = Finding("pace", "Use of the quota (virtual clock, the service's own code)")
    for rate, burst, requests, repetitions in CASES:
        plain = Load(requests, rate=rate, burst=burst, recycle_after=10**6)
        for load in (plain, replace(plain, recycle_after=RECYCLED_AFTER, mix=Mix(FAILING))):
            step(f"{requests:,} at {rate}/s")
            _add(found, load, [run(replace(load, seed=seed)) for seed in range(1, repetitions + 1)])
    calls, throttled = (sum(row[key] for row in found.rows) for key in ("calls", "throttled"))
    missed = [row for row in found.rows if row["over floor"] > row["limit"]]
    found.notes.append(
        f"{len(missed)} of {len(found.rows)} backlogs miss the limit. Medians over seeds; {throttled:,} of {calls:,} calls throttled. The"
        f" burst is two and a half seconds of the quota. Wrong: lost, transferred twice, or failed without reason. Mixed: {FAILING:.0%} of"
        f" the requests fail permanently, and an environment is recycled after {RECYCLED_AFTER} messages. Start: seconds in which the"
        f" account's full bucket overflowed because no worker was there yet; an environment takes {INIT_SECONDS:g} s (assumed, from the"
        " cold start below)."
    )
    return found


def _add(found: Finding, load: Load, runs: list[Run]) -> None:
    middle = sorted(runs, key=lambda one: one.ratio)[len(runs) // 2]
    mixed = bool(load.mix.failing)
    calls, throttled = sum(one.calls.total() for one in runs), sum(one.throttled.total() for one in runs)
    receives = max(one.receives for one in runs)
    wrong = sum(one.failed_wrongly + one.twice + one.left for one in runs)
    limit, known = SIXTY if load.requests == 60 else LIMIT, (load.rate, load.requests) in KNOWN
    ratio = round(median(one.ratio for one in runs), 4)
    found.rows.append(
        {
            "quota": f"{load.rate:g}/s",
            "requests": f"{load.requests:,}{', mixed' if mixed else ''}",
            "workers": load.workers,
            "floor s": round(middle.floor, 1),
            "over floor": ratio,
            "worst": round(max(one.ratio for one in runs), 4),
            "limit": limit,
            "start s": round(middle.starting, 2),
            "without start": round(middle.ratio_once_started, 4),
            "calls": calls,
            "throttled": throttled,
            "receives": round(receives, 3),
            "wrong": wrong,
        }
    )
    name = f"{load.requests:,} at {load.rate:g}/s{', mixed' if mixed else ''}"
    found.checks += [
        Check(f"{name}: makespan over floor", ratio, limit, known=WHY if known else ""),
        Check(f"{name}: throttled share", throttled / calls, THROTTLED),
        Check(f"{name}: receives a message", receives, RECEIVES),
        Check(f"{name}: lost, twice or wrongly failed", wrong, 0),
    ]
    if known:
        started = round(median(one.ratio_once_started for one in runs), 4)
        found.checks += [
            Check(f"{name}: makespan over floor without the start", started, WITHOUT_START),
            Check(f"{name}: start", round(median(one.starting for one in runs), 2), START_SECONDS, " s"),
        ]
    if load.requests == 60 and not mixed:
        found.data["curve"] = middle.transfers_at
