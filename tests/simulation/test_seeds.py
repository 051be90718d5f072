"""A fixed number of runs of the real service under faults: every promise is kept in every one of them."""

from __future__ import annotations

import pytest

from tests.simulation import campaign

_BLOCKS, _SEEDS = 8, 20


@pytest.mark.parametrize("number", range(_BLOCKS))
def test_every_promise_is_kept(number: int) -> None:
    """No seed of the block breaks a rule; a seed that does is replayed with ``python -m tests.simulation replay SEED --shrink``."""
    tally = campaign.Tally()
    for block in campaign.campaign(1 + number * _SEEDS, _SEEDS, workers=1):
        tally.add(block)
    assert tally.findings == {}
    assert tally.seeds == _SEEDS
    assert tally.deliveries > _SEEDS
