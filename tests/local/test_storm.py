"""Real parts, faults on the wire and workers killed with SIGKILL: the small version of ``python -m tests.simulation real``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.cloud import LocalCloud
from tests.simulation import real

pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("cloud")]

REQUESTS, KILLS = 100, 5


@pytest.fixture
def calm(cloud: LocalCloud) -> Iterator[LocalCloud]:
    yield cloud
    cloud.control.clear_faults()


def test_a_storm_loses_nothing_and_does_nothing_twice(calm: LocalCloud) -> None:
    """Each contact is transferred exactly once and announced, although answers are lost and workers die at their work."""
    storm = real.storm(calm, REQUESTS, seed=1, kill_every=0.5, most_kills=KILLS, patience=180.0)
    assert storm.findings == []
    assert storm.transfers == storm.announced == REQUESTS
    assert storm.parked == 0
    assert 0 < storm.kills <= KILLS
    assert storm.calls >= REQUESTS
