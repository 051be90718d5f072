"""Rules on what Connect was asked to do (b): at most once, not after its time and not before."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulation import rules_names
from tests.simulation.case import Case
from tests.simulation.travel import on_its_way


def twice(case: Case) -> Iterator[str]:
    """A contact or a name was transferred more than once, or a name had more than one token."""
    for contact, records in case.transfers.items():
        ours = [record for record in records if record.by == "TransferContact"]
        if len(ours) > 1:
            times = ", ".join(f"{one.time - case.evidence.began:.1f} s" for one in ours)
            yield f"contact {contact} was transferred {len(ours)} times, at {times}"
    yield from rules_names.twice(case)
    yield from _tokens(case)


def _tokens(case: Case) -> Iterator[str]:
    """Every call has the token of a request, and asks for what that request asked for."""
    wanted = {
        token: (contact, one.target.flow, one.target.queue, one.target.user)
        for one in case.evidence.wanted
        for token, contact in one.tokens.items()
    }
    shown: set[str] = set()
    for call in case.evidence.calls:
        if call.operation == "TransferContact":
            asked = tuple(call.ids.get(name) for name in ("ContactId", "ContactFlowId", "QueueId", "UserId"))
            if wanted.get(call.ids.get("ClientToken", "")) != asked and str(asked[0]) not in shown:
                shown.add(str(asked[0]))
                yield f"contact {asked[0]} was called for with a token that is not that of a request for it"


def expired(case: Case) -> Iterator[str]:
    """A call to transfer was started after the request had expired, by any clock that its worker may have had."""
    until: dict[str | None, float] = {}
    for wanted in case.evidence.wanted:  # the same request may have been sent with a later end
        expires = wanted.request.expires_in
        ends = float("inf") if expires is None else case.evidence.began + expires
        for token in wanted.tokens:
            until[token] = max(until.get(token, 0.0), ends)
    for call in case.evidence.calls:
        if call.operation == "TransferContact":
            late = call.time - until.get(call.ids.get("ClientToken"), float("inf"))
            if late > case.evidence.scenario.sizing.skew + on_its_way(
                case.evidence.scenario, call, case.evidence.began
            ):
                yield f"contact {call.ids['ContactId']} was called for {late:.1f} s after its request had expired"


def before(case: Case) -> Iterator[str]:
    """A call to transfer was started before the request was due, by any clock that its worker may have had."""
    due: dict[str | None, float] = {}
    for wanted in case.evidence.wanted:  # the same request may have been sent without a time
        asked = wanted.request.due
        begins = 0.0 if asked is None else case.evidence.began + asked
        for token in wanted.tokens:
            due[token] = min(due.get(token, begins), begins)
    for call in case.evidence.calls:
        if call.operation == "TransferContact":
            early = due.get(call.ids.get("ClientToken"), 0.0) - call.time
            if early > case.evidence.scenario.sizing.skew:
                yield f"contact {call.ids['ContactId']} was called for {early:.1f} s before its request was due"
