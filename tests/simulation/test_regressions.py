"""What the simulation has found, kept: the scenarios, each of which fails with its fixed bug in the service again, and the seeds."""

from __future__ import annotations

import pytest

from tests.simulation import auditor, campaign
from tests.simulation.found_seeds import SEEDS
from tests.simulation.generate import scenario
from tests.simulation.kept import KEPT, ONLY, SHOWN
from tests.simulation.run import run
from tests.simulation.scenario import Scenario
from tests.simulation.subject import Subject


def _found(scenarios: list[Scenario], subject: Subject) -> set[str]:
    return {finding.rule for one in scenarios for finding in auditor.audit(run(one, subject))}


@pytest.mark.parametrize("bug", KEPT)
def test_what_was_mended_stays_mended(bug: str) -> None:
    found = _found(KEPT[bug], campaign.subject())
    assert found & ONLY.get(bug, found) == set()


@pytest.mark.parametrize("bug", SHOWN)
def test_the_scenarios_would_show_it_again(bug: str) -> None:
    service, rules = campaign.subject(bug), set(campaign.BUGS[bug].rules)
    assert any(_found([one], service) & rules for one in KEPT[bug])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seed_that_showed_something_keeps_every_promise(seed: int) -> None:
    assert auditor.audit(run(scenario(seed), campaign.subject())) == [], SEEDS[seed]
