"""The tests that docs/reliability.md names for promises are there."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| .* \| `(?P<file>[\w/]+\.py)` \| `(?P<test>test_\w+)` \|$", re.MULTILINE)


def test_each_test_that_the_page_names_is_there() -> None:
    named = ROW.findall((ROOT / "docs" / "reliability.md").read_text())
    assert named
    assert not [test for file, test in named if f"def {test}(" not in (ROOT / "tests" / file).read_text()]
