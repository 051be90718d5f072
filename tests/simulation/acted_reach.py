"""How often what a request may ask for beside a transfer took place in a run: lanes, conditions, cancellations, schedules, following."""

from __future__ import annotations

from collections import Counter

from contact_transfer.messaging.sqs_record import MOVED_FROM
from contact_transfer.request.event_types import CANCELLED, SKIPPED
from contact_transfer.transfer.outcome import SkipReason
from local.virtual import Kind
from tests.simulation.evidence import Evidence
from tests.simulation.scenario import Scenario

EXPECTED = (
    "lane: urgent",
    "lane: moved",
    *(f"skipped: {reason}" for reason in SkipReason),
    "request: cancelled",
    "request: held",
    "route: held",
    "schedule: fired late",
    "schedule: fired twice",
    "request: followed",
    "deployment: a second one",
    "sweep: request",
    "sweep: invocation repeated",
    "others: queue",
    "others: take",
)


def acted(evidence: Evidence) -> Counter[str]:
    """How often each of ``EXPECTED`` took place."""
    counts: Counter[str] = Counter()
    counts["lane: urgent"] = sum(ask.urgent for ask in evidence.scenario.asks)
    counts["lane: moved"] = sum(MOVED_FROM in message.attributes for message in evidence.messages)
    counts.update(f"skipped: {one.detail['skipReason']}" for one in evidence.events if one.detail_type == SKIPPED)
    counts["request: cancelled"] = sum(one.detail_type == CANCELLED for one in evidence.events)
    counts["request: held"] = len(evidence.schedules)
    counts["route: held"] = sum('"afterMinutes"' in one.body for one in evidence.schedules)
    counts["schedule: fired late"] = evidence.struck[f"scheduler: {Kind.LATE}"]
    counts["schedule: fired twice"] = evidence.struck[f"scheduler: {Kind.DUPLICATE}"]
    counts["deployment: a second one"] = sum(message.id.startswith("second-") for message in evidence.messages)
    counts["sweep: request"] = sum(len(one.asked) for one in evidence.sweeps)
    counts["sweep: invocation repeated"] = sum(one.again for one in evidence.sweeps)
    counts["request: followed"] = sum("movedContactId" in one.detail for one in evidence.events)
    return counts


def drawn(scenario: Scenario) -> set[str]:
    """What of ``EXPECTED`` may take place in a run of it."""
    also = {
        "lane: urgent": any(ask.urgent for ask in scenario.asks),
        "lane: moved": any(request.priority for request in scenario.requests),
        **{f"skipped: {reason}": any(one.is_conditional for one in scenario.requests) for reason in SkipReason},
        "request: cancelled": any(one.cancels for one in scenario.requests),
        "request: held": any(one.due for one in scenario.requests),
        "route: held": any(one.after for one in scenario.requests),
        "schedule: fired late": any(one.service == "scheduler" for one in scenario.faults),
        "schedule: fired twice": any(one.service == "scheduler" for one in scenario.faults),
        "deployment: a second one": scenario.is_double,
        "sweep: request": bool(scenario.sweeps),
        "sweep: invocation repeated": bool(scenario.sweeps),
        "request: followed": any(one.follow for one in scenario.requests),
    }
    return {name for name, may in also.items() if may}
