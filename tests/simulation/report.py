"""Figures to files, and files to the report. Nothing in the report is written by hand."""

from __future__ import annotations

import platform
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.simulation import campaign, distance_table
from tests.simulation.acted import EXPECTED
from tests.simulation.comparison import CONSUMERS, FATES
from tests.simulation.figures import read, save_json

_HEAD = """Written by `python -m tests.simulation report` from the figures in `docs/simulation/`. Those come from the commands `run --save`,
`bugs --save`, `distance --save`, `compare --save`, `settle --save` and `real --save` of the same module, and from
`python -m tests.properties --save`. Each section says of which commit its figures are. What they mean is in
[how reliability is checked](checking.md).

A run of the whole test suite simulates 160 seeds (2,000 before the suite had to end within five minutes); `make simulate` runs as
many as it has time for."""
#: Where a seed that broke a promise stands.
_FOUND = "checking.md#what-it-has-found"
_LEGEND = """Counted is what struck, not what was drawn. Only switches (what AWS does not document), clocks that are apart, and what
producers and the bus send again hold for a whole run, and are counted where they are drawn.

In front stands what was struck: `dynamodb`, `sqs`, `events` and `connect` are the worker's calls; `queue` and `function` are what SQS and
Lambda do by themselves; `Connect` is what the simulated Connect does to a call. Behind it stands what happened:

- `lost`: the call never arrives. `lost-answer`: it is done, and its answer never arrives. `lost-error`: it is done, and the answer is
  a 500. Of Connect's own, all that begin with `lost-` are done, and their answer is lost or replaced by what the name says.
- `error`: a 500, and nothing was done. `refused`: there was no connection. `partial`: of a call with several entries, some are refused.
- `late`: the call is done later than it was sent, mostly when nobody waits for it any more.
- `dies`: the worker dies before it sends the call. `dies-during`: it dies while the call travels, which arrives all the same. `dies-after`:
  it dies when the call is done, before it sees the answer; of `function`, when all is done, before its answer arrives.
- `freeze`: the worker stands still for a while."""
_REAL = {
    "requests": ("requests sent", ""),
    "kills": ("workers killed with SIGKILL", ""),
    "received": ("receives of their messages", ""),
    "calls": ("calls to TransferContact", ""),
    "throttled": ("calls of any operation that Connect throttled", ""),
    "lost_answers": ("calls that were done and whose answer was lost", ""),
    "transfers": ("transfers", ""),
    "announced": ("contacts whose transfer was announced", ""),
    "parked": ("messages in the dead-letter queue", ""),
    "seconds": ("duration", " s"),
    "findings": ("broken promises", ""),
}
_FUZZING = """Inputs, good and broken, through the code that reads them; each was read, or refused as documented. A code is what an
input was refused with.

Records: what had no attributes of its own was parked `with nothing but its body` when the test drew no reason either; the worker always
gives one. Flow events: `not stored` is what SQS did not take where the test lets it fail; the function then fails, too, so that the
flow takes its error branch."""


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
            "counts": dict(sorted(tally.counts.items())),
            "acted": {name: tally.acted[name] for name in EXPECTED},
            "findings": {str(seed): found for seed, found in sorted(tally.findings.items())},
        },
    )


def load(path: Path) -> tuple[campaign.Tally, int, float]:
    """Read back what ``save`` has written: the tally, its first seed, its seconds; nothing when there is no such file."""
    if not path.exists():
        return campaign.Tally(), 0, 0.0
    found, _ = read(path)
    tally = campaign.Tally(
        seeds=found["seeds"],
        deliveries=found["deliveries"],
        seconds=found["core seconds"],
        virtual_hours=found["virtual hours"],
        counts=Counter(found["counts"]),
        acted=Counter(found.get("acted", {})),
        findings={int(seed): shown for seed, shown in found["findings"].items()},
    )
    return tally, found["first seed"], found["wall seconds"]


