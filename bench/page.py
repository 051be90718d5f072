"""docs/performance.md: ``bench/prose.md`` with the figures of one run filled in.

A line of the prose that is nothing but one of these becomes what it names:

    {{run}}                     when, where and of what the run was made
    {{table NAME}}              a measure's table
    {{notes NAME}}              its notes
    {{data NAME KEY}}           another table of it
    {{details NAME KEY}}        the same, folded away
    {{origin NAME}}             for a measure that need not be of the same run: of which one it is
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import machine, plots, realtime
from bench.verdict import Finding, load, text

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "images"
PROSE = Path(__file__).resolve().parent / "prose.md"
#: Measures that take too long for every run: their figures may be of another one, and the page says so.
ELSEWHERE = frozenset({"longer"})


class NoFigures(SystemExit):
    """There is no run of every measure here, or a figure is of another one."""


def write() -> list[str]:
    """Write the page and its plots; answer their paths. Raise ``NoFigures``."""
    figures = Figures.load()
    race_plot, shared_plot, start_plot = (IMAGES / f"{name}.svg" for name in ("race", "shared", "start"))
    filled = "".join(figures.filled(line) for line in PROSE.read_text().splitlines(keepends=True))
    plots.race(figures.found("realtime"), race_plot, realtime.FLOOR, requests=realtime.REQUESTS)
    plots.shared(figures.found("shared"), shared_plot)
    plots.starts(figures.found("start"), start_plot)
    PAGE.write_text(filled)
    return [str(path.relative_to(ROOT)) for path in (PAGE, race_plot, shared_plot, start_plot)]


@dataclass(frozen=True)
class Figures:
    """What one run of every measure found."""

    run: dict[str, str]

    @classmethod
    def load(cls) -> Figures:
        """Those of the latest run."""
        run = machine.load()
        if run is None:
            raise NoFigures("There is no run of every measure here: run `python -m bench`.")
        return cls(run)

    def found(self, name: str) -> Finding:
        """What a measure found in this run; those of ``ELSEWHERE`` in whichever, or nothing if they were never made."""
        found = load(name)
        if found is None and name in ELSEWHERE:
            return Finding(name, "not measured")
        if found is None:
            raise NoFigures(f"There are no figures of '{name}' here: run `python -m bench`.")
        if name not in ELSEWHERE and not self.made(found):
            raise NoFigures(
                f"The figures of '{name}' are of the run {found.run.get(machine.NAME, 'before runs had names')}, the page's other"
                f" figures of {self.run[machine.NAME]}: run `python -m bench`, which measures everything."
            )
        return found

    def made(self, found: Finding) -> bool:
        """Whether something was found in this run."""
        return found.run.get(machine.NAME) == self.run[machine.NAME]

    def filled(self, line: str) -> str:
        """A line of the prose, or what it stands for."""
        stripped = line.strip()
        if not (stripped.startswith("{{") and stripped.endswith("}}")):
            return line
        what, *names = stripped.strip("{}").split()
        return "\n".join(getattr(self, f"_{what}")(*names)) + "\n"

    def _run(self) -> Iterator[str]:
        for name, value in self.run.items():
            yield f"- {name}: {value}"

    def _table(self, name: str) -> Iterator[str]:
        return _rows(self.found(name).rows)

    def _notes(self, name: str) -> Iterator[str]:
        yield "\n\n".join(self.found(name).notes)

    def _data(self, name: str, key: str) -> Iterator[str]:
        return _rows(self.found(name).data[key])

    def _details(self, name: str, key: str) -> Iterator[str]:
        rows = self.found(name).data[key]
        yield f"<details><summary>All {len(rows)} {key}</summary>"
        yield ""
        yield from _rows(rows)
        yield ""
        yield "</details>"

    def _origin(self, name: str) -> Iterator[str]:
        found = self.found(name)
        if not found.rows:
            yield f"Not measured here; `python -m bench {name}` does it:"
            return
        if self.made(found):
            yield "Made in the same run:"
            return
        told = (f"{key} {found.run[key]}" for key in (machine.NAME, "machine") if key in found.run)
        yield f"**Of another run** ({', '.join(told) or 'before runs had names'}), for it takes five minutes by itself:"


def _rows(rows: list[dict[str, Any]]) -> Iterator[str]:
    if not rows:
        yield "(none)"
        return
    yield "| " + " | ".join(rows[0]) + " |"
    yield "|" + "---|" * len(rows[0])
    for row in rows:
        yield "| " + " | ".join(text(value) for value in row.values()) + " |"
