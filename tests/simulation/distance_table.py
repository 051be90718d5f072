"""The distance to failure as a table: printed, and kept in docs/reliability.md between two marks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.simulation.distance import WHEN_IN_DOUBT, Cell, Measured, is_furthest, is_promised
from tests.simulation.figures import save_json

_PAGE = Path("docs/reliability.md")
_FIGURES = Path("docs/simulation/distance.json")
_BEGIN, _END = "<!-- distance: begin -->", "<!-- distance: end -->"
_KINDS = ("single", "rivals", "agent")

Row = tuple[str, float, bool]


def lines(found: Iterable[Measured]) -> Iterator[str]:
    """A row for each value, alone and with the others at their limits; wrong reports and second transfers under each setting."""
    rows: dict[Row, dict[tuple[str, str], Counter[str]]] = defaultdict(dict)
    cells: dict[Row, Cell] = {}
    for one in found:
        row = (one.cell.dimension, one.cell.value, one.cell.others)
        rows[row][one.cell.when_in_doubt, one.cell.kind] = one.counts
        cells[row] = one.cell
    yield "| | others | wrong, `repeat` | wrong, `wait` | twice, `repeat` | twice, `wait` | unknown, `repeat` | unknown, `wait` |"
    yield "|---|---|---|---|---|---|---|---|"
    for row, counted in rows.items():
        yield _row(cells[row], counted)


def _row(cell: Cell, counted: dict[tuple[str, str], Counter[str]]) -> str:
    named = f"{cell.dimension}: {cell.stretched.shown(cell.value)}"
    columns = [_each(counted, name, setting) for name in ("wrong", "twice") for setting in WHEN_IN_DOUBT]
    if not is_promised(Cell(cell.dimension, cell.value, cell.others, "repeat", "")):
        columns[2] += " (assumed away)"
    shares = [_share(counted, setting) for setting in WHEN_IN_DOUBT]
    return f"| {named} | {'at their limits' if cell.others else 'at rest'} | {' | '.join((*columns, *shares))} |"


def _each(counted: dict[tuple[str, str], Counter[str]], name: str, setting: str) -> str:
    return " · ".join(str(counted[setting, kind][name]) for kind in _KINDS if (setting, kind) in counted)


def _share(counted: dict[tuple[str, str], Counter[str]], setting: str) -> str:
    of = [counts for (when, _), counts in counted.items() if when == setting]
    asked = sum(counts["requests"] for counts in of)
    return f"{sum(counts['unknown'] for counts in of) / asked:.0%}" if asked else ""


def save(found: list[Measured], seeds: int) -> None:
    """Write the figures to docs/simulation, and each dimension's furthest values into the page."""
    figures = [{**_named(one.cell), **one.counts} for one in found]
    save_json(_FIGURES, {"seeds": seeds, "cells": figures})
    before, _, rest = _PAGE.read_text().partition(_BEGIN)
    after = rest.partition(_END)[2]
    furthest = [one for one in found if is_furthest(one.cell)]
    _PAGE.write_text(f"{before}{_BEGIN}\n{chr(10).join(lines(furthest))}\n{_END}{after}")


def section(figures: Mapping[str, Any]) -> str:
    """Every value that was measured, for the report."""
    found = [_measured(dict(cell)) for cell in figures["cells"]]
    requests = sum(one.counts["requests"] for one in found)
    intro = (
        f"{len(found)} cells, {figures['seeds']} seeds each, {requests:,} requests: "
        f"{sum(one.counts['wrong'] for one in found)} wrong reports, "
        f"{sum(one.counts['twice'] for one in found if is_promised(one.cell))} second transfers where none is promised. "
        "In each column: one request a contact · two rivals · an agent who moves the contact by hand. "
        "What the words mean is in [distance to failure](reliability.md#distance-to-failure)."
    )
    return "\n".join([intro, "", *lines(found)])


def _measured(cell: dict[str, Any]) -> Measured:
    where = (cell.pop(name) for name in ("dimension", "value", "others", "whenInDoubt", "kind"))
    return Measured(Cell(*where), Counter(cell), {})


def _named(cell: Cell) -> dict[str, object]:
    return {
        "dimension": cell.dimension,
        "value": cell.value,
        "others": cell.others,
        "whenInDoubt": cell.when_in_doubt,
        "kind": cell.kind,
    }
