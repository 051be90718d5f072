"""Real parts, faults on the wire and workers killed with SIGKILL: the small version of ``python -m tests.simulation real``."""

from __future__ import annotations

import pytest

from local.cloud import LocalCloud
from tests.simulation import real

# Twenty seconds as a rule; a request whose faults pile up stays away for minutes, and that is what back-off is.
pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("cloud"), pytest.mark.timeout(700)]


def test_a_storm_loses_nothing_and_does_nothing_twice(cloud: LocalCloud) -> None:
    """Each contact is transferred exactly once and announced, although answers are lost and workers die at their work."""
    told = real.storm(cloud, 40, seed=1, kill_every=1.0, progress=lambda _left: None, patience=300.0)
    assert told.findings == []
    assert told.transfers == told.announced == 40
    assert told.calls >= 40
