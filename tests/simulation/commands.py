"""The commands that run seeds: many of them, one again, or the service with seeded bugs."""

from __future__ import annotations

import os
import time
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from tests.simulation import campaign, replaying, report, screens
from tests.simulation.kept import KEPT
from tests.simulation.progress import console, shown

app = typer.Typer(help="The commands of the simulation.", no_args_is_help=True, add_completion=False)
CORES = os.cpu_count() or 1
_ENDLESS = 10**9
_CTRL_C = 130
Workers = Annotated[int, typer.Option(min=1, help="processes, one a core")]


def _seeded(given: Any) -> Any:
    """The seeded bugs that were named, one or several. Refuse a name that none has."""
    unknown = sorted(set([given] if isinstance(given, str) else given or ()) - set(campaign.BUGS))
    if unknown:
        raise typer.BadParameter(f"no seeded bug is called {', '.join(unknown)}. Known: {', '.join(campaign.BUGS)}.")
    return given


def _kept(given: str | None) -> str | None:
    """The name of kept scenarios. Refuse one that there is not."""
    if given is not None and given not in KEPT:
        raise typer.BadParameter(f"no scenario is kept as {given}. Known: {', '.join(KEPT)}.")
    return given


@app.command("run")
def run_seeds(
    seeds: Annotated[int | None, typer.Option(min=1, help="run so many seeds, however long it takes")] = None,
    first: Annotated[int, typer.Option(help="the first seed")] = 1,
    minutes: Annotated[float, typer.Option(min=0.01, help="without --seeds: run for so many minutes")] = 5.0,
    workers: Workers = CORES,
    save: Annotated[Path | None, typer.Option(help="write the figures to this JSON file")] = None,
    *,
    more: Annotated[
        bool, typer.Option("--more", help="go on after the seeds that are in the file, and add to them")
    ] = False,
) -> None:
    """Run the real service under simulated faults and audit every run.

    The first seed that breaks a promise is made small at the end, and what happened in it printed. Ends with 1 when one did, and with
    130 after Ctrl-C.
    """
    total, known, before = report.load(save) if save is not None and more else (campaign.Tally(), 0, 0.0)
    first, began = (known or first), time.monotonic()
    broken: list[int] = []
    blocks = campaign.campaign(first + total.seeds, seeds or _ENDLESS, workers, None if seeds else minutes)
    ran, cut = campaign.Tally(), False
    try:
        with shown("seeds", seeds, minutes * 60) as show, closing(blocks):
            for tally in blocks:
                total.add(tally)
                ran.add(tally)
                show(ran.seeds, ran.deliveries)
                for seed, findings in tally.findings.items():
                    broken.append(seed)
                    screens.broken(seed, findings)
                if save is not None:
                    report.save(save, total, first, workers, before + time.monotonic() - began)
    except KeyboardInterrupt:
        cut = True
    screens.total(total, time.monotonic() - began)
    try:
        if broken and not cut:
            screens.smallest(min(broken))
    except KeyboardInterrupt:
        cut = True
    if cut:
        raise typer.Exit(_CTRL_C)
    if total.findings:
        raise typer.Exit(1)


@app.command()
def replay(
    seed: Annotated[
        int | None,
        typer.Argument(help="the seed to run again; with --kept, which of the scenarios", show_default=False),
    ] = None,
    bug: Annotated[str | None, typer.Option(help="with this seeded bug", callback=_seeded)] = None,
    kept: Annotated[
        str | None,
        typer.Option(help="a scenario that is kept for this seeded bug, instead of a seed's", callback=_kept),
    ] = None,
    *,
    small: Annotated[
        bool, typer.Option("--shrink", help="make the failing scenario small first; takes a minute at most")
    ] = False,
    everything: Annotated[
        bool,
        typer.Option("--all", help="with --shrink: every line, not the first and the last on what the findings name"),
    ] = False,
    quiet: Annotated[bool, typer.Option(help="findings only, no trace")] = False,
) -> None:
    """Run one seed again; print what was asked for and what went wrong, what happened, and what the auditor says.

    What happened: messages sent, delivered, coming again and deleted, invocations, calls on the wire and as Amazon Connect saw them,
    transfers, events and what was parked. With --shrink only what concerns the contacts, names and routes that the findings name, and
    of that the beginning and the end.
    Ends with 1 when a promise was broken.
    """
    if seed is None and kept is None:
        raise typer.BadParameter("say which: a seed, or --kept and a name.")
    case = replaying.of_seed(seed or 0, bug) if kept is None else replaying.of_kept(kept, seed, bug)
    if case is None:
        known = ", ".join(str(one.seed) for one in KEPT[kept or ""])
        raise typer.BadParameter(f"{kept} has no scenario {seed}. Known: {known}.")
    if small:
        smallest = case.smallest()
        if smallest is None:
            name = f"seed {seed}" if kept is None else f"{kept} {case.scenario.seed}"
            print(f"nothing to shrink: {name} keeps every promise{f' with {bug}' if bug else ''}")
            return
        case = smallest
    lines, findings = case.described(everything=everything or not small)
    if not quiet:
        print("\n".join(lines))
    print("\n".join(findings) or "every promise was kept")
    if findings:
        raise typer.Exit(1)


@app.command()
def bugs(
    names: Annotated[
        list[str] | None, typer.Argument(help="seeded bugs; all when none is named", callback=_seeded)
    ] = None,
    first: Annotated[int, typer.Option(help="the first seed")] = 1,
    seeds: Annotated[int, typer.Option(min=1, help="how many seeds at most for each")] = 5000,
    workers: Workers = CORES,
    save: Annotated[Path | None, typer.Option(help="write the table to this JSON file")] = None,
) -> None:
    """Plant bugs in the real service, one at a time, and see that the auditor catches each.

    Ends with 1 when one is not caught, and with 130 after Ctrl-C.
    """
    wanted = list(dict.fromkeys(names or campaign.BUGS))
    caught: list[campaign.Caught] = []
    cut = False
    try:
        with shown("bugs", len(wanted)) as show, closing(campaign.hunts(wanted, first, seeds, workers)) as hunts:
            for one in hunts:
                caught.append(one)
                show(len(caught), 0)
                screens.caught(one)
    except KeyboardInterrupt:
        cut = True
    caught.sort(key=lambda one: list(campaign.BUGS).index(one.bug))
    console.print(screens.table(caught))
    if save is not None:
        report.save_bugs(save, caught)
    missed = [one.bug for one in caught if not one.rule]
    left = f"; not hunted: {len(wanted) - len(caught)}" if cut else ""
    print(
        f"{len(caught) - len(missed)} of {len(caught)} seeded bugs caught"
        + (f"; not caught: {', '.join(missed)}" if missed else "")
        + left
    )
    if cut:
        raise typer.Exit(_CTRL_C)
    if missed:
        raise typer.Exit(1)
