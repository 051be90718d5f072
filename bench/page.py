"""``docs/performance.md``: ``bench/prose.md`` with the figures of one run, which are kept in ``docs/performance/``.

A line of the prose that is nothing but one of these becomes what it names:

    {{run}}                       when, where and of which commit the run was made, and how many limits it kept
    {{table NAME [COLUMN ...]}}   a measure's table, or these columns of it (``~`` stands for a blank)
    {{notes NAME}}                its notes
    {{data NAME KEY}}             another table of it
    {{origin NAME}}               for a measure that may be of another run: of which one it is
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import finding, machine, realtime
from bench.finding import Check, Finding, load, text

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"
#: The figures of the run that the page shows.
FIGURES = ROOT / "docs" / "performance"
PLOT = ROOT / "docs" / "images" / "race.svg"
PROSE = Path(__file__).resolve().parent / "prose.md"
#: Measures that take too long for every run: their figures may be of another run, and the page says so.
ELSEWHERE = frozenset({"lanes", "longer", "urgent"})


class NoFigures(SystemExit):
    """There is no run of every measure, or a figure is of another run."""


def store(names: Sequence[str], target: Path = FIGURES) -> None:
    """Keep the figures of the latest run of every measure for the page.

    Args:
        names: the measures. Those that have no figures are skipped.
        target: folder of the kept figures.

    Raises:
        NoFigures: there has been no run of every measure.
    """
    _run(finding.RESULTS)
    target.mkdir(parents=True, exist_ok=True)
    for name in (machine.FILE, *(f"{name}.json" for name in names)):
        if (finding.RESULTS / name).is_file():
            (target / name).write_text((finding.RESULTS / name).read_text())


def write() -> list[str]:
    """Write the page and its plot from the kept figures.

    Returns:
        The paths of what was written, relative to the repository.

    Raises:
        NoFigures: there are no kept figures, or those of different runs.
    """
    from bench import plots  # noqa: PLC0415 - matplotlib takes a second, and only the plot needs it

    figures = Figures.load(FIGURES)
    PAGE.write_text(figures.page())
    plots.race(figures.found("realtime"), PLOT, realtime.FLOOR, requests=realtime.REQUESTS)
    return [str(path.relative_to(ROOT)) for path in (PAGE, PLOT)]


def _run(folder: Path) -> dict[str, str]:
    run = machine.load(folder)
    if run is None:
        raise NoFigures("There is no run of every measure here: run `python -m bench`.")
    return run


@dataclass(frozen=True)
class Figures:
    """What one run of every measure found: its description and the folder that holds the measures' files."""

    run: dict[str, str]
    folder: Path

    @classmethod
    def load(cls, folder: Path) -> Figures:
        """Read those of a folder.

        Raises:
            NoFigures: the folder has no run of every measure.
        """
        return cls(_run(folder), folder)

    def page(self) -> str:
        """Return the whole page.

        Raises:
            NoFigures: a measure that the page shows has no figures in this run.
        """
        return "".join(self.filled(line) for line in PROSE.read_text().splitlines(keepends=True))

    def found(self, name: str) -> Finding:
        """Return what a measure found in this run; for those of ``ELSEWHERE``, in any run, or a finding without rows.

        Raises:
            NoFigures: the measure has no figures, or figures of another run.
        """
        found = load(name, self.folder)
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
        """Return whether something was found in this run."""
        return found.run.get(machine.NAME) == self.run[machine.NAME]

    def filled(self, line: str) -> str:
        """Return a line of the prose, or what it stands for."""
        stripped = line.strip()
        if not (stripped.startswith("{{") and stripped.endswith("}}")):
            return line
        what, *names = (word.replace("~", " ") for word in stripped.strip("{}").split())
        return "\n".join(getattr(self, f"_{what}")(*names)) + "\n"

    def _run(self) -> Iterator[str]:
        yield ", ".join(f"{name} {value}" for name, value in self.run.items()) + "."
        if missed := [str(check) for check in self._checks() if not check.kept and not check.known]:
            yield f"Missed: {'; '.join(missed)}."

    def _checks(self) -> Iterator[Check]:
        names = sorted(path.stem for path in self.folder.glob("*.json") if path.name != machine.FILE)
        for found in (load(name, self.folder) for name in names):
            yield from found.checks if found is not None and self.made(found) else ()

    def _table(self, name: str, *columns: str) -> Iterator[str]:
        rows = self.found(name).rows
        return _rows([{column: row[column] for column in columns or row} for row in rows])

    def _notes(self, name: str) -> Iterator[str]:
        yield " ".join(self.found(name).notes)

    def _data(self, name: str, key: str) -> Iterator[str]:
        return _rows(self.found(name).data[key])

    def _origin(self, name: str) -> Iterator[str]:
        found = self.found(name)
        if not found.rows:
            yield f"Not measured here; `python -m bench {name}` does it:"
            return
        if self.made(found):
            yield "Made in the same run:"
            return
        known = (f"{key} {found.run[key]}" for key in (machine.NAME, "machine") if key in found.run)
        yield f"**Of another run** ({', '.join(known) or 'before runs had names'}), since a whole run leaves it out:"


def _rows(rows: list[dict[str, Any]]) -> Iterator[str]:
    if not rows:
        yield "(none)"
        return
    yield "| " + " | ".join(rows[0]) + " |"
    yield "|" + "---|" * len(rows[0])
    for row in rows:
        yield "| " + " | ".join(text(value) for value in row.values()) + " |"
