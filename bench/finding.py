"""What a measure found: figures that are held to a limit, tables, and data for the plot. Kept as JSON in ``build/bench``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

RESULTS = Path(__file__).resolve().parent.parent / "build" / "bench"
#: A file or a pipe has no width; the widest table needs this.
WIDE = 150
console = Console(highlight=False)
if not console.is_terminal:
    console.width = WIDE
#: Up to this many limits of a measure are shown one by one; of more, those that were missed, and their number.
FEW = 8


@dataclass(frozen=True)
class Check:
    """A figure that is held to a limit.

    Attributes:
        what: what was measured.
        value: what was found.
        limit: at most so much is allowed; with ``least``, at least.
        unit: follows both numbers.
        known: why this case is known to miss its limit; it is shown as missed all the same.
    """

    what: str
    value: float
    limit: float
    unit: str = ""
    least: bool = False
    known: str = ""

    @property
    def kept(self) -> bool:
        """Whether the value is within the limit."""
        return self.value >= self.limit if self.least else self.value <= self.limit

    def __str__(self) -> str:
        way = "least" if self.least else "most"
        close = text(self.value) == text(self.limit) and not self.kept
        value = f"{self.value:.5g}" if close else text(self.value)
        return f"{self.what}: {value}{self.unit}, at {way} {text(self.limit)}{self.unit}"


@dataclass
class Finding:
    """What one measure found.

    Attributes:
        name: the measure; the file is called after it.
        title: heads the table.
        rows: the table. All rows have the same keys, which are the columns.
        checks: figures that are held to limits.
        notes: sentences that explain the table.
        data: further tables, and what the plot is drawn from.
        run: the run that it was made in, as ``bench.machine`` describes it.
    """

    name: str
    title: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    run: dict[str, str] = field(default_factory=dict)

    def save(self) -> None:
        """Write it to ``RESULTS``, where ``load`` finds it."""
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / f"{self.name}.json").write_text(json.dumps(asdict(self), indent=1, default=float) + "\n")

    def show(self) -> None:
        """Print the table, the notes, and whether the limits were kept."""
        console.rule(self.title, align="left")
        if self.rows:
            table = Table(show_edge=False, header_style="bold")
            for column in self.rows[0]:
                table.add_column(column, justify="left" if isinstance(self.rows[0][column], str) else "right")
            for row in self.rows:
                table.add_row(*(text(value) for value in row.values()))
            console.print(table)
        for note in self.notes:
            console.print(note, style="dim", markup=False)
        shown = [check for check in self.checks if not check.kept or len(self.checks) <= FEW]
        for check in shown:
            mark = "[green]kept  [/]" if check.kept else "[yellow]missed[/]" if check.known else "[red]missed[/]"
            console.print(f"{mark} {check}{f' (known: {check.known})' if check.known and not check.kept else ''}")
        if len(shown) < len(self.checks):
            kept = sum(check.kept for check in self.checks)
            console.print(f"[green]kept  [/] {kept} of {len(self.checks)} limits; {self.name}.json names each")


def load(name: str, folder: Path | None = None) -> Finding | None:
    """Return what a measure found last, or None if it never ran.

    Args:
        name: the measure.
        folder: where its file is; ``RESULTS`` if not given.
    """
    path = (folder or RESULTS) / f"{name}.json"
    if not path.is_file():
        return None
    content = json.loads(path.read_text())
    return Finding(**{**content, "checks": [Check(**check) for check in content["checks"]]})


def text(value: Any) -> str:
    """Return a figure as a person reads it: separators in thousands, four digits, ``-`` for none."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "-"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return str(value)
