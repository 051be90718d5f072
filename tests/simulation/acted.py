"""How often each fault of the generator struck in a run: one that never acts proves nothing, so ``EXPECTED`` names them all.

Counted is what happened, not what was drawn; only of Connect's switches, which are in force all the time, the ways that were drawn.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import fields
from enum import StrEnum
from typing import Any

from local.connect.model import Course, FaultKind
from local.connect.model.switches import Ended, Limit, Method, Replay, Switches
from local.virtual import Kind
from tests.simulation import acted_reach
from tests.simulation.evidence import Evidence
from tests.simulation.scenario import RECEIVES, Scenario

_HOUR = 3600.0
_DAY = 86_400.0
_CALLS = (
    Kind.THROTTLED,
    Kind.ERROR,
    Kind.LOST_ERROR,
    Kind.DENIED,
    Kind.EXPIRED,
    Kind.REFUSED,
    Kind.LOST,
    Kind.LOST_ANSWER,
    Kind.LATE,
)
_DEATHS = (Kind.DIES, Kind.DIES_AFTER, Kind.DIES_DURING, Kind.FREEZE, Kind.FREEZE_ON)
_OWN = {
    "queue": (Kind.DUPLICATE, Kind.LOST_DELETE),
    "function": (Kind.NOT_INVOKED, Kind.RECYCLE, Kind.DIES_AFTER),
    "dynamodb": (*_CALLS, *_DEATHS),
    "sqs": (*_CALLS, Kind.PARTIAL, *_DEATHS),
    "events": (*_CALLS, Kind.PARTIAL, *_DEATHS),
    "connect": (*_DEATHS, Kind.FREEZE_SIGNED),
}
_OTHERS = ("end", "transfer", "link", "pause", "archive", "restore")
_WAYS: dict[type, tuple[Any, ...]] = {bool: (False, True), float: (0, 1)} | {
    kind: tuple(kind) for kind in (Replay, Ended, Limit, Method)
}


def _way(name: str, value: Any) -> str:
    if isinstance(value, StrEnum | bool):
        return f"switch: {name} {str(value).lower()}"
    return f"switch: {name} {'some time' if value else 'none'}"


#: A page holds something. The rest is for `transfers probe`: the service sends ids as it
#: reads them, and goes by these values.
_NOT_DRAWN = (
    "switch: associated_page_size none",
    "switch: unusable_flow_answers not-found",
    "switch: transfer_limit_answers invalid-request",
    "switch: transfer_shows_as queue_transfer",
    "switch: transfer_shows_as api",
    "switch: ids_in_any_case true",
    "switch: arns_as_ids false",
    "switch: paused_contact_refused true",
    "switch: flow_only_refused true",
    "switch: agent_has_queue true",
)
_SWITCHES = [
    _way(entry.name, way)
    for entry in fields(Switches)
    for way in _WAYS[type(entry.default)]
    if _way(entry.name, way) not in _NOT_DRAWN
]
EXPECTED = (
    *(f"{service}: {kind}" for service, kinds in _OWN.items() for kind in kinds),
    *(f"Connect: {kind}" for kind in FaultKind),
    *(f"Connect: {operation} away for an hour" for operation in ("*", "TransferContact")),
    *(f"{service}: away for an hour" for service in ("dynamodb", "sqs", "events")),
    "Connect: active tasks used up",
    *(f"others: {what}" for what in _OTHERS),
    "queue: not hidden beyond 12 hours",
    "queue: receives used up",
    "dynamodb: expired item deleted",
    "function: timed out",
    "function: clocks apart",
    "bus: duplicate of an event",
    "bus: replay",
    "bus: replay after a day",
    "producer: repeats",
    "producer: a name for another contact",
    "producer: a failed name corrected",
    "operator: redriven",
    "route: set off by itself",
    "deployment: fewer queues allowed",
    "deployment: whenInDoubt wait",
    *(f"flow: {course}" for course in (Course.MOVES_ON, Course.FAILS)),
    "producer: ids in capitals",
    *acted_reach.EXPECTED,
    *_SWITCHES,
)


def acted(evidence: Evidence) -> Counter[str]:
    """How often each of ``EXPECTED`` took place, and whatever else did."""
    counts = Counter({name: count for name, count in evidence.struck.items() if count})
    for call in evidence.calls:
        counts.update(f"Connect: {name}" for name in (call.fault.split("+") if call.fault else ()))
        counts["Connect: active tasks used up"] += call.status == 402 and call.fault is None and _no_tasks(evidence)
    counts.update(_outages(evidence))
    counts["function: timed out"] = sum(one.how == "timed out" for one in evidence.invocations)
    counts["function: clocks apart"] = bool(evidence.scenario.sizing.skew)
    counts["route: set off by itself"] = len(evidence.wanted) - len(evidence.scenario.requests)
    counts.update(_asked(evidence.scenario))
    counts.update(_named(evidence))
    counts.update(_ways(evidence.scenario))
    counts.update(_set(evidence.scenario))
    counts.update(acted_reach.acted(evidence))
    return +counts


def drawn(scenario: Scenario) -> set[str]:
    """What of ``EXPECTED`` may take place in a run of it; some of that only where the run comes to it."""
    names = {f"{fault.service}: {fault.kind}" for fault in scenario.faults} | _slow(scenario)
    for fault in scenario.connect_faults:
        names |= {f"Connect: {fault.kind}", f"Connect: {fault.operation} away for an hour"}
    names |= {f"{one.service}: away for an hour" for one in scenario.faults if one.probability >= 1}
    names |= {f"others: {doing.what}" for doing in scenario.doings}
    asked = [one.request_id for one in scenario.requests if one.request_id is not None]
    also = {
        "Connect: active tasks used up": scenario.active_tasks is not None,
        "queue: not hidden beyond 12 hours": scenario.limit_from_first and scenario.quiet > _DAY / 2,
        "queue: receives used up": scenario.maximum_receives < RECEIVES,
        "dynamodb: expired item deleted": scenario.expired_stay is not None,
        "operator: redriven": bool(scenario.redrives),
        "route: set off by itself": bool(scenario.loops),
        "producer: a name for another contact": len(set(asked)) < len(asked),
        "producer: a failed name corrected": len(set(asked)) < len(asked),
        "function: clocks apart": scenario.sizing.skew > 0,
    }
    names |= {name for name, may in also.items() if may} | set(_set(scenario))
    return names | (+_asked(scenario)).keys() | set(_ways(scenario)) | acted_reach.drawn(scenario)


def _set(scenario: Scenario) -> list[str]:
    """What is in force all the time, or from some time on, and was drawn."""
    found = [f"flow: {course}" for _, course, _ in scenario.courses]
    found += ["deployment: fewer queues allowed"] * len(scenario.deployments)
    found += ["deployment: whenInDoubt wait"] * (dict(scenario.settings).get("when_in_doubt") == "wait")
    return found + ["producer: ids in capitals"] * sum(ask.form == "capitals" for ask in scenario.asks)


def _slow(scenario: Scenario) -> set[str]:
    slow = any(fault.kind in (FaultKind.HANG, FaultKind.LOST_HANG) for fault in scenario.connect_faults)
    return {"function: timed out"} if slow or any(one.kind is Kind.FREEZE for one in scenario.faults) else set()


def _ways(scenario: Scenario) -> list[str]:
    switches = {entry.name: entry.default for entry in fields(Switches)} | dict(scenario.switches)
    return [_way(name, value) for name, value in switches.items()]


def _no_tasks(evidence: Evidence) -> bool:
    return evidence.scenario.active_tasks is not None


def _outages(evidence: Evidence) -> Iterable[str]:
    """Outages without a gap in which something was asked for more than an hour after the first call that met it."""
    for fault in evidence.scenario.connect_faults:
        begins = evidence.began + fault.starts_after
        ends = begins + (fault.seconds or 0.0)
        met = [
            call.time
            for call in evidence.calls
            if fault.operation in ("*", call.operation)
            and begins <= call.time < ends
            and str(fault.kind) in (call.fault or "")
        ]
        if fault.probability >= 1 and met and met[-1] - met[0] >= _HOUR:
            yield f"Connect: {fault.operation} away for an hour"
    for ours in evidence.scenario.faults:
        long = ours.probability >= 1 and ours.ends - ours.begins >= _HOUR and ours.operation == "*"
        if long and evidence.struck[f"{ours.service}: {ours.kind}"] and ours.kind in _CALLS:
            yield f"{ours.service}: away for an hour"


def _asked(scenario: Scenario) -> Counter[str]:
    counts: Counter[str] = Counter()
    seen: set[tuple[int, int]] = set()
    last = max((ask.at for ask in scenario.asks if ask.replay is None), default=0.0)
    for ask in scenario.asks:
        event = (ask.request, ask.event)
        counts["bus: replay"] += ask.replay is not None
        counts["bus: replay after a day"] += ask.replay is not None and ask.at - last > _DAY
        counts["bus: duplicate of an event"] += ask.form == "event" and ask.replay is None and event in seen
        if ask.form == "event":
            seen.add(event)
    counts["producer: repeats"] = len(scenario.asks) - len({ask.request for ask in scenario.asks})
    return counts


def _named(evidence: Evidence) -> Counter[str]:
    """Names that came for another contact, and failed names with which something else was transferred after all."""
    counts: Counter[str] = Counter()
    by_name = defaultdict(list)
    for wanted in evidence.wanted:
        if wanted.request.request_id is not None and not wanted.request.static:
            by_name[wanted.request.request_id].append(wanted)
    moved = {(one.old, one.flow_id, one.queue_id, one.user_id) for one in evidence.transfers}
    for same in by_name.values():
        counts["producer: a name for another contact"] += len({one.target.contact for one in same}) > 1
        done = [(t.contact, t.flow, t.queue, t.user) in moved for t in (one.target for one in same)]
        failed = [bool(one.request.codes) for one in same]
        counts["producer: a failed name corrected"] += failed[0] and any(done[1:])
    return counts
