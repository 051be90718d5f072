"""Now: how many requests are in which state, the last hour, and what is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contact_transfer.observability.metrics import Metric
from contact_transfer.transfer.failures import failure
from transfers_cli import say
from transfers_cli.figures import MOST_HELD, Figures
from transfers_cli.web.asking import Asked, View
from transfers_cli.web.chart import chart
from transfers_cli.web.console import CHART_MINUTES, Console

_COMMAND = ("watch",)
_WRONG = (Metric.FAILED, Metric.DEFERRED, Metric.THROTTLED)


@dataclass(frozen=True)
class Tile:
    """A number on the page. ``tone``: how it is coloured; ``href``: the page that has the rest."""

    name: str
    number: str
    tone: str = ""
    href: str = ""
    note: str = ""


@dataclass(frozen=True)
class Wrong:
    """What goes wrong: how often, and why. ``why``: a sentence in Markdown."""

    what: str
    reason: str
    count: int
    why: str = ""


def page(console: Console, _asked: Asked) -> View:
    """The whole page."""
    return View("now.html", _values(console), _COMMAND)


def live(console: Console, _asked: Asked) -> View:
    """The part that is renewed while somebody looks."""
    return View("live.html", _values(console), _COMMAND)


def _values(console: Console) -> dict[str, object]:
    figures = console.figures()
    return {
        "figures": figures,
        "tiles": list(_tiles(figures)),
        "pace": list(_pace(figures)),
        "chart": chart(figures.minutes, CHART_MINUTES),
        "wrong": list(_wrong(figures)),
        "minutes": CHART_MINUTES,
    }


def _tiles(figures: Figures) -> Iterator[Tile]:
    held, doubt = figures.held, figures.in_doubt
    yield Tile("waiting", f"{figures.waiting:,}", note="in both lanes")
    yield Tile("urgent", f"{figures.urgent:,}", note="of those that wait")
    more = "+" if held is not None and held >= MOST_HELD else ""
    yield Tile("scheduled", "?" if held is None else f"{held:,}{more}", href="/scheduled", note="held until due")
    yield Tile("in flight", f"{figures.in_flight:,}", note="a worker has them, or deferred")
    yield Tile(
        "in doubt", "?" if doubt is None else f"{doubt:,}", "warn" if doubt else "", "/doubt", "an answer was lost"
    )
    yield Tile(
        "failed", f"{figures.failed:,}", "bad" if figures.failed else "good", "/failed", "in the dead-letter queue"
    )


def _pace(figures: Figures) -> Iterator[Tile]:
    throttled = int(figures.total(Metric.THROTTLED))
    share = figures.rate / figures.pace
    yield Tile("oldest", "none" if figures.oldest is None else say.span(figures.oldest), note="that waits")
    yield Tile("rate", f"{figures.rate:.2f}/s", note=f"of {figures.pace:g}/s, {share:.0%} of the quota")
    yield Tile("throttled", f"{throttled:,}", "warn" if throttled else "", note="calls in the last hour")
    left = (figures.waiting + figures.in_flight) / figures.pace
    yield Tile("backlog", say.span(left) if left else "none", note="at the configured pace")


def _wrong(figures: Figures) -> Iterator[Wrong]:
    for metric in _WRONG:
        counts = figures.by_reason.get(metric, {})
        for reason, count in sorted(counts.items(), key=lambda item: -item[1]):
            known = failure(reason) if metric is Metric.FAILED else None
            yield Wrong(metric.lower(), reason, int(count), f"{known.happened}; {known.remedy}" if known else "")
