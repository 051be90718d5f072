"""The commands of the exploration."""

from __future__ import annotations

from typing import Annotated

import typer

from tests.exploration import words
from tests.exploration.scopes import PLANS
from tests.exploration.search import Search
from tests.simulation.subject import load

app = typer.Typer(help="Every order of events in small scopes.", no_args_is_help=True, add_completion=False)


def _known(given: list[str] | None) -> list[str]:
    """The scopes that were named, all when none was. Refuse a name that none has."""
    unknown = sorted(set(given or ()) - set(PLANS))
    if unknown:
        raise typer.BadParameter(f"no scope is called {', '.join(unknown)}. Known: {', '.join(PLANS)}.")
    return given or list(PLANS)


@app.command()
def run(
    scope: Annotated[
        list[str] | None, typer.Option(help="explore this scope; all when none is named", callback=_known)
    ] = None,
    faults: Annotated[int, typer.Option(min=0, help="so many faults in a run at most")] = 1,
) -> None:
    """Explore scopes to the end: every order of calls, every place of so many faults.

    The shortest way to a broken promise is printed step by step. Ends with 1 when there is one.
    """
    subject, broken = load(), False
    for name in scope or ():
        found = Search(PLANS[name], subject, faults).run()
        print(words.summary(PLANS[name], found), flush=True)
        if found.broken:
            broken = True
            print("\n".join(words.trace(Search(PLANS[name], subject, faults).run(shortest=True))))
    if broken:
        raise typer.Exit(1)


@app.callback()
def _main() -> None:
    """Keep the commands' names although there is one only."""
