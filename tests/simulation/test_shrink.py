"""A failing scenario is made small, still fails by the same rule, and is reported in few lines."""

from __future__ import annotations

import pytest

from tests.simulation import campaign, replaying

_RUNS = 250


@pytest.mark.parametrize(
    ("bug", "seed"),
    [pytest.param("no-failure-event", 3, id="plain"), pytest.param("attempt-not-noted", 129, id="interleaving")],
)
def test_shrinking_keeps_the_failure_and_little_else(bug: str, seed: int) -> None:
    before = replaying.of_seed(seed, bug)
    small = before.smallest(_RUNS)
    assert small is not None
    assert len(small.scenario.asks) <= 3
    assert campaign.BUGS[bug].rules[0] in {finding.rule for finding in small.findings()}
    assert replaying.Case(small.scenario).findings() == []  # it is the bug's doing
    everything, (lines, findings) = before.described()[0], small.described(everything=False)
    assert findings
    assert len(lines) <= 60
    assert len(lines) * 10 < len(everything)
