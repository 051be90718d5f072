"""Rule on sweeps (b): they ask for what waits in their queue, oldest first, and move nothing else and nothing twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from local.connect.model import CallRecord, Rate
from local.virtual.wire import TRAVEL
from tests.simulation.case import SKEW, Case
from tests.simulation.rules_conditions import held
from tests.simulation.sweep_runs import SweepRun


def sweeps(case: Case) -> Iterator[str]:
    """A sweep asked for, or moved, what it should not have, or passed over what had waited for longer."""
    for run in case.evidence.sweeps:
        begin = f"the sweep at {run.began - case.evidence.began:.1f} s"
        yield from (f"{begin} {what}" for what in _asked(case, run))
    yield from _moved(case)


def _asked(case: Case, run: SweepRun) -> Iterator[str]:
    if len(set(run.asked)) < len(run.asked):
        yield "asked for a contact twice"
    if len(run.asked) > run.sweep.limit:
        yield f"asked for {len(run.asked)} contacts, and {run.sweep.limit} are its limit"
    shown_late = float(case.switch("search_shows_after") or 0.0)
    latest = run.ended - run.sweep.older * 60.0 + SKEW
    for contact in run.asked:
        if not case.evidence.states.waited(contact, run.queue_id, run.began - shown_late - SKEW, run.ended):
            yield f"asked for {contact}, which did not wait in its queue"
        elif not case.evidence.states.waited(contact, run.queue_id, 0.0, latest):
            yield f"asked for {contact}, which had not waited for {run.sweep.older} minutes"
    if run.completed and not shown_late and len(run.asked) == run.sweep.limit:
        yield from _passed_over(case, run)


def _passed_over(case: Case, run: SweepRun) -> Iterator[str]:
    """What had waited for longer than something that was asked for, all the time, and was not asked for."""
    states = case.evidence.states
    waits = {contact: states.queued_at(contact, run.queue_id, run.began - SKEW) for contact in case.evidence.trees}
    newest = max((waits[contact] or run.began for contact in run.asked), default=0.0)
    for contact, since in waits.items():
        if contact in run.asked or since is None or since >= newest:
            continue
        gone = states.connected(contact, run.ended) or case.is_over(contact, run.ended)
        if not gone and states.queued_at(contact, run.queue_id, run.ended) == since:
            yield f"passed over {contact}, which had waited for longer than others"


def searches(case: Case, rate: Rate, made: Sequence[CallRecord]) -> Iterator[str]:
    """A sweep searched faster than the quota admits. Sweeps that run at once know nothing of each other, and each begins with a call."""
    late = TRAVEL["connect"][1]
    for run in case.evidence.sweeps:
        ends = run.ended + late
        calls = sum(run.began <= call.time <= ends for call in made)
        together = [
            min(ends, other.ended + late) - max(run.began, other.began)
            for other in case.evidence.sweeps
            if other.began <= ends and run.began <= other.ended + late
        ]
        allowed = sum(rate.burst + max(0.0, seconds) * rate.rate for seconds in together)
        if calls > allowed:
            yield f"SearchContacts: {calls} calls in {ends - run.began:.1f} s, and {allowed:.1f} are explained"


def _moved(case: Case) -> Iterator[str]:
    queues = {run.queue_id for run in case.evidence.sweeps}
    for wanted in case.evidence.wanted:
        if not wanted.request.swept:
            continue
        for record in case.made_by(wanted):
            at = record.time - case.evidence.began
            if record.old != wanted.target.contact:
                yield f"a sweep that had found {wanted.target.contact} moved {record.old} at {at:.1f} s"
            elif not any(held(case, wanted, record, queue) for queue in queues):
                yield f"a sweep moved {record.old} at {at:.1f} s, which did not wait in its queue"
