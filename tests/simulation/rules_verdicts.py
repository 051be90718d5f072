"""Rules on failures: true, looked into, complete (c), and never too early (d)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from local.connect.model.records import MAXIMUM_TRANSFERS
from tests.simulation import rules_names, rules_routes
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
        missing = [name for name in _reason(verdict) if not verdict.told(name)]
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
    for verdict in case.verdicts:
        wanted = verdict.wanted
        if wanted is None or verdict.code in wanted.request.codes:
            continue
        if verdict.code == "RetriesExhausted" and not wanted.request.static:
            continue  # whether its time had come is d-early's to say
        if not _true(case, verdict, wanted):
            yield f"request {wanted.number} failed {_at(case, verdict)} as {verdict.code}, which is not so: {verdict.text}"


def _at(case: Case, verdict: Verdict) -> str:
    return f"at {verdict.time - case.evidence.began:.1f} s"


def _true(case: Case, verdict: Verdict, wanted: Wanted) -> bool:
    check = TRUE_WHEN.get(verdict.code)
    return check is not None and check(case, verdict, wanted)


def _gone(case: Case, verdict: Verdict, wanted: Wanted) -> bool:
    contact = wanted.target.contact
    ended = case.evidence.ended_contacts.get(contact, float("inf")) <= verdict.decided
    # a transferred contact may really end only later; by the run's one clock, so that no worker's clock matters here
    return ended or case.successes_of_contact(contact, verdict.decided)


def _hidden_end(case: Case, verdict: Verdict, wanted: Wanted) -> bool:
    """Whether the contact was gone, and Connect did not show it yet when the outcome was found, so the refusal had no visible reason."""
    contact = wanted.target.contact
    ends = [case.evidence.ended_contacts.get(contact, float("inf"))]
    ends += [record.time for record in case.transfers.get(contact, ())]
    hidden = float(case.switch("end_shown_after") or 0.0) + float(case.switch("old_contact_active_for") or 0.0)
    return any(
        min(ends) <= until and since <= max(end for end in ends if end <= until) + hidden + SKEW
        for since, until in case.deciding(verdict)
    )


def _hidden_and_not_found(case: Case, verdict: Verdict, wanted: Wanted) -> bool:
    # assumed: a contact that has ended may be answered 404
    return _hidden_end(case, verdict, wanted) and str(case.switch("ended_contact_answers")) == "not-found"


def _expired(case: Case, verdict: Verdict, wanted: Wanted) -> bool:
    expires = wanted.request.expires_in
    return expires is not None and verdict.decided - case.evidence.began >= expires - SKEW


def _unknown(case: Case, verdict: Verdict, wanted: Wanted) -> bool:
    """Whether a call of this very request may have been made whose answer never came, and the contact is gone, or looks so.

    Refused after a lost answer, it looks to the worker as if the contact had ended by the call, and its end showed late. Of a request that
    kills the worker nobody finds out more.
    """
    lost = _unanswered(case, wanted, verdict.decided) or _delayed(case, wanted, verdict.decided)
    may_have_called = bool(lost) or case.cut_short(wanted, verdict.decided)
    if KILLS in verdict.text:
        return may_have_called
    refused = "DestinationNotFound" in wanted.request.codes or _rejected(case, verdict, wanted)
    return (_gone(case, verdict, wanted) or refused) and may_have_called


def _rejected(case: Case, verdict: Verdict, wanted: Wanted) -> bool:
    remembered = bool(case.switch("token_remembers_rejection"))
    # a flow may be archived when it is called for and restored when the worker looks why that was refused
    return _hidden_end(case, verdict, wanted) or remembered or _archived(case, verdict, wanted)


def _narrowed(case: Case, verdict: Verdict, wanted: Wanted) -> bool:
    """Whether the deployment's settings refused the queue when it was found so."""
    deployments = case.evidence.scenario.deployments
    began = case.evidence.began
    for since, until in case.deciding(verdict):
        for number, one in enumerate(deployments):
            ends = deployments[number + 1].at if number + 1 < len(deployments) else float("inf")
            # an invocation that was under way ends with the settings that it began with
            longest = case.evidence.scenario.sizing.timeout
            if (
                one.queues
                and wanted.request.queue not in one.queues
                and since < began + ends + longest
                and began + one.at <= until
            ):
                return True
    return False


