"""Rules on successes that were inferred (g): by the request's own call, and a transfer is that of one request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator

from local.virtual import Published
from tests.simulation.case import FROZEN, SKEW, Case
from tests.simulation.evidence import Wanted
from tests.simulation.scenario import LATEST_SECONDS

#: So long after it was sent a call may take effect, as far as its worker can know: what is left of the invocation, five minutes for
#: which AWS takes what was signed, and 30 s of processing (assumed).
_EFFECT_SECONDS = 330.0
_INFERRED = "inferred"


def own(case: Case) -> Iterator[str]:
    """A success was inferred from somebody else's transfer, and no call of the request's own can have made it."""
    for wanted in case.evidence.wanted:
        for event in case.successes.get(wanted.number, ()):
            if event.detail.get("attribution") != _INFERRED or case.made_by(wanted):
                continue
            made = [one for one in case.fitting(wanted) if event.detail.get("newContactId") in (one.new, None)]
            if made and not any(_may_be_own(case, wanted, one.time, event.time) for one in made):
                at = event.time - case.evidence.began
                told = f"a success of request {wanted.number} is inferred at {at:.1f} s from {made[0].new}"
                yield f"{told}, made when no call of its own was in doubt"


def _may_be_own(case: Case, wanted: Wanted, made: float, by: float) -> bool:
    """Whether, as far as its workers can know, a call of the request was in doubt that may have made the transfer."""
    faults = case.evidence.scenario.faults
    longest = case.evidence.scenario.sizing.timeout + max(
        (one.seconds for one in faults if one.kind in FROZEN), default=0.0
    )
    doubts = [(time, time) for time in case.unanswered(wanted, by)]
    # a call that is under way for long is seen only when it arrives
    doubts += [(time - LATEST_SECONDS, time) for time in case.delayed(wanted, by + longest + LATEST_SECONDS)]
    runs = (run for message in wanted.messages for run in case.runs_of.get(message.id, ()) if run.began < by)
    # what the ledger was not told of, because its worker died or the ledger did not answer, its next worker takes for a call
    untold = any(fault.service == "dynamodb" for fault in faults)
    cut = (run for run in runs if run.how != "completed" or (untold and run.disturbed))
    doubts += [(run.began, run.over or run.ended or by) for run in cut]
    return any(since - longest - SKEW <= made <= until + longest + _EFFECT_SECONDS + SKEW for since, until in doubts)


def once(case: Case) -> Iterator[str]:
    """A transfer was announced as that of two requests."""
    told: dict[str, dict[Hashable, tuple[Wanted, Published]]] = defaultdict(dict)
    for wanted in case.evidence.wanted:
        for event in case.successes.get(wanted.number, ()):
            new = event.detail.get("newContactId")
            if new is not None and not (case.evidence.scenario.is_double and _cannot_know(wanted, event, case)):
                told[new].setdefault(wanted.identity, (wanted, event))
    for new, requests in told.items():
        if len(requests) > 1 and not case.switch("answers_old_contact_id"):
            numbers = " and ".join(str(wanted.number) for wanted, _ in requests.values())
            yield f"{new} is announced as made by requests {numbers}"


def _cannot_know(wanted: Wanted, event: Published, case: Case) -> bool:
    """Whether the deployment may take another one's transfer for its own: to the same destination, while its own call was in doubt."""
    inferred = event.detail.get("attribution") == _INFERRED
    return inferred and any(_may_be_own(case, wanted, one.time, event.time) for one in case.fitting(wanted))
