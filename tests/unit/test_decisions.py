"""Every decision can be found by its number and says whether it still holds."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "decisions"
DECISIONS = sorted(FOLDER.glob("0*.md"))


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_a_decision_begins_with_its_number_and_its_status(page: Path) -> None:
    title, _, status, *_ = page.read_text("utf-8").splitlines()
    assert title.startswith(f"# {int(page.stem[:4])}. ")
    assert status.startswith("Status: "), f"{page.name}: the third line says 'Status: accepted.', or what replaces it"


def test_the_index_lists_every_decision_once() -> None:
    index = (FOLDER / "README.md").read_text("utf-8")
    assert [page.name for page in DECISIONS if index.count(f"]({page.name})") != 1] == []


def test_no_two_decisions_have_one_number() -> None:
    numbers = [page.stem[:4] for page in DECISIONS]
    assert len(set(numbers)) == len(numbers)
