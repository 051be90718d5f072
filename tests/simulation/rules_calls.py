"""Rules on what Connect was asked to do (b): at most once, and not after its time."""

from __future__ import annotations

from collections.abc import Iterator

from local.connect.model import CallRecord, FaultKind
from local.virtual.wire import TRAVEL
from tests.simulation import rules_names
from tests.simulation.case import FROZEN, Case


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
        one.token: (one.target.contact, one.target.flow, one.target.queue, one.target.user)
        for one in case.evidence.wanted
    }
    told: set[str] = set()
    for call in case.evidence.calls:
        if call.operation == "TransferContact":
            asked = tuple(call.ids.get(name) for name in ("ContactId", "ContactFlowId", "QueueId", "UserId"))
            if wanted.get(call.ids.get("ClientToken")) != asked and str(asked[0]) not in told:
                told.add(str(asked[0]))
                yield f"contact {asked[0]} was called for with a token that is not that of a request for it"


def expired(case: Case) -> Iterator[str]:
    """A call to transfer was started after the request had expired, by any clock that its worker may have had."""
    until: dict[str | None, float] = {}
    for wanted in case.evidence.wanted:  # the same request may have been sent with a later end
        expires = wanted.request.expires_in
        ends = float("inf") if expires is None else case.evidence.began + expires
        until[wanted.token] = max(until.get(wanted.token, 0.0), ends)
    for call in case.evidence.calls:
        if call.operation == "TransferContact":
            late = call.time - until.get(call.ids.get("ClientToken"), float("inf"))
            if late > case.evidence.scenario.sizing.skew + _on_its_way(case, call):
                yield f"contact {call.ids['ContactId']} was called for {late:.1f} s after its request had expired"


def _on_its_way(case: Case, call: CallRecord) -> float:
    """How long before it is seen a call may have been started."""
    scenario, at = case.evidence.scenario, call.time - case.evidence.began
    held = sum(fault.delay for fault in scenario.connect_faults if fault.kind is FaultKind.LATE)
    frozen = [
        fault.seconds
        for fault in scenario.faults
        if fault.kind in FROZEN and fault.service == "connect" and fault.begins <= at < fault.ends + fault.seconds
    ]
    return TRAVEL["connect"][1] + (held if "late" in (call.fault or "") else 0.0) + max(frozen, default=0.0)
