"""Figures to files, and files to the report. Nothing in the report is written by hand."""

from __future__ import annotations

import json
import platform
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.simulation import campaign


def save(path: Path, tally: campaign.Tally, first: int, workers: int, wall: float) -> None:
    """Write what a campaign has run so far."""
    figures: dict[str, Any] = {
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
        "findings": {str(seed): found for seed, found in sorted(tally.findings.items())},
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1) + "\n")


def save_bugs(path: Path, caught: list[campaign.Caught]) -> None:
    """Write how the planted bugs were caught."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([asdict(one) for one in caught], indent=1) + "\n")


def render(figures: Path) -> str:
    """The report."""
    runs = json.loads((figures / "runs.json").read_text())
    bugs = json.loads((figures / "bugs.json").read_text())
    lines = [
        "# Simulation report",
        "",
        "Written by `python -m tests.simulation report`; the figures are in `docs/simulation/`.",
        "",
    ]
    return "\n".join([*lines, *_runs(runs), *_bugs(bugs)]) + "\n"


def _runs(runs: dict[str, Any]) -> list[str]:
    speed = runs["deliveries"] / max(1, runs["core seconds"])
    broken = runs["findings"]
    rows = [
        ("seeds", f"{runs['seeds']:,}, from {runs['first seed']}"),
        ("deliveries to the worker", f"{runs['deliveries']:,}"),
        ("simulated time", f"{runs['virtual hours'] / 8766:,.0f} years"),
        ("throughput", f"{speed:,.0f} deliveries a second and core"),
        ("machine", f"{runs['workers']} processes, Python {runs['python']}, {runs['wall seconds']} s, {runs['date']}"),
        ("seeds that broke a promise", str(len(broken)) if broken else "none"),
        *((name, f"{count:,}") for name, count in runs["counts"].items()),
    ]
    told = ["## Runs", "", "| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows), ""]
    for seed, found in broken.items():
        told += [f"Seed {seed}: {found[0]}", ""]
    return told


def _bugs(bugs: list[dict[str, Any]]) -> list[str]:
    head = ["## Planted bugs", "", "| bug | kind | what it is | caught by | seeds needed |", "|---|---|---|---|---|"]
    rows = []
    for one in bugs:
        bug = campaign.BUGS[one["bug"]]
        kind = "interleaving" if bug.interleaving else "plain"
        rows.append(f"| `{bug.name}` | {kind} | {bug.what} | {one['rule'] or '**nothing**'} | {one['seeds']} |")
    plain = sum(not campaign.BUGS[one["bug"]].interleaving for one in bugs)
    caught = sum(bool(one["rule"]) for one in bugs)
    return [*head, *rows, "", f"{caught} of {len(bugs)} caught: {plain} plain ones, {len(bugs) - plain} interleavings."]
