"""Rule e: Connect is not called faster than its quotas allow, at no moment and not in the long run either.

The quotas are the simulated Connect's own. ``transfersPerSecond`` is TransferContact's, in each scenario.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from heapq import merge

from contact_transfer.connect.lane_shares import URGENT_PART, URGENT_SAVED
from contact_transfer.connect.rate_limiter import JITTER_SECONDS
from local.connect.model import CallRecord, Rate
from local.virtual.wire import TRAVEL
from tests.simulation import quotas, rules_sweeps
from tests.simulation.case import FROZEN, Case

SEARCH = "SearchContacts"
#: Less than a call: what sums of floats and shares cut at a whole token leave over.
_ROUNDING = 0.1


def quota(case: Case) -> Iterator[str]:
    """An operation was called more often than its quota, the shares of the workers and the way to Connect explain."""
    calls: dict[str, list[CallRecord]] = defaultdict(list)
    for call in case.evidence.calls:
        calls[call.operation].append(call)
    fresh = _fresh(case)
    for operation, made in calls.items():
        rate = _of_both_lanes(case, quotas.of(case.evidence.scenario, operation))
        if rate is not None and operation == SEARCH:
            yield from rules_sweeps.searches(case, rate, made)
        elif rate is not None:
            yield from _at_once(case, operation, rate, sorted(call.time for call in made), fresh)
            yield from _in_the_long_run(case, operation, rate, made, fresh)


def _of_both_lanes(case: Case, rate: Rate | None) -> Rate | None:
    """The quota; where the urgent lane is in use, what both lanes may use together while neither knows of the other.

    The normal lane has all of it, the urgent one nine tenths, and each of its workers two calls and a tenth of a second saved up.
    How soon they learn of each other is measured by ``make bench``.
    """
    if rate is None or not case.has_urgent_lane:
        return rate
    urgent = URGENT_PART * rate.rate
    saved = _concurrency(case) * URGENT_SAVED + urgent * JITTER_SECONDS
    return Rate(rate.rate + urgent, rate.burst + saved)


def _at_once(case: Case, operation: str, rate: Rate, times: Sequence[float], fresh: Sequence[float]) -> Iterator[str]:
    """The account's bucket, had it granted every call, would be deeper in debt than calls that overtake each other explain."""
    workers = _workers(case)
    allowed = workers + 2.0  # calls overtake each other on their way: one call each is rounding on the wire
    if case.evidence.scenario.sizing.recycle_after == 1:
        allowed += workers  # each environment that finds a fresh message owns a share of the burst, and here each message has its own
    # a fresh environment that finds a fresh message owns a whole token: less than a second of most rates, and seconds of a slow one
    owned = max(1.0, rate.burst / workers) if rate.rate < 1 else 0.0
    level, at, deepest = rate.burst, times[0], 0.0
    for time, is_call in merge(((time, True) for time in times), ((time, False) for time in fresh)):
        level = min(max(level, rate.burst), level + max(0.0, time - at) * rate.rate) + (-1.0 if is_call else owned)
        at = max(at, time)
        deepest = min(deepest, level)
    if -deepest > allowed:
        yield f"{operation}: {-deepest:.1f} calls more than {_shown(rate)} admit ({allowed:.1f} are explained)"


def _in_the_long_run(
    case: Case, operation: str, rate: Rate, made: Sequence[CallRecord], fresh: Sequence[float]
) -> Iterator[str]:
    """Whenever one begins to count, the calls are no more than the rate, what workers may have saved up, and what fresh ones own."""
    if _frozen(case):
        return  # a worker that stands still between its turn and its call sends it when it is another's turn
    workers = _workers(case)
    saved = max(rate.burst, float(workers))
    times = sorted(call.time for call in made if "late" not in (call.fault or ""))
    # since some moment: calls, less what the rate and the environments made since then explain
    excess = most = 0.0
    at = times[0] if times else 0.0
    for time, is_call in merge(((time, True) for time in times), ((time, False) for time in fresh)):
        excess -= max(0.0, time - at) * rate.rate
        at = max(at, time)
        excess = max(0.0, excess + (1.0 if is_call else -saved / workers))
        most = max(most, excess)
    # The last may have been quicker on their way than the first.
    allowed = saved + rate.rate * TRAVEL["connect"][1] + _ROUNDING
    if most > allowed:
        yield f"{operation}: in the long run {most:.1f} calls more than {rate.rate:g}/s ({allowed:.1f} are explained)"


def _fresh(case: Case) -> list[float]:
    """From when on environments count that were made for a message which came for the first time: they own a share of the burst at once.

    What a worker that died sent last is seen before anything that the environment in its place can send.
    """
    seen: set[int] = set()
    found = []
    for run in case.evidence.invocations:
        if run.environment not in seen and any(case.runs_of[message.id][0] is run for message in run.messages):
            found.append(run.began + TRAVEL["connect"][1])
        seen.add(run.environment)
    return sorted(found)


def _frozen(case: Case) -> bool:
    return any(fault.kind in FROZEN and fault.service == "connect" for fault in case.evidence.scenario.faults)


def _workers(case: Case) -> int:
    deployments = 2 if case.evidence.scenario.is_double else 1
    return _concurrency(case) * deployments * (2 if case.has_urgent_lane else 1)


def _concurrency(case: Case) -> int:
    return int(case.evidence.settings["maximum_concurrency"])


def _shown(rate: Rate) -> str:
    return f"{rate.rate:g}/s with a burst of {rate.burst:g}"
