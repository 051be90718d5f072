"""The command: runs every measure or one of them; prints tables, writes JSON and, if requested, the page in ``docs/``."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bench import (
    against,
    cost,
    cpu,
    crowd,
    finding,
    growth,
    lanes,
    light,
    machine,
    memory,
    pace,
    page,
    realtime,
    start,
    tried,
    urgent,
)
from bench.finding import Check, Finding, console

app = typer.Typer(
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Measures what is promised about speed, size and cost, beside what a user would pick instead. Without a name: everything.",
    context_settings={"help_option_names": ["-h", "--help"]},
)
Measure = Callable[[Callable[[str], None]], Finding]
#: In the order of a whole run: what takes longest comes first, while nothing else has warmed the machine.
MEASURES: dict[str, tuple[Measure, str]] = {
    "realtime": (realtime.measure, "60 requests in real time, beside the peers (four minutes at most)"),
    "start": (start.measure, "cold start and size of the asset (a minute)"),
    "cpu": (cpu.measure, "CPU time a message, calls a transfer"),
    "memory": (memory.measure, "peak memory of the worker"),
    "pace": (pace.measure, "backlogs up to 30,000 on the virtual clock (a minute)"),
    "shared": (crowd.measure, "a quota shared with another caller, on the virtual clock"),
    "light": (light.measure, "latency under a light load, on the virtual clock"),
    "lanes": (lanes.measure, "urgent requests beside a backlog of 5,000, on the virtual clock (two minutes)"),
    "tried": (tried.measure, "what was tried and not adopted, on the virtual clock"),
    "growth": (growth.measure, "time and memory against sizes (two minutes)"),
    "cost": (cost.measure, "what a million transfers cost by list prices, on paper"),
}

#: Not in a whole run, because they take long.
LONG: dict[str, tuple[Measure, str]] = {
    "urgent": (urgent.measure, "urgent requests beside a backlog in real time (two minutes; not in a whole run)"),
    "longer": (realtime.longer, "600 requests in real time at a peer: what is lost (five minutes; not in a whole run)"),
}


def carry_out(names: Sequence[str], *, document: bool = False, strict: bool = False) -> None:
    """Run the measures and show what they found.

    Args:
        names: keys of ``MEASURES`` or ``LONG``.
        document: keep the figures for the page and write it.
        strict: count limits that are known to be missed, too.

    Raises:
        typer.Exit: a limit was missed; the status is 1.
    """
    began, run, findings = time.monotonic(), machine.begin(), []
    for name in names:
        findings.append(_measured(name))
        findings[-1].run = run
        findings[-1].save()
        findings[-1].show()
    checks, seconds = [check for found in findings for check in found.checks], time.monotonic() - began
    if set(names) >= set(MEASURES):
        machine.end(run, seconds, checks)
    console.rule(align="left")
    console.print(f"{seconds:.0f} s; the figures are in {finding.RESULTS}, of run {run[machine.NAME]}")
    if document:
        page.store([*MEASURES, *LONG])
        write_page()
    _judge([check for check in checks if not check.kept], strict=strict)


def _measured(name: str) -> Finding:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(20), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(name, total=None)
        return (MEASURES | LONG)[name][0](lambda what: progress.update(task, description=f"{name}: {what}"))


def _judge(missed: Sequence[Check], *, strict: bool) -> None:
    known = [check.what for check in missed if check.known]
    unknown = [check.what for check in missed if not check.known]
    if known:
        console.print(f"[yellow]missed, as is known and explained in docs/performance.md:[/] {'; '.join(known)}")
    if unknown:
        console.print(f"[red]missed:[/] {'; '.join(unknown)}")
    if unknown or (known and strict):
        raise typer.Exit(1)
    console.print("[green]every other limit kept[/]" if known else "[green]every limit kept[/]")


Strict = Annotated[
    bool, typer.Option("--strict", help="end non-zero for the limits too that are known to be missed (see the page)")
]


@app.callback(invoke_without_command=True)
def everything(
    context: typer.Context,
    *,
    document: Annotated[
        bool,
        typer.Option(
            "--document", help="keep the figures of this run, and write docs/performance.md and its plot from them"
        ),
    ] = False,
    longer: Annotated[
        bool, typer.Option("--longer", help="also run the measure that a whole run leaves out because it takes long")
    ] = False,
    strict: Strict = False,
) -> None:
    """Run every measure unless one is named."""
    if context.invoked_subcommand is None:
        carry_out([*MEASURES, *(LONG if longer else ())], document=document, strict=strict)


def _command(name: str, about: str) -> None:
    def one(*, strict: Strict = False) -> None:
        carry_out([name], strict=strict)

    app.command(name, help=about)(one)


for _name, (_, _about) in (MEASURES | LONG).items():
    _command(_name, _about)


@app.command("document")
def write_page() -> None:
    """Write docs/performance.md and its plot from the figures that are kept in docs/performance."""
    console.print(f"written: {', '.join(page.write())}")


@app.command("against")
def compare(revision: Annotated[str, typer.Argument(help="a commit")]) -> None:
    """Print the CPU time of one message beside that at an earlier commit (a minute)."""
    against.compare(revision)
