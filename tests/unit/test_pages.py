"""The tables in docs/ are those of the code."""

from __future__ import annotations

import re
from typing import Any

import pytest

from contact_transfer.request.source import Source
from tools import pages


@pytest.mark.parametrize("page", pages.TABLES)
def test_a_page_has_the_tables_of_the_code(page: str) -> None:
    assert (pages.DOCS / page).read_text("utf-8") == pages.written(page), "run: make schemas"


def test_a_page_without_its_markers_is_named(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "DOCS", tmp_path)
    (tmp_path / "contract.md").write_text("<!-- fields -->\n\n", "utf-8")
    with pytest.raises(ValueError, match=r"docs/contract.md has no <!-- fields --> with <!-- /fields --> after it"):
        pages.written("contract.md")


@pytest.mark.parametrize("page", pages.TABLES)
def test_every_row_has_the_cells_of_the_heading(page: str) -> None:
    for name, rows in pages.TABLES[page].items():
        cells = {len(re.findall(r"(?<!\\)\|", line)) for line in rows().splitlines()}
        assert len(cells) == 1, (page, name)


@pytest.mark.parametrize("source", Source)
def test_the_page_on_sources_has_a_row_for_each(source: Source) -> None:
    page = (pages.DOCS / "doors.md").read_text("utf-8")
    assert f"\n| `{source}` |" in page, "add a row to the first table of docs/doors.md"
