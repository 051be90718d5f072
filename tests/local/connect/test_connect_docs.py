"""docs/simulator.md and the code name the same operations, switches, faults and doings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from local.connect.model import FaultKind, Switches
from local.connect.model.operations import OPERATIONS
from local.connect.server.control_app import DOINGS

TEXT = (Path(__file__).parents[3] / "docs" / "simulator.md").read_text()


@pytest.mark.parametrize("name", [*OPERATIONS, *map(str, FaultKind), *DOINGS])
def test_it_is_documented(name: str) -> None:
    assert f"`{name}`" in TEXT


def test_switches_are_documented_with_their_defaults() -> None:
    switches = TEXT.split("| switch | default |")[1].split("## Steer it")[0]
    table = dict(re.findall(r"^\| `(\w+)` \| `?([\w.-]+)`?(?: s)? \|", switches, re.MULTILINE))
    shown = {name: f"{v:g}" if isinstance(v, float) else str(v).lower() for name, v in Switches().as_dict().items()}
    assert table == shown
