"""How often what a request may ask for beside a transfer took place in a run: lanes, conditions, cancellations, schedules, following."""

from __future__ import annotations

from collections import Counter

from contact_transfer.messaging.sqs_record import MOVED_FROM
from tests.simulation.evidence import Evidence
from tests.simulation.scenario import Scenario

EXPECTED = ("lane: urgent", "lane: moved")


def acted(evidence: Evidence) -> Counter[str]:
    """How often each of ``EXPECTED`` took place."""
    counts: Counter[str] = Counter()
    counts["lane: urgent"] = sum(ask.urgent for ask in evidence.scenario.asks)
    counts["lane: moved"] = sum(MOVED_FROM in message.attributes for message in evidence.messages)
    return counts


def drawn(scenario: Scenario) -> set[str]:
    """What of ``EXPECTED`` may take place in a run of it."""
    also = {
        "lane: urgent": any(ask.urgent for ask in scenario.asks),
        "lane: moved": any(request.priority for request in scenario.requests),
    }
    return {name for name, may in also.items() if may}
