"""Rules on what Connect was asked to do (b): at most once, and not after its time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from local.connect.model import CallRecord, FaultKind
from local.virtual import Kind
from local.virtual.wire import TRAVEL
from tests.simulation import rules_names
from tests.simulation.case import Case


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
    names: dict[tuple[str | None, ...], set[str | None]] = defaultdict(set)
    tokens: dict[tuple[str | None, ...], set[str | None]] = defaultdict(set)
    for wanted in case.evidence.wanted:
        target = wanted.target
        names[target.contact, target.flow, target.queue, target.user].add(wanted.request.request_id)
    for call in case.evidence.calls:
        if call.operation == "TransferContact":
            asked = tuple(call.ids.get(name) for name in ("ContactId", "ContactFlowId", "QueueId", "UserId"))
            tokens[asked].add(call.ids.get("ClientToken"))
    for key, seen in tokens.items():
        if key not in names:
            yield f"contact {key[0]} was asked to be transferred where nobody wanted it"
        elif len(seen) > len(names[key]) or None in seen:
            yield f"contact {key[0]}: one request was sent with {len(seen)} tokens"


def expired(case: Case) -> Iterator[str]:
    """A call to transfer was started after the request had expired, by any clock that its worker may have had."""
    until: dict[tuple[str | None, ...], float] = {}
    for wanted in case.evidence.wanted:
        target, expires = wanted.target, wanted.request.expires_in
        key = (target.contact, target.flow, target.queue, target.user)
        until[key] = max(until.get(key, 0.0), float("inf") if expires is None else case.evidence.began + expires)
    for call in case.evidence.calls:
        if call.operation == "TransferContact":
            asked = tuple(call.ids.get(name) for name in ("ContactId", "ContactFlowId", "QueueId", "UserId"))
            late = call.time - until.get(asked, float("inf"))
            if late > case.evidence.scenario.sizing.skew + _on_its_way(case, call):
                yield f"contact {asked[0]} was called for {late:.1f} s after its request had expired"


def _on_its_way(case: Case, call: CallRecord) -> float:
    """How long before it is seen a call may have been started."""
    scenario, at = case.evidence.scenario, call.time - case.evidence.began
    held = sum(fault.delay for fault in scenario.connect_faults if fault.kind is FaultKind.LATE)
    frozen = [
        fault.seconds
        for fault in scenario.faults
        if fault.kind is Kind.FREEZE and fault.service == "connect" and fault.begins <= at < fault.ends + fault.seconds
    ]
    return TRAVEL["connect"][1] + (held if "late" in (call.fault or "") else 0.0) + max(frozen, default=0.0)
