"""``transfers watch``: the live figures, on a terminal or as JSON."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from contact_transfer.observability.telemetry import Metric
from transfers_cli import options, say
from transfers_cli.deployment import Deployment, open_deployment
from transfers_cli.figures import MINUTES, Figures, Watching

#: Lines of a terminal that has room for everything.
TALL = 30
_BARS = "·▁▂▃▄▅▆▇█"


def watch(
    *,
    every: Annotated[float, typer.Option(min=0.5, help="Seconds between two looks at the queues.")] = 2.0,
    once: Annotated[bool, typer.Option("--once", help="One look, and done.")] = False,
    deployment: options.DeploymentName = "",
    json: options.AsJson = False,
) -> None:
    """Show live figures until Ctrl-C: waiting, in flight, oldest, rate against the quota, throttles, failures by code.

    The queues are as they are; counts by minute come from CloudWatch and lag by up to a minute (about 0.12 USD an hour).
    """
    found = open_deployment(deployment)
    watching = Watching(found)
    if json:
        say.as_json({**found.place, **watching.figures().as_dict()})
        return
    if once:
        say.out.print(screen(found, watching.figures()))
        return
    with Live(console=say.out, auto_refresh=False, screen=say.out.is_terminal) as live:
        try:
            while True:
                live.update(screen(found, watching.figures(), say.out.height), refresh=True)
                time.sleep(every)  # the screen's pace
        except KeyboardInterrupt:
            return


def screen(found: Deployment, figures: Figures, lines: int = TALL) -> RenderableType:
    """The whole screen; what a terminal of fewer ``lines`` would cut off is left out, or is at the end."""
    state = Text(" running ", style="black on green") if figures.running else Text(" paused ", style="black on yellow")
    title = Text.assemble(
        (found.stack, "bold"), "  ", state, f"  {found.account}  {found.region}  {say.clock(figures.at)}"
    )
    boxes = [_queues(figures), _pace(figures), _outcomes(figures)]
    reasons = [_reasons("failed by code", figures.by_reason.get(Metric.FAILED, {}), "red")]
    if lines >= TALL:
        reasons.append(_reasons("deferred by cause", figures.by_reason.get(Metric.DEFERRED, {}), "yellow"))
    minutes = Panel(_minutes(figures), title=f"the last {MINUTES} minutes", title_align="left", border_style="dim")
    alarms = Text(f"alarms: {', '.join(figures.ringing)}", "bold red") if figures.ringing else Text("no alarm", "green")
    return Group(title, alarms, Columns(boxes), minutes, Columns(reasons))


def _box(title: str, rows: Sequence[tuple[str, RenderableType]], width: int = 32) -> Panel:
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(style="dim")
    table.add_column(justify="right")
    for name, value in rows:
        table.add_row(name, value)
    return Panel(table, title=title, title_align="left", width=width, border_style="dim")


def _queues(figures: Figures) -> Panel:
    oldest = "" if figures.oldest is None else say.span(figures.oldest)
    failed = Text(str(figures.failed), "bold red" if figures.failed else "green")
    rows: list[tuple[str, RenderableType]] = [
        ("waiting", Text(str(figures.waiting), "bold")),
        ("in flight or deferred", str(figures.in_flight)),
        ("oldest request", oldest),
        ("in dead-letter queue", failed),
    ]
    return _box("queues", rows, 38)


def _pace(figures: Figures) -> Panel:
    share = figures.rate / figures.pace
    throttled = figures.total(Metric.THROTTLED)
    left = (figures.waiting + figures.in_flight) / figures.pace
    rows: list[tuple[str, RenderableType]] = [
        ("transfers a second", f"{figures.rate:.2f} of {figures.pace:g}"),
        ("share of the quota", f"{share:.0%}"),
        ("", ProgressBar(total=1.0, completed=min(1.0, share), width=14)),
        ("throttled calls", Text(f"{throttled:g}", "yellow" if throttled else "green")),
    ]
    rows[2] = ("backlog takes", say.span(left)) if left else rows[2]
    return _box("pace", rows, 38)


def _outcomes(figures: Figures) -> Panel:
    def count(metric: Metric, bad: bool = False) -> Text:  # noqa: FBT001, FBT002 - a colour, two lines away
        value = figures.total(metric)
        return Text(f"{value:g}", "red" if bad and value else "bold")

    return _box(
        "outcomes",
        [
            ("transferred", count(Metric.TRANSFERRED)),
            ("confirmed", count(Metric.CONFIRMED)),
            ("unconfirmed", count(Metric.UNCONFIRMED, bad=True)),
            ("failed", count(Metric.FAILED, bad=True)),
        ],
        28,
    )


def _minutes(figures: Figures) -> Table:
    table = Table.grid(padding=(0, 2))
    for style, whole in (("dim", True), ("", True), ("dim", False)):
        table.add_column(style=style, no_wrap=whole)
    for metric, style in (
        (Metric.TRANSFERRED, "green"),
        (Metric.FAILED, "red"),
        (Metric.DEFERRED, "yellow"),
        (Metric.THROTTLED, "magenta"),
    ):
        values = figures.minutes.get(metric, [0.0] * MINUTES)
        table.add_row(metric.lower(), Text(bars(values), style), f"at most {max(values):g} a minute")
    return table


def bars(values: Sequence[float]) -> str:
    """One character a value; anything above zero shows."""
    most = max(values, default=0.0)
    steps = len(_BARS) - 1
    return "".join(_BARS[0 if not value else max(1, round(steps * value / most))] for value in values)


def _reasons(title: str, counted: Mapping[str, float], style: str) -> Panel:
    most = max(counted.values(), default=0.0)
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", min_width=20)
    table.add_column(justify="right", min_width=4)
    table.add_column()
    for name, count in sorted(counted.items(), key=lambda item: -item[1]):
        table.add_row(name, f"{count:g}", Text("█" * max(1, round(16 * count / most)), style))
    return Panel(
        table if counted else Text("none", "dim"), title=title, title_align="left", width=52, border_style="dim"
    )
