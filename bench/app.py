"""The command: every measure, or one of them; what they found as tables, JSON and, when asked for, the page in ``docs/``."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from bench import cpu, crowd, growth, machine, memory, pace, page, realtime, start, tried
from bench.verdict import RESULTS, Finding, console

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
    "shared": (crowd.shared, "a quota shared with somebody else, on the virtual clock"),
    "light": (crowd.light, "latency under a light load, on the virtual clock"),
    "tried": (tried.measure, "what was tried and did not pay, on the virtual clock"),
    "growth": (growth.measure, "time and memory against sizes (two minutes)"),
}

#: Not in a whole run, because they take long.
LONG: dict[str, tuple[Measure, str]] = {
    "longer": (realtime.longer, "600 requests in real time at a peer: what is lost (five minutes; not in a whole run)"),
}


def carry_out(names: Sequence[str], *, document: bool) -> None:
    """Run the measures, show what they found, and end with 1 if a promise was missed."""
    began, findings = time.monotonic(), []
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(20), TimeElapsedColumn())
    for name in names:
        with Progress(*columns, console=console, transient=True) as progress:
            task = progress.add_task(name, total=None)

            def step(what: str, progress: Progress = progress, task: object = task, name: str = name) -> None:
                progress.update(task, description=f"{name}: {what}")  # type: ignore[arg-type]  # rich's task id is an int of its own type

            findings.append((MEASURES | LONG)[name][0](step))
        findings[-1].save()
        findings[-1].show()
    machine.save()
    missed = [check.what for found in findings for check in found.checks if not check.kept]
    console.rule(align="left")
    console.print(f"{time.monotonic() - began:.0f} s; the figures are in {RESULTS}")
    if document:
        console.print(f"written: {', '.join(page.write())}")
    if missed:
        console.print(f"[red]missed:[/] {'; '.join(missed)}")
        raise typer.Exit(1)
    console.print("[green]every promise kept[/]")


@app.callback(invoke_without_command=True)
def everything(
    context: typer.Context,
    *,
    document: Annotated[
        bool, typer.Option("--document", help="write docs/performance.md and its plots from this run")
    ] = False,
) -> None:
    """Run every measure unless one is named."""
    if context.invoked_subcommand is None:
        carry_out(list(MEASURES), document=document)


def _command(name: str, about: str) -> None:
    def one() -> None:
        carry_out([name], document=False)

    app.command(name, help=about)(one)


for _name, (_, _about) in (MEASURES | LONG).items():
    _command(_name, _about)


@app.command("document")
def write_page() -> None:
    """Write docs/performance.md and its plots from the latest figures."""
    console.print(f"written: {', '.join(page.write())}")
