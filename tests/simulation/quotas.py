"""The quotas of a run, as the simulated Connect has them: nobody asks the service which it believes in."""

from __future__ import annotations

from local.connect.model import Rate
from local.connect.model.quotas import Quotas
from tests.simulation.scenario import Scenario


def of(scenario: Scenario, operation: str) -> Rate | None:
    """The account's quota of an operation; None: not limited."""
    known = Quotas()
    for name, rate, burst in scenario.quotas:
        known.set(name, Rate(rate, burst))
    return known.rate(operation)