def _archived(case: Case, verdict: Verdict, _wanted: Wanted) -> bool:
    now = verdict.time - case.evidence.began
    return any(doing.what == "archive" and doing.at < now for doing in case.evidence.scenario.doings)


def _elsewhere(case: Case, _verdict: Verdict, wanted: Wanted) -> bool:
    number = wanted.request.contact
    return number < len(case.evidence.scenario.contacts) and case.evidence.scenario.contacts[number] == "elsewhere"


def _several(case: Case, _verdict: Verdict, wanted: Wanted) -> bool:
    """Whether some contact was transferred twice: its requests follow one chain, and then there are two."""
    return any(len(made) > 1 for made in case.transfers.values()) and wanted.request.follow


def _full(case: Case, _verdict: Verdict, wanted: Wanted) -> bool:
    return case.evidence.preceding.get(wanted.target.contact, 0) >= MAXIMUM_TRANSFERS


TRUE_WHEN: Mapping[str, Callable[[Case, Verdict, Wanted], bool]] = {
    "ContactNotActive": _gone,
    "RequestExpired": _expired,
    "OutcomeUnknown": _unknown,
    "RejectedByConnect": _rejected,
    "DestinationNotFound": _hidden_and_not_found,
    "DestinationNotAllowed": _narrowed,
    "FlowNotUsable": _archived,
    "IdempotencyMismatch": rules_names.bound,
    "TransferLimitReached": _full,
    "ContactInAnotherRegion": _elsewhere,
    "SeveralActiveContacts": _several,
    "RouteLimitReached": rules_routes.reached,
}


def _delayed(case: Case, wanted: Wanted, before: float) -> list[float]:
    """When calls of the request reached Connect that had been under way for long, or were answered late: nobody waited perhaps."""
    return [
        call.time
        for call in case.asked_by(wanted)
        if call.time <= before and ("late" in (call.fault or "") or "slow" in (call.fault or ""))
    ]


def _unanswered(case: Case, wanted: Wanted, before: float) -> list[float]:
    """When calls of the request were made whose answer does not tell what happened, or never came.

    A call for a contact that has ended transfers nothing, whatever is answered.
    """
    ended = case.evidence.ended_contacts.get(wanted.target.contact, float("inf"))
    return [
        call.time
        for call in case.asked_by(wanted)
        if call.time <= min(before, ended) and _in_doubt(call.delivered, call.status)
    ]


def _in_doubt(delivered: str, status: int) -> bool:
    if delivered == "refused":
        return False
    return delivered != "answer" or status >= 500 or status in (0, 408, 409)


def doubt(case: Case) -> Iterator[str]:
    """A failure was declared against what happened, or before anybody looked."""
    for verdict in case.verdicts:
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
    contact = wanted.target.contact
    if verdict.code == "ContactNotActive" and any(
        record.by == "TransferContact" and record.time <= verdict.decided for record in case.transfers.get(contact, ())
    ):
        return  # settled by another request's transfer, whose answer was its proof
    since = verdict.decided - rules_names.remembered(case)
    asked = [
        time
        for time in _unanswered(case, wanted, verdict.decided)
        if since < time and not case.by_a_copy(verdict, wanted, time)
    ]
    if not asked:
        return
    looks = [
        call.time
        for call in case.calls.get(contact, ())
        if call.operation == "ListAssociatedContacts" and call.delivered == "answer" and call.status in (200, 404)
    ]
    if not any(asked[-1] < time <= verdict.decided for time in looks):
        seen = verdict.decided - asked[-1]
        told = f"request {wanted.number} failed {_at(case, verdict)} as {verdict.code}"
        yield f"{told}, {seen:.0f} s after an answer was lost, and nobody looked"
    made = asked[-1] - (LATEST_SECONDS if asked[-1] in _delayed(case, wanted, verdict.decided) else 0.0)
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
