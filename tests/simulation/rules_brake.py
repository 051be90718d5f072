"""A rule on the parking brake: ten failures in a row for one flow or destination are parked at most, and the others wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from tests.simulation.case import SKEW, Case
from tests.simulation.evidence import Wanted
from tests.simulation.verdict import Verdict

#: As docs/contract.md has it.
_IN_A_ROW, _WITHIN = 10, 60.0
_OF_FLOW, _OF_DESTINATION = ("FlowNotUsable", "FlowNotFound"), ("DestinationNotFound",)


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


def may_wait(case: Case, wanted: Wanted, by: float) -> bool:
    """Whether so many had failed by then, for the flow or the destination of a request, that it may have had to wait for it."""
    of_it = {f"flow {wanted.target.flow}", f"{wanted.target.queue or wanted.target.user}"}
    failed = {
        verdict.original
        for verdict in case.verdicts
        if verdict.wanted is not None and verdict.decided <= by and _target(verdict.code, verdict.wanted) in of_it
    }
    return len(failed) >= _IN_A_ROW


def _worked(case: Case, since: float, until: float) -> bool:
    """Whether any transfer was made meanwhile, which begins the row anew where it was for the same flow or destination."""
    return any(since - SKEW <= record.time <= until + SKEW for record in case.evidence.transfers)


def _target(code: str, wanted: Wanted) -> str | None:
    if code in _OF_FLOW:
        return f"flow {wanted.target.flow}"
    return f"{wanted.target.queue or wanted.target.user}" if code in _OF_DESTINATION else None
