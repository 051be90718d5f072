"""Every assumption has a name: the marks in the code, the probe, the simulator's switches and the page say the same."""

from __future__ import annotations

from collections import Counter
from dataclasses import fields

from local.connect.model import Switches
from tests.simulation.distance_scenarios import DIMENSIONS
from tools import pages
from tools.assumptions import ASSUMPTIONS, marks
from transfers_cli.probe.behaviours import BEHAVIOURS


def test_every_mark_in_the_code_has_a_name() -> None:
    named = Counter(module for one in ASSUMPTIONS for module in one.marks)
    assert marks() == named, "name each mark 'assumed' in tools/assumptions.py, and run make schemas"


def test_every_behaviour_of_the_probe_settles_an_assumption_and_only_one() -> None:
    settles = [name for one in ASSUMPTIONS for name in one.behaviours]
    assert sorted(settles) == sorted(BEHAVIOURS)


def test_every_switch_of_the_simulator_is_looked_at_by_the_probe() -> None:
    varied = {switch for one in ASSUMPTIONS for switch in one.switches}
    assert varied == {entry.name for entry in fields(Switches)}


def test_what_was_measured_is_a_dimension_of_the_simulation() -> None:
    assert {one.distance for one in ASSUMPTIONS if one.distance} <= {one.name for one in DIMENSIONS}


def test_the_page_is_up_to_date() -> None:
    assert (pages.DOCS / "assumptions.md").read_text("utf-8") == pages.written("assumptions.md"), "run: make schemas"
