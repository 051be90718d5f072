"""Same seed, same trace, byte for byte: in this process, in another one, whatever Python's hash seed is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation import campaign
from tests.simulation.generate import scenario
from tests.simulation.run import run
from tests.simulation.trace import trace

_ROOT = Path(__file__).parents[2]


def _traced(seed: int) -> str:
    return "\n".join(trace(run(scenario(seed), campaign.subject(), watch=True)))


@pytest.mark.parametrize("seed", [3, 11, 27])
def test_a_seed_has_one_trace(seed: int) -> None:
    first = _traced(seed)
    assert first == _traced(seed)
    assert len(first.splitlines()) > 10


def test_another_process_sees_the_same() -> None:
    command = [sys.executable, "-m", "tests.simulation", "replay", "11"]
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "COLUMNS": "80"}
    printed = subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=True).stdout  # noqa: S603 - our own interpreter
    assert printed == _traced(11) + "\nevery promise was kept\n"


def test_watching_changes_nothing() -> None:
    watched = run(scenario(5), campaign.subject(), watch=True)
    plain = run(scenario(5), campaign.subject())
    assert watched.calls == plain.calls
    assert watched.ledgers == plain.ledgers
    assert watched.wire
    assert not plain.wire
