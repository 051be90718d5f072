"""The screen of ``transfers watch``: parts in the order of their importance, as many as the terminal has lines for.

Nothing is cut silently: the last line says that there is more, and the list of reasons says how many more it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from contact_transfer.observability.metrics import Metric
from transfers_cli import say
from transfers_cli.deployment import Deployment
from transfers_cli.figures import MINUTES, MOST_HELD, Figures

#: Lines enough for everything.
ENDLESS = 1000
_BARS = "·▁▂▃▄▅▆▇█"
#: Cells of a box: narrower ones would cut their figures.
_NARROWEST, _WIDEST = 26, 38
#: Lines of the frame around the list of reasons.
_FRAME = 2
_CUT = "not all fits: larger terminal, or --json"
#: The narrowest terminals for the last minutes, and for the note beside each.
_MINUTES_WIDTH, _NOTE_WIDTH = 56, 76
_MINUTES_STYLES = {
    Metric.TRANSFERRED: "green",
    Metric.FAILED: "red",
    Metric.DEFERRED: "yellow",
    Metric.THROTTLED: "magenta",
}
_STYLES = {Metric.FAILED: "red", Metric.DEFERRED: "yellow"}


def screen(found: Deployment, figures: Figures, width: int, lines: int = ENDLESS) -> RenderableType:
    """The whole screen, or as much of it as goes into ``lines`` of ``width`` cells."""
    shown: list[RenderableType] = []
    room = lines - 1  # one is kept for the last line
    cut = False
    for part in _parts(found, figures, width):
        height = lines if part is None else _height(part, width)
        if part is None or height > room:
            cut = True
            continue
        shown.append(part)
        room -= height
    reasons = list(_reasons(figures))
    if reasons and room > _FRAME + 1:
        shown.append(_reason_list(reasons, room - _FRAME, width))
    elif reasons:
        cut = True
    if cut:
        shown.append(Text(_CUT, "yellow", no_wrap=True))
    return Group(*shown)


def _height(part: RenderableType, width: int) -> int:
    return len(say.out.render_lines(part, say.out.options.update(width=width, height=None)))


def _parts(found: Deployment, figures: Figures, width: int) -> Iterator[RenderableType | None]:
    """The parts, the most important first; None for one that the width has no room for."""
    state = Text(" running ", style="black on green") if figures.running else Text(" paused ", style="black on yellow")
    place = f"  {found.account}  {found.region}  {say.clock(figures.at)}"
    yield Text.assemble((found.stack, "bold"), "  ", state, place)
    yield Text(f"alarms: {', '.join(figures.ringing)}", "bold red") if figures.ringing else Text("no alarm", "green")
    box = max(_NARROWEST, min(_WIDEST, (width - 2) // 3))
    boxes = {"queues": _queues(figures), "pace": _pace(figures), "outcomes": _outcomes(figures)}
    yield Columns([_box(title, rows, box) for title, rows in boxes.items()])
    yield _minutes(figures, width) if width >= _MINUTES_WIDTH else None


Rows = Sequence[tuple[str, RenderableType]]


def _box(title: str, rows: Rows, width: int) -> Panel:
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(style="dim", overflow="fold")
    table.add_column(justify="right", overflow="fold")
    for name, value in rows:
        table.add_row(name, value)
    return Panel(table, title=title, title_align="left", width=width, border_style="dim")


def _queues(figures: Figures) -> Rows:
    return [
        ("waiting", Text(str(figures.waiting), "bold")),
        ("of them urgent", str(figures.urgent)),
        ("in flight", str(figures.in_flight)),
        ("oldest", "" if figures.oldest is None else _short(figures.oldest)),
        ("dead letters", Text(str(figures.failed), "bold red" if figures.failed else "green")),
    ]


def _in_doubt(count: int | None) -> RenderableType:
    return "not known" if count is None else Text(str(count), "yellow" if count else "green")


def _held(count: int | None) -> str:
    if count is None:
        return "not known"
    return f"{count} or more" if count >= MOST_HELD else str(count)


def _pace(figures: Figures) -> Rows:
    throttled = figures.total(Metric.THROTTLED)
    left = (figures.waiting + figures.in_flight) / figures.pace
    return [
        ("a second", f"{figures.rate:.2f} of {figures.pace:g}"),
        ("of the quota", f"{figures.rate / figures.pace:.0%}"),
        ("backlog", _short(left) if left else "none"),
        ("throttled", Text(f"{throttled:g}", "yellow" if throttled else "green")),
        ("held", _held(figures.held)),
    ]


def _short(seconds: float) -> str:
    """A length of time in nine cells."""
    return say.span(seconds).replace(" min", "min").replace(" d", "d").replace(" h", "h").replace(" s", "s")


def _outcomes(figures: Figures) -> Rows:
    bad = {Metric.UNCONFIRMED, Metric.FAILED}
    shown = (Metric.TRANSFERRED, Metric.CONFIRMED, Metric.UNCONFIRMED, Metric.FAILED)
    totals = [(metric, figures.total(metric)) for metric in shown]
    counted = [
        (metric.lower(), Text(f"{total:g}", "red" if metric in bad and total else "bold")) for metric, total in totals
    ]
    return [*counted, ("in doubt", _in_doubt(figures.in_doubt))]


def _minutes(figures: Figures, width: int) -> Panel:
    table = Table.grid(padding=(0, 2))
    for style in ("dim", "", "dim"):
        table.add_column(style=style, no_wrap=True)
    for metric, style in _MINUTES_STYLES.items():
        values = figures.minutes.get(metric, [0.0] * MINUTES)
        most = f"at most {max(values):g} a minute" if width >= _NOTE_WIDTH else ""
        table.add_row(metric.lower(), Text(bars(values), style), most)
    return Panel(table, title=f"the last {MINUTES} minutes", title_align="left", border_style="dim")


def bars(values: Sequence[float]) -> str:
    """One character for each of ``values``; anything above zero shows."""
    most = max(values, default=0.0)
    steps = len(_BARS) - 1
    return "".join(_BARS[0 if not value else max(1, round(steps * value / most))] for value in values)


def _reasons(figures: Figures) -> Iterator[tuple[str, str, float, str]]:
    """What happened, why, how often and in which colour; the most frequent first."""
    for metric, style in _STYLES.items():
        for reason, count in sorted(figures.by_reason.get(metric, {}).items(), key=lambda item: -item[1]):
            yield metric.lower(), reason, count, style


def _reason_list(reasons: Sequence[tuple[str, str, float, str]], room: int, width: int) -> Panel:
    """As many reasons as there are lines for, with a bar each where the width has room; the last line says how many more there are."""
    fit = reasons if len(reasons) <= room else reasons[: room - 1]
    most = max(count for _, _, count, _ in reasons)
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="crop", no_wrap=True)
    for what, reason, count, style in fit:
        table.add_row(
            what,
            reason,
            f"{count:g}",
            Text("█" * (max(1, round(16 * count / most)) if width >= _MINUTES_WIDTH else 0), style),
        )
    if len(fit) < len(reasons):
        table.add_row("", f"and {len(reasons) - len(fit)} more", "", "")
    return Panel(table, title="by code and cause", title_align="left", border_style="dim")
