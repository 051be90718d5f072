"""The commands of the simulation."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[2] / "lambda_src"))

from tests.simulation import auditor, campaign, comparison, outages, plots, report
from tests.simulation.acted import EXPECTED
from tests.simulation.generate import scenario
from tests.simulation.run import run
from tests.simulation.scenario import Scenario
from tests.simulation.shrink import shrink
from tests.simulation.trace import trace

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
console = Console(stderr=True, width=None if sys.stderr.isatty() else 120)
_CORES = os.cpu_count() or 1
_ENDLESS = 10**9
Workers = Annotated[int, typer.Option(help="processes, one a core")]


def _planted(given: Any) -> Any:
    """The planted bugs that were named, one or several. Refuse a name that none has."""
    unknown = sorted(set([given] if isinstance(given, str) else given or ()) - set(campaign.BUGS))
    if unknown:
        raise typer.BadParameter(f"no planted bug is called {', '.join(unknown)}. Known: {', '.join(campaign.BUGS)}.")
    return given


@app.command("run")
def run_seeds(
    seeds: Annotated[int | None, typer.Option(help="run so many seeds, however long it takes")] = None,
    first: Annotated[int, typer.Option(help="the first seed")] = 1,
    minutes: Annotated[float, typer.Option(help="without --seeds: run for so many minutes")] = 5.0,
    workers: Workers = _CORES,
    save: Annotated[Path | None, typer.Option(help="write the figures to this JSON file")] = None,
    *,
    more: Annotated[
        bool, typer.Option("--more", help="go on after the seeds that are in the file, and add to them")
    ] = False,
) -> None:
    """Run the real service under simulated faults and audit every run. Ends with 1 when a promise was broken."""
    total, known, before = report.load(save) if save is not None and more else (campaign.Tally(), 0, 0.0)
    first, began = (known or first), time.monotonic()
    with _progress() as progress:
        bar = progress.add_task("seeds", total=seeds, deliveries=0)
        for tally in campaign.campaign(first + total.seeds, seeds or _ENDLESS, workers, None if seeds else minutes):
            total.add(tally)
            progress.update(bar, completed=total.seeds, deliveries=total.deliveries)
            for seed, findings in tally.findings.items():
                _tell(seed, findings)
            if save is not None:
                report.save(save, total, first, workers, before + time.monotonic() - began)
    speed = total.deliveries / max(total.seconds, 0.01)
    wall = time.monotonic() - began
    print(f"{total.seeds:,} seeds, {total.deliveries:,} deliveries in {wall:.0f} s: {speed:,.0f} a second and core")
    print(f"{len(total.findings)} seeds broke a promise" if total.findings else "every promise was kept")
    _tell_idle(total)
    if total.findings:
        raise typer.Exit(1)


@app.command()
def replay(
    seed: Annotated[int, typer.Argument(help="the seed to run again")],
    bug: Annotated[str | None, typer.Option(help="with this planted bug", callback=_planted)] = None,
    *,
    small: Annotated[bool, typer.Option("--shrink", help="make the failing scenario small first")] = False,
    quiet: Annotated[bool, typer.Option(help="findings only, no trace")] = False,
) -> None:
    """Run one seed again and print everything that happened in it, and what the auditor says."""
    found = scenario(seed)
    if small:
        found = _smallest(found, bug)
    evidence = run(found, campaign.subject(bug), watch=True)
    if not quiet:
        print("\n".join(trace(evidence)))
    findings = auditor.audit(evidence)
    print("\n".join(str(finding) for finding in findings) or "every promise was kept")
    if findings:
        raise typer.Exit(1)


@app.command()
def bugs(
    names: Annotated[
        list[str] | None, typer.Argument(help="planted bugs; all when none is named", callback=_planted)
    ] = None,
    first: Annotated[int, typer.Option(help="the first seed")] = 1,
    seeds: Annotated[int, typer.Option(help="how many seeds at most for each")] = 5000,
    workers: Workers = _CORES,
    save: Annotated[Path | None, typer.Option(help="write the table to this JSON file")] = None,
) -> None:
    """Plant bugs in the real service, one at a time, and see that the auditor catches each. Ends with 1 when one is not caught."""
    wanted = names or list(campaign.BUGS)
    caught = []
    with _progress() as progress:
        bar = progress.add_task("bugs", total=len(wanted), deliveries=0)
        for one in campaign.hunts(wanted, first, seeds, workers):
            caught.append(one)
            progress.advance(bar)
            console.print(f"{one.bug}: {one.rule or 'not caught'}, {one.seeds} seeds")
    caught.sort(key=lambda one: list(campaign.BUGS).index(one.bug))
    console.print(_table(caught))
    if save is not None:
        report.save_bugs(save, caught)
    missed = [one.bug for one in caught if not one.rule]
    print(
        f"{len(caught) - len(missed)} of {len(caught)} planted bugs caught"
        + (f"; not caught: {', '.join(missed)}" if missed else "")
    )
    if missed:
        raise typer.Exit(1)


@app.command()
def compare(
    seeds: Annotated[int, typer.Option(help="how many seeds for each consumer")] = 1000,
    workers: Workers = _CORES,
    save: Annotated[Path, typer.Option(help="the JSON file; the plot goes beside it")] = Path(
        "docs/simulation/comparison.json"
    ),
) -> None:
    """Run the same faults and seeds with Powertools' batch processor, with its idempotency utility, and with the service."""
    counts: dict[str, Counter[str]] = {consumer: Counter() for consumer in comparison.CONSUMERS}
    with _progress() as progress:
        bar = progress.add_task("blocks", total=3 * -(-seeds // campaign.BLOCK), deliveries=0)
        for consumer, fates in comparison.compare(seeds, workers):
            counts[consumer].update(fates)
            progress.advance(bar)
    report.save_json(save, {"seeds": seeds, "counts": counts})
    plots.comparison({consumer: dict(fates) for consumer, fates in counts.items()}, save.with_suffix(".svg"))
    print(report.comparison_table({"seeds": seeds, "counts": counts}))


@app.command()
def settle(
    seeds: Annotated[int, typer.Option(help="how many seeds for each length of outage")] = 60,
    workers: Workers = _CORES,
    save: Annotated[Path, typer.Option(help="the JSON file; the plot goes beside it")] = Path(
        "docs/simulation/settling.json"
    ),
) -> None:
    """Measure how long it takes until everything has settled after an outage of Amazon Connect."""
    minutes = outages.measure(seeds, workers)
    report.save_json(save, minutes)
    plots.settling(minutes, save.with_suffix(".svg"))
    print(report.settling_table(minutes))


@app.command("real")
def real_parts(
    requests: Annotated[int, typer.Option(help="how many requests")] = 10_000,
    kill_every: Annotated[float, typer.Option(help="seconds between two kills, on average")] = 0.5,
    seed: Annotated[int, typer.Option(help="decides when a worker is killed; the rest is up to real time")] = 1,
    save: Annotated[Path | None, typer.Option(help="write the figures to this JSON file")] = None,
) -> None:
    """The local cloud under load: faults on the wire, workers killed with SIGKILL, audited from Connect's history. Takes minutes."""
    from local.cloud import LocalCloud  # noqa: PLC0415 - the other commands need nothing of it
    from tests.simulation import real  # noqa: PLC0415 - as above

    with LocalCloud("local", real.settings, wait=1) as cloud, _progress() as progress:
        bar = progress.add_task("requests", total=requests, deliveries=0)
        told = real.storm(
            cloud,
            requests,
            seed=seed,
            kill_every=kill_every,
            quotas=real.QUOTAS,
            progress=lambda left: progress.update(bar, completed=requests - left),
        )
    if save is not None:
        report.save_json(save, asdict(told))
    for finding in told.findings[:20]:
        print(finding)
    done = f"{told.transfers:,} transfers of {requests:,} requests in {told.seconds:.0f} s"
    print(f"{done}, {told.kills} workers killed, {told.lost_answers} answers lost, {told.throttled} calls throttled")
    print(f"{len(told.findings)} promises broken" if told.findings else "every promise was kept")
    if told.findings:
        raise typer.Exit(1)


@app.command("report")
def write_report(
    figures: Annotated[Path, typer.Option(help="where the JSON files of the runs are")] = Path("docs/simulation"),
    out: Annotated[Path, typer.Option(help="the report to write")] = Path("docs/simulation-report.md"),
) -> None:
    """Write the report from the figures that ``run --save`` and ``bugs --save`` have written."""
    out.write_text(report.render(figures))
    print(f"wrote {out}")


def _tell_idle(total: campaign.Tally) -> None:
    idle = [name for name in EXPECTED if not total.acted[name]]
    rarest = ", ".join(f"{name} ({total.acted[name]:,})" for name in sorted(EXPECTED, key=total.acted.__getitem__)[:3])
    done = f"{len(EXPECTED) - len(idle)} of {len(EXPECTED)} faults acted"
    print(f"{done}; never: {', '.join(idle)}" if idle else f"{done}; the rarest: {rarest}")


def _smallest(found: Scenario, bug: str | None) -> Scenario:
    service = campaign.subject(bug)
    rules = {finding.rule for finding in auditor.audit(run(found, service))}
    if not rules:
        return found
    chosen = (min(rules),)
    return shrink(found, lambda candidate: bool(auditor.audit(run(candidate, service), chosen)))


def _tell(seed: int, findings: list[str]) -> None:
    console.print(f"[bold red]seed {seed}[/] broke a promise:", *findings[:5], sep="\n  ")
    console.print(f"  again: python -m tests.simulation replay {seed} --shrink")


def _progress() -> Progress:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[deliveries]:,} deliveries"),
    )
    return Progress(*columns, TimeElapsedColumn(), console=console, disable=not sys.stderr.isatty())


def _table(caught: list[campaign.Caught]) -> Table:
    table = Table("planted bug", "kind", "caught by", "seeds needed", "what it is")
    for one in caught:
        bug = campaign.BUGS[one.bug]
        kind = "interleaving" if bug.interleaving else "plain"
        table.add_row(one.bug, kind, one.rule or "[bold red]nothing[/]", str(one.seeds), bug.what)
    return table


if __name__ == "__main__":
    app()
