"""Rules on cancellations (b, c): what was called off is not called for by work that begins later, and nothing else is cancelled."""

from __future__ import annotations

from collections.abc import Iterator

from local.virtual import Invocation, Message
from tests.simulation.case import SKEW, Case
from tests.simulation.evidence import Wanted
from tests.simulation.travel import on_its_way
from tests.simulation.verdict import Verdict

#: As docs/contract.md has it.
_HOLDS_SECONDS = 7 * 86_400.0


def cancelled(case: Case) -> Iterator[str]:
    """Work that began after a cancellation of its request had been recorded called for its contact."""
    for wanted in case.evidence.wanted:
        recorded = [one for one in _cancellations(case, wanted) if one.deleted is not None]
        if not recorded:
            continue
        for call in case.asked_by(wanted):
            slack = on_its_way(case.evidence.scenario, call, case.evidence.began)
            work = [
                (message, run)
                for message in wanted.messages
                for run in case.runs_of.get(message.id, ())
                if run.began <= call.time <= (run.over or run.ended or call.time) + slack
            ]
            late = [one for one in recorded if work and all(_holds(one, *which) for which in work)]
            if late:
                at = call.time - case.evidence.began
                yield f"request {wanted.number} called at {at:.1f} s, and {late[0].id} had cancelled it before that work began"


def _holds(cancellation: Message, message: Message, run: Invocation) -> bool:
    """Whether the cancellation had been recorded when the work began, and holds for what the message asks."""
    recorded = cancellation.deleted is not None and cancellation.deleted < run.began
    return recorded and message.sent < cancellation.sent + _HOLDS_SECONDS - SKEW


def called_off(case: Case, verdict: Verdict, wanted: Wanted) -> bool:
    """Whether somebody had cancelled the request when it was said so."""
    began = [
        min((run.began for run in case.runs_of.get(one.id, ())), default=float("inf"))
        for one in _cancellations(case, wanted)
    ]
    return any(time <= verdict.decided for time in began)


def _cancellations(case: Case, wanted: Wanted) -> Iterator[Message]:
    """The messages that cancel the request, by its name or with its batch."""
    names = {("cancelRequestId", wanted.request.request_id), ("cancelBatchId", wanted.request.batch)}
    for other in case.evidence.wanted:
        if other.request.cancels is not None and other.request.cancels in names:
            yield from other.messages
