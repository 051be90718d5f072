"""Figures to files, and files to the report. Nothing in the report is written by hand."""

from __future__ import annotations

import json
import platform
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.simulation import campaign
from tests.simulation.acted import EXPECTED
from tests.simulation.comparison import CONSUMERS, FATES

_HEAD = """Written by `python -m tests.simulation report` from the figures in `docs/simulation/`, which `run --save`,
`bugs --save`, `compare`, `settle`, `real --save` and `python -m tests.properties --save` write. What it means:
[reliability](reliability.md)."""


def save(path: Path, tally: campaign.Tally, first: int, workers: int, wall: float) -> None:
    """Write what campaigns have run so far; ``first`` is the first seed of all."""
    save_json(
        path,
        {
            "first seed": first,
            "seeds": tally.seeds,
            "deliveries": tally.deliveries,
            "virtual hours": round(tally.virtual_hours),
            "wall seconds": round(wall),
            "core seconds": round(tally.seconds),
            "workers": workers,
            "python": platform.python_version(),
            "date": datetime.now(UTC).date().isoformat(),
            "counts": dict(sorted(tally.counts.items())),
            "acted": {name: tally.acted[name] for name in EXPECTED},
            "findings": {str(seed): found for seed, found in sorted(tally.findings.items())},
        },
    )


def load(path: Path) -> tuple[campaign.Tally, int, float]:
    """Read back what ``save`` has written: the tally, its first seed, its seconds; nothing when there is no such file."""
    if not path.exists():
        return campaign.Tally(), 0, 0.0
    found = json.loads(path.read_text())
    tally = campaign.Tally(
        seeds=found["seeds"],
        deliveries=found["deliveries"],
        seconds=found["core seconds"],
        virtual_hours=found["virtual hours"],
        counts=Counter(found["counts"]),
        acted=Counter(found.get("acted", {})),
        findings={int(seed): told for seed, told in found["findings"].items()},
    )
    return tally, found["first seed"], found["wall seconds"]


def save_bugs(path: Path, caught: list[campaign.Caught]) -> None:
    """Write how the planted bugs were caught."""
    save_json(path, [asdict(one) for one in caught])


def save_json(path: Path, figures: Any) -> None:
    """Write figures to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1) + "\n")


def comparison_table(figures: dict[str, Any]) -> str:
    """Fates by consumer, as a Markdown table."""
    counts = figures["counts"]
    rows = [f"| {fate} | " + " | ".join(f"{counts[one].get(fate, 0):,}" for one in CONSUMERS) + " |" for fate in FATES]
    return "\n".join(["| | " + " | ".join(CONSUMERS) + " |", "|---|---:|---:|---:|", *rows])


def settling_table(minutes: dict[str, list[float]]) -> str:
    """Minutes to settle by the outage's length, as a Markdown table."""
    rows = [f"| {name} | {found[len(found) // 2]:.1f} | {found[-1]:.1f} |" for name, found in minutes.items()]
    return "\n".join(["| outage | minutes to settle, median | longest |", "|---|---:|---:|", *rows])


def render(figures: Path) -> str:
    """The report."""

    def read(name: str) -> Any:
        return json.loads((figures / f"{name}.json").read_text())

    return (
        "\n\n".join(
            [
                "# Simulation report",
                _HEAD,
                _runs(read("runs")),
                _bugs(read("bugs")),
                "## Beside what a user would write\n\n" + comparison_table(read("comparison")),
                "## After an outage\n\n" + settling_table(read("settling")),
                "## With real parts\n\n" + _facts(read("real")),
                _fuzzing(read("fuzzing")),
            ]
        )
        + "\n"
    )


def _fuzzing(kinds: dict[str, dict[str, Any]]) -> str:
    told = [
        "## Fuzzing",
        "Inputs, good and broken, through the code that reads them; each was read, or refused as documented.",
    ]
    return "\n\n".join(told + [f"### {kind.capitalize()}\n\n{_facts(found)}" for kind, found in kinds.items()])


def _facts(figures: dict[str, Any]) -> str:
    flat = {**figures, **figures.pop("results", {})}
    rows = [f"| {name.replace('_', ' ')} | {_shown(value)} |" for name, value in flat.items() if name != "results"]
    return "\n".join(["| | |", "|---|---:|", *rows])


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return str(len(value)) if value else "none"
    return f"{value:,.0f}" if isinstance(value, int | float) else str(value)


def _runs(runs: dict[str, Any]) -> str:
    speed = runs["deliveries"] / max(1, runs["core seconds"])
    broken = runs["findings"]
    rows = [
        ("seeds", f"{runs['seeds']:,}, from {runs['first seed']}"),
        ("seeds that broke a promise", str(len(broken)) if broken else "none"),
        ("deliveries to the worker", f"{runs['deliveries']:,}"),
        ("simulated time", f"{runs['virtual hours'] / 8766:,.1f} years"),
        ("throughput", f"{speed:,.0f} deliveries a second and core"),
        ("run", f"{runs['workers']} processes, Python {runs['python']}, {runs['wall seconds']} s, {runs['date']}"),
        *((name, f"{count:,}") for name, count in runs["counts"].items()),
    ]
    told = ["## Runs", "", "| | |", "|---|---:|", *(f"| {name} | {value} |" for name, value in rows)]
    if "acted" in runs:
        told += ["", "### How often each fault acted", "", "| fault | times |", "|---|---:|"]
        told += [f"| {name} | {count:,} |" for name, count in runs["acted"].items()]
    return "\n".join(told + [f"\nSeed {seed}: {found[0]}" for seed, found in broken.items()])


def _bugs(bugs: list[dict[str, Any]]) -> str:
    rows = []
    for one in bugs:
        bug = campaign.BUGS[one["bug"]]
        kind = "interleaving" if bug.interleaving else "plain"
        seeds = f"{one['seeds']}{' (kept)' if one.get('kept') else ''}"
        rows.append(f"| `{bug.name}` | {kind} | {bug.what} | {one['rule'] or '**nothing**'} | {seeds} |")
    plain = sum(not campaign.BUGS[one["bug"]].interleaving for one in bugs)
    caught = sum(bool(one["rule"]) for one in bugs)
    sums = (
        f"{caught} of {len(bugs)} caught: {plain} plain ones, {len(bugs) - plain} interleavings. "
        "`(kept)`: by a scenario that is kept for the bug; the others are drawn from seeds. "
        "Bugs of routes pass over seeds without routes."
    )
    head = [
        "## Planted bugs",
        "",
        sums,
        "",
        "| bug | kind | what it is | caught by | seeds needed |",
        "|---|---|---|---|---:|",
    ]
    return "\n".join(head + rows)
