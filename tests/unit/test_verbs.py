"""The table of verbs of the fault-injection worlds is complete and true."""

from __future__ import annotations

import re

from tests.component import world
from tests.component.doors import Doors


def test_the_table_has_every_verb_and_no_other() -> None:
    rows = [line.split("|")[1] for line in (world.__doc__ or "").splitlines() if line.startswith("| ``")]
    listed = {verb for row in rows for verb in re.findall(r"``(\w+)``", row)}
    verbs = {name for name in dir(Doors) if not name.startswith("_") and name != "step"}
    assert listed == verbs, "the table is in tests/component/world.py"
