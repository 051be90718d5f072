"""The figures of the exploration: kept in docs/exploration.json, and written from there as the tables of docs/exploration.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.exploration.hunting import Hunted
from tests.exploration.scopes import PLANS
from tests.exploration.search import Found
from tests.simulation import campaign
from tests.simulation.figures import read, save_json

DOCS = Path(__file__).parents[2] / "docs"
FIGURES = DOCS / "exploration.json"
PAGE = DOCS / "exploration.md"
_SEEDS = DOCS / "simulation" / "bugs.json"
_BEGIN, _END = "<!-- {}: written by python -m tests.exploration page -->", "<!-- {}: end -->"
Row = Sequence[str]


def _figures() -> dict[str, Any]:
    found: dict[str, Any] = read(FIGURES)[0] if FIGURES.exists() else {}
    return {"scopes": {}, "bugs": {}} | found


def save_scopes(every: Iterable[Found]) -> None:
    """Keep what searches came to, beside those of other scopes and numbers of faults."""
    figures = _figures()
    for one in every:
        figures["scopes"][f"{one.scope}/{one.faults}"] = {
            "states": one.states,
            "steps": one.steps,
            "replays": one.replays,
            "seconds": round(one.seconds, 1),
            "complete": one.complete,
            "broken": one.broken,
        }
    _save(figures)


def save_bugs(every: Iterable[Hunted]) -> None:
    """Keep how seeded bugs were found, beside those of others; with what the simulation's table says of them now."""
    figures, seeds = _figures(), {one["bug"]: one for one in read(_SEEDS)[0]}
    for one in every:
        beside = {"what": campaign.BUGS[one.bug].what, "seeds": _by_seeds(seeds.get(one.bug))}
        figures["bugs"][one.bug] = one.as_dict() | beside
    _save(figures)


def _save(figures: dict[str, Any]) -> None:
    """A process that reads the file meanwhile finds it whole."""
    new = FIGURES.with_suffix(".new")
    save_json(new, figures)
    new.replace(FIGURES)


def page(standing: str) -> str:
    """The page with its tables as the figures say."""
    figures = _figures()
    tables = {"scopes": _scopes(figures["scopes"]), "bugs": _bugs(figures["bugs"])}
    for name, rows in tables.items():
        begin, end = _BEGIN.format(name), _END.format(name)
        before, _, rest = standing.partition(begin)
        _, _, after = rest.partition(end)
        standing = f"{before}{begin}\n\n{_table(rows)}\n\n{end}{after}"
    return standing


def _table(rows: Iterable[Row]) -> str:
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _scopes(found: Mapping[str, Any]) -> Iterator[Row]:
    yield ("scope", "what it is", "faults", "states", "steps", "runs of code", "seconds", "result")
    for name, plan in PLANS.items():
        for key, one in sorted(found.items()):
            scope, _, faults = key.partition("/")
            if scope == name:
                result = one["broken"] or (
                    "every promise holds" if one["complete"] else "not to the end; none is broken"
                )
                counts = (f"{one[what]:,}" for what in ("states", "steps", "replays"))
                yield (f"`{name}`", plan.words, faults, *counts, f"{one['seconds']:,.0f}", result)


def _bugs(found: Mapping[str, Any]) -> Iterator[Row]:
    yield ("seeded bug", "what it is", "scope", "faults", "steps", "by the seeds")
    for name, one in sorted(found.items()):
        where = (f"`{one['scope']}`", str(one["faults"]), str(one["steps"])) if one["scope"] else ("not found", "", "")
        yield (f"`{name}`", one["what"], *where, one["seeds"])


def _by_seeds(one: Mapping[str, Any] | None) -> str:
    if one is None or not one["rule"]:
        return "not found"
    return f"a kept scenario, {one['rule']}" if one.get("kept") else f"seed {one['seeds']:,}, {one['rule']}"
