"""A rule on the parking brake: ten failures in a row for one flow or destination are parked at most, and the others wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from local.virtual import Invocation
from tests.simulation.case import SKEW, Case
from tests.simulation.evidence import Wanted
from tests.simulation.verdict import Verdict

#: As docs/contract.md has it.
_IN_A_ROW, _WITHIN = 10, 60.0
_LOOK_AGAIN = 60.0
_OF_FLOW, _OF_DESTINATION = ("FlowNotUsable", "FlowNotFound"), ("DestinationNotFound",)
_CODES = frozenset((*_OF_FLOW, *_OF_DESTINATION))


def brake(case: Case) -> Iterator[str]:
    """An environment of the function parked an eleventh message in a row for one flow or destination, within a minute."""
    parked: dict[tuple[int, str], list[Verdict]] = defaultdict(list)
    for verdict in case.verdicts:
        wanted = verdict.wanted
        target = None if wanted is None else _target(verdict.code, wanted)
        runs = case.fates.runs_for(verdict.original)
        # what came back may have failed before, and is reported again; what failed at once was counted by the one that received it
        if target is not None and len(runs) == 1:
            parked[runs[0].environment, target].append(verdict)
    for (environment, target), verdicts in parked.items():
        inside = sorted({verdict.original: verdict.decided for verdict in verdicts}.values())
        for first, eleventh in zip(inside, inside[_IN_A_ROW:], strict=False):
            if eleventh - first < _WITHIN and not _worked(case, first, eleventh):
                at = eleventh - case.evidence.began
                yield f"environment {environment} parked more than ten in a row for {target}, the eleventh at {at:.1f} s"
                break


def is_of_brake(wanted: Wanted) -> bool:
    """Whether the request may fail with a code for which others then wait."""
    return bool(wanted.request.codes & _CODES)


def may_wait(case: Case, wanted: Wanted, run: Invocation) -> bool:
    """Whether the request may have waited in the run for its flow or its destination.

    Ten others had failed for it before, in a row, and it still was as bad; or it is looked at again within a minute.
    """
    targets = _targets(wanted)
    if not any(since <= run.ended for target, since in _braked(case).items() if target in targets):
        return False
    is_bad = bool(wanted.request.codes & _CODES) or case.was_archived(run.began, run.ended)
    since = run.began - _LOOK_AGAIN - case.evidence.scenario.sizing.timeout
    return is_bad or any(
        other.environment == run.environment
        and since <= other.began <= run.ended
        and any(_targets(case.evidence.of_message[message.id]) & targets for message in other.messages)
        for other in case.evidence.invocations
        if other is not run or len(run.messages) > 1
    )


def _braked(case: Case) -> dict[str, float]:
    """The flows and destinations for which ten failed within a minute, and when they had."""
    failed: dict[str, list[float]] = defaultdict(list)
    for verdict in case.verdicts:
        target = None if verdict.wanted is None else _target(verdict.code, verdict.wanted)
        if target is not None:
            failed[target].append(verdict.decided)
    found = {}
    for target, times in failed.items():
        times.sort()
        tenths = [last for first, last in zip(times, times[_IN_A_ROW - 1 :], strict=False) if last - first <= _WITHIN]
        if tenths:
            found[target] = tenths[0]
    return found


def _targets(wanted: Wanted) -> set[str]:
    return {f"flow {wanted.target.flow}", f"{wanted.target.queue or wanted.target.user}"}


def _worked(case: Case, since: float, until: float) -> bool:
    """Whether any transfer was made meanwhile, which begins the row anew where it was for the same flow or destination."""
    return any(since - SKEW <= record.time <= until + SKEW for record in case.evidence.transfers)


def _target(code: str, wanted: Wanted) -> str | None:
    if code in _OF_FLOW:
        return f"flow {wanted.target.flow}"
    return f"{wanted.target.queue or wanted.target.user}" if code in _OF_DESTINATION else None
