"""docs/performance.md: what is measured from the figures of one run, what was tried from ``bench/tried.md``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import machine, plots, realtime
from bench.verdict import Finding, load, text

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "performance.md"
IMAGES = ROOT / "docs" / "images"
PROSE = Path(__file__).resolve().parent / "prose.md"


class NoFigures(SystemExit):
    """A measure has not been run here."""


def write() -> list[str]:
    """Write the page and its plots; answer their paths. Raise ``NoFigures``."""
    race = _found("realtime")
    race_plot, shared_plot, start_plot = (IMAGES / f"{name}.svg" for name in ("race", "shared", "start"))
    plots.race(race, race_plot, realtime.FLOOR, requests=realtime.REQUESTS)
    plots.shared(_found("shared"), shared_plot)
    plots.starts(_found("start"), start_plot)
    filled = "".join(_filled(line) for line in PROSE.read_text().splitlines(keepends=True))
    PAGE.write_text(filled)
    return [str(path.relative_to(ROOT)) for path in (PAGE, race_plot, shared_plot, start_plot)]


def _filled(line: str) -> str:
    """A line of the prose; ``{{table NAME}}``, ``{{notes NAME}}``, ``{{data NAME KEY}}`` and ``{{machine}}`` become what they name."""
    stripped = line.strip()
    if not (stripped.startswith("{{") and stripped.endswith("}}")):
        return line
    words = stripped.strip("{}").split()
    if words == ["machine"]:
        return "\n".join(f"- {name}: {value}" for name, value in machine.load().items()) + "\n"
    found = _found(words[1])
    if words[0] == "notes":
        return "\n\n".join(found.notes) + "\n"
    rows: list[dict[str, Any]] = found.rows if words[0] == "table" else found.data[words[2]]
    return "\n".join(_table(rows)) + "\n"


def _found(name: str) -> Finding:
    found = load(name)
    if found is None:
        raise NoFigures(f"There are no figures of '{name}' here: run `python -m bench`, or `python -m bench {name}`.")
    return found


def _table(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield "| " + " | ".join(rows[0]) + " |"
    yield "|" + "---|" * len(rows[0])
    for row in rows:
        yield "| " + " | ".join(text(value) for value in row.values()) + " |"
