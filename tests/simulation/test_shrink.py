"""A failing scenario is made small and still fails by the same rule."""

from __future__ import annotations

from tests.simulation import auditor, campaign
from tests.simulation.generate import scenario
from tests.simulation.run import run
from tests.simulation.scenario import Scenario
from tests.simulation.shrink import shrink


def test_shrinking_keeps_the_failure_and_little_else() -> None:
    service = campaign.subject("report-before-park")
    caught = campaign.hunt("report-before-park", 1, 150)

    def fails(candidate: Scenario) -> bool:
        return bool(auditor.audit(run(candidate, service), (caught.rule,)))

    before = scenario(caught.seed)
    small = shrink(before, fails, 300)
    assert fails(small)
    assert len(small.asks) < len(before.asks)
    assert len(small.asks) <= 3
