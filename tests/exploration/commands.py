"""The commands of the exploration: explore scopes, look for seeded bugs, write the page."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from tests.exploration import figures, hunting, words
from tests.exploration.scopes import PLANS
from tests.exploration.search import Found, Search
from tests.simulation import campaign
from tests.simulation.subject import Subject, load

app = typer.Typer(help="Every order of events in small scopes.", no_args_is_help=True, add_completion=False)
CORES = os.cpu_count() or 1


def _scopes(given: list[str] | None) -> list[str]:
    """The scopes that were named, all when none was. Refuse a name that none has."""
    return _named(given, list(PLANS), "scope")


def _bugs(given: list[str] | None) -> list[str]:
    """The seeded bugs that were named; all interleavings when none was. Refuse a name that none has."""
    return _named(given, list(campaign.BUGS), "seeded bug") if given else hunting.INTERLEAVINGS


def _named(given: list[str] | None, known: list[str], kind: str) -> list[str]:
    unknown = sorted(set(given or ()) - set(known))
    if unknown:
        raise typer.BadParameter(f"no {kind} is called {', '.join(unknown)}. Known: {', '.join(known)}.")
    return given or known


@app.command()
def run(
    scope: Annotated[
        list[str] | None, typer.Option(help="explore this scope; all when none is named", callback=_scopes)
    ] = None,
    faults: Annotated[int, typer.Option(min=0, help="so many faults in a run at most")] = 1,
    states: Annotated[
        int | None,
        typer.Option(min=1, help="visit so many states of a scope at most, nearest first", show_default=False),
    ] = None,
    bug: Annotated[str | None, typer.Option(help="with this seeded bug", show_default=False)] = None,
    *,
    save: Annotated[bool, typer.Option("--save", help="keep the figures in docs/exploration.json")] = False,
) -> None:
    """Explore scopes to the end: every order of calls, every place of so many faults.

    The shortest way to a broken promise is printed step by step. Ends with 1 when there is one.
    """
    subject = load(campaign.BUGS[_bugs([bug])[0]] if bug else None)
    every = [_explored(name, subject, faults, states, save=save) for name in scope or ()]
    if any(one.broken for one in every):
        raise typer.Exit(1)


def _explored(name: str, subject: Subject, faults: int, states: int | None, *, save: bool) -> Found:
    plan = PLANS[name]
    found = Search(plan, subject, faults).run(shortest=states is not None, states=states)
    print(words.summary(plan, found), flush=True)
    if save:
        figures.save_scopes([found])
    if found.broken:
        shortest = found if states is not None else Search(plan, subject, faults).run(shortest=True)
        print("\n".join(words.trace(shortest)), flush=True)
    return found


@app.command()
def bugs(
    names: Annotated[
        list[str] | None, typer.Argument(help="seeded bugs; all interleavings when none is named", callback=_bugs)
    ] = None,
    faults: Annotated[int, typer.Option(min=0, help="so many faults in a run at most")] = 2,
    states: Annotated[int, typer.Option(min=1, help="visit so many states of a scope at most, nearest first")] = 30_000,
    workers: Annotated[int, typer.Option(min=1, help="processes, one a core")] = CORES,
    *,
    save: Annotated[bool, typer.Option("--save", help="keep the table in docs/exploration.json")] = False,
) -> None:
    """Put seeded bugs into the service, one at a time, and look for each: in all scopes without a fault, then with one, and so on.

    Ends with 1 when one is not found.
    """
    every = []
    for one in hunting.hunts(names or (), faults, states, workers):
        print(words.hunted(one), flush=True)
        every.append(one)
        if save:
            figures.save_bugs([one])
    found = sum(bool(one.scope) for one in every)
    print(f"{found} of {len(every)} seeded bugs found")
    if found < len(every):
        raise typer.Exit(1)


@app.command()
def page() -> None:
    """Write the tables of docs/exploration.md from the figures that are kept."""
    figures.PAGE.write_text(figures.page(figures.PAGE.read_text()))
    print(f"written: {figures.PAGE}")