def save_bugs(path: Path, caught: list[campaign.Caught]) -> None:
    """Write how the seeded bugs were caught."""
    save_json(path, [asdict(one) for one in caught])


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

    def section(title: str, name: str, shown: Callable[[Any], str]) -> str:
        found, when = read(figures / f"{name}.json")
        return "\n\n".join(part for part in (f"## {title}", when, shown(found)) if part)

    return (
        "\n\n".join(
            [
                "# Simulation report",
                _HEAD,
                section("Runs", "runs", _runs),
                section("Seeded bugs", "bugs", _bugs),
                section("Distance to failure", "distance", distance_table.section),
                section("Beside what a user would write", "comparison", comparison_table),
                section("After an outage", "settling", settling_table),
                section("With real parts", "real", _real),
                section("Fuzzing", "fuzzing", _fuzzing),
            ]
        )
        + "\n"
    )


def _fuzzing(kinds: dict[str, dict[str, Any]]) -> str:
    return "\n\n".join([_FUZZING, *(f"### {kind.capitalize()}\n\n{_facts(found)}" for kind, found in kinds.items())])


def _facts(figures: dict[str, Any]) -> str:
    rows = {"inputs": figures["inputs"], **figures["results"]}
    return _table((name, f"{count:,}") for name, count in rows.items())


def _real(figures: dict[str, Any]) -> str:
    """Everything that a storm tells of itself, and below it each promise that was broken."""
    rows = []
    for name, value in figures.items():
        words, unit = _REAL.get(name, (name, ""))
        rows.append((words, f"{_shown(value)}{unit}"))
    return "\n\n".join([_table(rows), *(f"{one} ([what it was]({_FOUND}))" for one in figures["findings"])])


def _table(rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join(["| | |", "|---|---:|", *(f"| {name} | {value} |" for name, value in rows)])


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return str(len(value)) if value else "none"
    return f"{value:,.0f}"


def _runs(runs: dict[str, Any]) -> str:
    speed = runs["deliveries"] / max(1, runs["core seconds"])
    broken = runs["findings"]
    rows = [
        ("seeds", f"{runs['seeds']:,}, from {runs['first seed']}"),
        ("seeds that broke a promise", str(len(broken)) if broken else "none"),
        ("deliveries to the worker", f"{runs['deliveries']:,}"),
        ("simulated time", f"{runs['virtual hours'] / 8766:,.1f} years"),
        ("throughput", f"{speed:,.0f} deliveries a second and core"),
        ("run", f"{runs['workers']} processes, Python {runs['python']}, {runs['wall seconds']:,} s"),
        *((name, f"{count:,}") for name, count in runs["counts"].items()),
    ]
    shown = [_table(rows), *(f"Seed {seed}: {found[0]} ([what it was]({_FOUND}))" for seed, found in broken.items())]
    if "acted" in runs:
        acted = [f"| {name} | {count:,} |" for name, count in runs["acted"].items()]
        shown += ["### How often each fault acted", _LEGEND, "\n".join(["| fault | times |", "|---|---:|", *acted])]
    return "\n\n".join(shown)


def _bugs(bugs: list[dict[str, Any]]) -> str:
    rows = []
    for one in bugs:
        bug = campaign.BUGS[one["bug"]]
        kind = "interleaving" if bug.interleaving else "plain"
        seeds = f"{one['seeds']}{' (kept)' if one.get('kept') else ''}"
        rows.append(f"| `{bug.name}` | {kind} | {bug.what} | {one['rule'] or '**nothing**'} | {seeds} |")
    plain = sum(not campaign.BUGS[one["bug"]].interleaving for one in bugs)
    caught = sum(bool(one["rule"]) for one in bugs)
    hunted = (
        f"{len(bugs)} of the {len(campaign.BUGS)} seeded bugs were hunted in this run. "
        if len(bugs) < len(campaign.BUGS)
        else ""
    )
    sums = (
        f"{hunted}{caught} of {len(bugs)} caught: {plain} plain ones, {len(bugs) - plain} interleavings. "
        "`(kept)`: by a scenario that is kept for the bug; the others are drawn from seeds. "
        "Bugs of routes pass over seeds without routes."
    )
    head = [
        sums,
        "",
        "| bug | kind | what it is | caught by | seeds needed |",
        "|---|---|---|---|---:|",
    ]
    return "\n".join(head + rows)
