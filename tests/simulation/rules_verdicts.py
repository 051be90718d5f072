"""Rules on failures: true, looked into, complete (c), and never too early (d)."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulation import rules_names, truths
from tests.simulation.case import DEADLY, FROM_WORK, KILLS, SKEW, Case
from tests.simulation.evidence import Wanted
from tests.simulation.scenario import LATEST_SECONDS
from tests.simulation.verdict import Verdict


def body(case: Case) -> Iterator[str]:
    """A parked message differs from what was sent, or says nothing of why."""
    for verdict in case.verdicts:
        if verdict.original not in case.sent:
            yield f"a parked message names {verdict.original!r} as its original, which was never sent"
        elif verdict.parked is None or case.sent[verdict.original].body != verdict.parked.body:
            yield f"{verdict.original} was parked with another body"
        missing = [name for name in _reason(verdict) if not verdict.attribute(name)]
        if missing:
            yield f"{verdict.original} was parked without {' and '.join(missing)}"


def _reason(verdict: Verdict) -> Iterator[str]:
    """What is known of it at least."""
    yield from ("FailureMessage", "FailedAt")
    if verdict.wanted is not None and not verdict.wanted.request.static:
        yield from ("RequestName", "ContactId")
    if verdict.code in FROM_WORK:
        yield "Attempts"


def code(case: Case) -> Iterator[str]:
    """A failure code that is not true of the request."""
    for verdict in (*case.verdicts, *case.dropped):
        wanted = verdict.wanted
        if wanted is None or verdict.code in wanted.request.codes:
            continue
        if not truths.is_true(case, verdict, wanted):
            yield f"request {wanted.number} failed {_at(case, verdict)} as {verdict.code}, which is not so: {verdict.text}"


def skipped(case: Case) -> Iterator[str]:
    """A request that asks for a contact that waits has failed because its contact is not active."""
    for verdict in case.verdicts:
        if verdict.code == "ContactNotActive" and verdict.wanted is not None and verdict.wanted.request.is_conditional:
            yield f"request {verdict.wanted.number} failed {_at(case, verdict)} as ContactNotActive, which is a reason to skip it"


def _at(case: Case, verdict: Verdict) -> str:
    return f"at {verdict.time - case.evidence.began:.1f} s"


def doubt(case: Case) -> Iterator[str]:
    """A failure, a skip or a cancellation was declared against what happened, or before anybody looked."""
    for verdict in (*case.verdicts, *case.dropped):
        wanted = verdict.wanted
        if wanted is None or wanted.request.static:
            continue
        made = [record for record in case.made_by(wanted) if _against(case, verdict, wanted, record.time)]
        if made:
            done = f"transferred {made[0].old} to {made[0].new}"
            yield f"request {wanted.number} failed {_at(case, verdict)} as {verdict.code}, and it {done}"
        yield from _unlooked(case, verdict, wanted)


def _against(case: Case, verdict: Verdict, wanted: Wanted, transferred: float) -> bool:
    """Whether a transfer belies the outcome: made before it, or after it by a call that had been made before it."""
    if verdict.code == "OutcomeUnknown":
        return False
    if transferred <= verdict.decided - rules_names.remembered(case):
        return False  # the ledger need not know it any more
    if transferred <= verdict.decided:
        return not case.by_a_copy(verdict, wanted, transferred)
    runs = [run for message in wanted.messages for run in case.runs_of.get(message.id, ())]
    return not any(run.began <= transferred and (run.over or transferred) > verdict.decided for run in runs)


def _unlooked(case: Case, verdict: Verdict, wanted: Wanted) -> Iterator[str]:
    line = case.line(wanted)
    if verdict.code in ("ContactNotActive", "ContactEnded") and any(
        record.by == "TransferContact" and record.time <= verdict.decided
        for contact in line
        for record in case.transfers.get(contact, ())
    ):
        return  # settled by another request's transfer, whose answer was its proof
    since = verdict.decided - rules_names.remembered(case)
    asked = [
        time
        for time in case.unanswered(wanted, verdict.decided)
        if since < time and not case.by_a_copy(verdict, wanted, time)
    ]
    if not asked:
        return
    looks = [
        call.time
        for contact in line
        for call in case.calls.get(contact, ())
        if call.operation == "ListAssociatedContacts" and call.delivered == "answer" and call.status in (200, 404)
    ]
    if not any(asked[-1] < time <= verdict.decided for time in looks):
        seen = verdict.decided - asked[-1]
        begin = f"request {wanted.number} failed {_at(case, verdict)} as {verdict.code}"
        yield f"{begin}, {seen:.0f} s after an answer was lost, and nobody looked"
    made = asked[-1] - (LATEST_SECONDS if asked[-1] in case.delayed(wanted, verdict.decided) else 0.0)
    settle = case.evidence.settings["settle_minutes"] * 60
    waits = verdict.code == "OutcomeUnknown" and KILLS not in verdict.text
    if waits and verdict.decided < made + settle - 2 * SKEW:
        yield f"request {wanted.number} failed {_at(case, verdict)} as OutcomeUnknown before settleMinutes were over"


def early(case: Case) -> Iterator[str]:
    """Something that passes was taken for permanent before its time."""
    patience = case.evidence.settings["retry_for_hours"] * 3600
    for verdict in case.verdicts:
        wanted = verdict.wanted
        if wanted is None or (verdict.code != "RetriesExhausted" and KILLS not in verdict.text):
            continue
        runs = [run for message in wanted.messages for run in case.runs_of.get(message.id, ())]
        if KILLS in verdict.text:
            cut = sum(run.how in ("died", "timed out") or run.disturbed for run in runs)
            if cut < DEADLY:
                yield f"request {wanted.number} was given up {_at(case, verdict)} as a poison message; {cut} invocations were cut short"
            continue
        received = case.sent[verdict.original].first_received
        if verdict.time < received + patience - 2 * SKEW:
            hours = (verdict.time - received) / 3600
            yield f"request {wanted.number} was given up {hours:.2f} h after the first receive of its message"
