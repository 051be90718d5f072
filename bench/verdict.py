"""What a measure found: figures that are held to a limit, rows for a table, and data for plots. Kept as JSON in ``build/bench/``."""

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
#: So many promises of a measure are shown one by one; of more, those that were missed, and their number.
FEW = 8


@dataclass(frozen=True)
class Check:
    """A promise: ``value`` is at most ``limit``; with ``least``, at least.

    ``known``: why this case is known to miss the limit it was given. It is shown as missed all the same.
    """

    what: str
    value: float
    limit: float
    unit: str = ""
    least: bool = False
    known: str = ""

    @property
    def kept(self) -> bool:
        return self.value >= self.limit if self.least else self.value <= self.limit

    def __str__(self) -> str:
        way = "least" if self.least else "most"
        close = text(self.value) == text(self.limit) and not self.kept
        value = f"{self.value:.5g}" if close else text(self.value)
        return f"{self.what}: {value}{self.unit}, at {way} {text(self.limit)}{self.unit}"


@dataclass
class Finding:
    """One measure's outcome. ``rows`` share their keys, which are the table's columns; ``data`` is for plots and further tables.

    ``run``: what ``bench.machine`` says of the run that it was made in.
    """

    name: str
    title: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    run: dict[str, str] = field(default_factory=dict)

    def save(self) -> None:
        """Write it where ``load`` finds it."""
        RESULTS.mkdir(parents=True, exist_ok=True)
        (RESULTS / f"{self.name}.json").write_text(json.dumps(asdict(self), indent=1, default=float) + "\n")

    def show(self) -> None:
        """Print the table, the notes and the verdicts."""
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
            console.print(f"[green]kept  [/] {kept} of {len(self.checks)} promises; {self.name}.json names each")


def load(name: str) -> Finding | None:
    """The latest outcome of a measure, if there is one."""
    path = RESULTS / f"{name}.json"
    if not path.is_file():
        return None
    content = json.loads(path.read_text())
    return Finding(**{**content, "checks": [Check(**check) for check in content["checks"]]})


def text(value: Any) -> str:
    """A figure as a person reads it."""
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: "-"}[value]
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return str(value)
