"""When a failure code, a skip or a cancellation is true: judged by Connect's history and the fate of the messages."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from local.connect.model.records import MAXIMUM_TRANSFERS
from tests.simulation import rules_brake, rules_cancellations, rules_names, rules_routes
from tests.simulation.case import KILLS, SKEW, Case
from tests.simulation.evidence import Wanted
from tests.simulation.verdict import Verdict

_OK = 200


def is_true(case: Case, verdict: Verdict, wanted: Wanted) -> bool:
    """Whether it is true of the request, by what happened."""
    check = TRUE_WHEN.get(verdict.code)
    return check is not None and check(case, verdict, wanted)


def _gone(case: Case, verdict: Verdict, wanted: Wanted) -> bool:
    """Whether the contact was not active any more; of a request that follows, whether nothing active followed it that showed."""
    since = min(since for since, _ in case.deciding(verdict))
    shown = float(case.switch("successor_listed_after") or 0.0) + SKEW
    line = case.line(wanted)
    active = [one for one in line if not case.is_over(one, verdict.decided)]
    return all(one != line[0] and case.made_at(one) + shown > since for one in active)


def _moved_or_ended(case: Case, verdict: Verdict, wanted: Wanted) -> bool:
    return any(case.is_over(contact, verdict.decided) for contact in case.line(wanted))


def _hidden_end(case: Case, verdict: Verdict, wanted: Wanted) -> bool:
    """Whether the contact was gone, and Connect did not show it yet when the outcome was found, so the refusal had no visible reason."""
    ends = [case.evidence.ended_contacts.get(contact, float("inf")) for contact in case.line(wanted)]
    ends += [record.time for contact in case.line(wanted) for record in case.transfers.get(contact, ())]
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
    lost = case.unanswered(wanted, verdict.decided) or case.delayed(wanted, verdict.decided)
    may_have_called = bool(lost) or case.cut_short(wanted, verdict.decided)
    if KILLS in verdict.text:
        return may_have_called
    refused = "DestinationNotFound" in wanted.request.codes or _rejected(case, verdict, wanted)
    return (_moved_or_ended(case, verdict, wanted) or refused) and may_have_called


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
    """Whether the flow was archived at some time while it was found so."""
    return any(case.was_archived(since, until) for since, until in case.deciding(verdict))


def _elsewhere(case: Case, _verdict: Verdict, wanted: Wanted) -> bool:
    number = wanted.request.contact
    return number < len(case.evidence.scenario.contacts) and case.evidence.scenario.contacts[number] == "elsewhere"


def _several(case: Case, verdict: Verdict, wanted: Wanted) -> bool:
    """Whether two contacts that follow the named one were active when it was found so, or showed as active still."""
    hidden = float(case.switch("end_shown_after") or 0.0) + SKEW
    return any(
        sum(case.made_at(one) <= until and not case.is_over(one, since - hidden) for one in case.line(wanted)) > 1
        for since, until in case.deciding(verdict)
    )


def _full(case: Case, _verdict: Verdict, wanted: Wanted) -> bool:
    return any(case.evidence.preceding.get(one, 0) >= MAXIMUM_TRANSFERS for one in case.line(wanted))


def _not_waiting(case: Case, verdict: Verdict, wanted: Wanted) -> bool:
    """Whether the contact was in no queue, or in another one, or Connect may not have shown its queue yet."""
    hidden = float(case.switch("destination_known_after") or 0.0) + SKEW
    queue = case.evidence.said(wanted).get("onlyIfInQueueId")
    states, line = case.evidence.states, case.line(wanted)
    return any(
        states.was_elsewhere(one, queue, since, until) or case.made_at(one) + hidden > since
        for since, until in case.deciding(verdict)
        for one in line
    )


def _with_an_agent(case: Case, verdict: Verdict, wanted: Wanted) -> bool:
    return any(case.evidence.states.connected(one, verdict.decided) for one in case.line(wanted))


def _exhausted(case: Case, verdict: Verdict, wanted: Wanted) -> bool:
    """Whether something that passes kept the request from its end. Waiting for the pace, or for another worker, does not count."""
    if KILLS in verdict.text:
        return True  # how often it did is d-early's to say
    if wanted.request.route is not None or wanted.request.follow:
        return True  # Connect may not show yet to which tree its contact belongs, or what follows it
    if any(run.how != "completed" or run.disturbed for run in case.fates.runs_for(verdict.original)):
        return True
    calls = (
        call for contact in case.line(wanted) for call in case.calls.get(contact, ()) if call.time <= verdict.decided
    )
    failed = any(call.status != _OK or call.delivered != "answer" for call in calls)
    return failed or rules_brake.is_of_brake(wanted) or case.was_archived(case.evidence.began, verdict.decided)


TRUE_WHEN: Mapping[str, Callable[[Case, Verdict, Wanted], bool]] = {
    "ContactNotActive": _gone,
    "RequestExpired": _expired,
    "OutcomeUnknown": _unknown,
    "RetriesExhausted": _exhausted,
    "RejectedByConnect": _rejected,
    "DestinationNotFound": _hidden_and_not_found,
    "DestinationNotAllowed": _narrowed,
    "FlowNotUsable": _archived,
    "IdempotencyMismatch": rules_names.bound,
    "TransferLimitReached": _full,
    "ContactInAnotherRegion": _elsewhere,
    "SeveralActiveContacts": _several,
    "RouteLimitReached": rules_routes.reached,
    "ContactEnded": _gone,
    "NotInQueue": _not_waiting,
    "ConnectedToAgent": _with_an_agent,
    "Cancelled": rules_cancellations.called_off,
}
