"""Every fault that the generator draws acts in some run: one that never does would prove nothing, and nobody would notice."""

from __future__ import annotations

from tests.simulation import campaign
from tests.simulation.acted import EXPECTED, acted, drawn
from tests.simulation.generate import scenario
from tests.simulation.run import run

_SEEDS = 5000
#: A run of so many at most shows it as well, and sooner.
_MESSAGES = 20


def test_every_fault_acts() -> None:
    """Only those seeds are run that may show what has not been seen yet."""
    missing, service = set(EXPECTED), campaign.subject()
    for made in map(scenario, range(1, _SEEDS)):
        if missing & drawn(made) and len(made.asks) <= _MESSAGES:
            missing -= acted(run(made, service)).keys()
        if not missing:
            break
    assert not missing
