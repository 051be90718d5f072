"""How much of the quota is used: backlogs on the virtual clock, against the earliest moment at which the last call could be made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median
from typing import Any

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
    row = _row(load, runs)
    found.rows.append(row)
    found.checks += _checks(load, runs, row)


def _row(load: Load, runs: list[Run]) -> dict[str, Any]:
    middle = sorted(runs, key=lambda one: one.ratio)[len(runs) // 2]
    return {
        "quota": f"{load.rate:g}/s",
        "requests": f"{load.requests:,}{', mixed' if load.mix.failing else ''}",
        "workers": load.workers,
        "floor s": round(middle.floor, 1),
        "over floor": round(median(one.ratio for one in runs), 4),
        "worst": round(max(one.ratio for one in runs), 4),
        "limit": SIXTY if load.requests == 60 else LIMIT,
        "start s": round(middle.starting, 2),
        "without start": round(middle.ratio_once_started, 4),
        "calls": sum(one.calls.total() for one in runs),
        "throttled": sum(one.throttled.total() for one in runs),
        "receives": round(max(one.receives for one in runs), 3),
        "wrong": sum(one.failed_wrongly + one.twice + one.left for one in runs),
    }


def _checks(load: Load, runs: list[Run], row: dict[str, Any]) -> Iterator[Check]:
    name = f"{load.requests:,} at {load.rate:g}/s{', mixed' if load.mix.failing else ''}"
    known = (load.rate, load.requests) in KNOWN
    yield Check(f"{name}: makespan over floor", row["over floor"], row["limit"], known=WHY if known else "")
    yield Check(f"{name}: throttled share", row["throttled"] / row["calls"], THROTTLED)
    yield Check(f"{name}: receives a message", row["receives"], RECEIVES)
    yield Check(f"{name}: lost, twice or wrongly failed", row["wrong"], 0)
    if known:
        started = round(median(one.ratio_once_started for one in runs), 4)
        yield Check(f"{name}: makespan over floor without the start", started, WITHOUT_START)
        yield Check(f"{name}: start", round(median(one.starting for one in runs), 2), START_SECONDS, " s")
