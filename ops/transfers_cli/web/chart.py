"""The chart of the last hour: a bar for each minute, made of what happened in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contact_transfer.observability.metrics import Metric

#: What is shown, from the bottom up, with the words of the legend.
SERIES = ((Metric.TRANSFERRED, "transferred"), (Metric.FAILED, "failed"), (Metric.DEFERRED, "deferred"))
WIDTH, HEIGHT, _GAP = 720.0, 160.0, 2.0


@dataclass(frozen=True)
class Bar:
    """A rectangle: ``left``, ``top``, ``width`` and ``height`` in the picture's own units. ``kind``: its word in the legend."""

    kind: str
    left: float
    top: float
    width: float
    height: float
    title: str


@dataclass(frozen=True)
class Chart:
    """``width`` and ``height``: of the picture; ``most``: what the height stands for. ``totals``: by the words of the legend."""

    bars: Sequence[Bar]
    most: int
    totals: Mapping[str, int]
    width: float = WIDTH
    height: float = HEIGHT


def chart(minutes: Mapping[str, Sequence[float]], count: int) -> Chart:
    """The chart of ``minutes``: for each metric a value a minute, oldest first, as many as ``count``."""
    values = {word: list(minutes.get(metric, [0.0] * count)) for metric, word in SERIES}
    most = max(map(sum, zip(*values.values(), strict=True)), default=0.0)
    step, bars = WIDTH / count, list[Bar]()
    for minute in range(count):
        top = HEIGHT
        for word, series in values.items():
            if height := HEIGHT * series[minute] / most if most else 0.0:
                top -= height
                title = f"{count - 1 - minute} min ago: {series[minute]:g} {word}"
                bars.append(Bar(word, round(minute * step, 2), round(top, 2), step - _GAP, round(height, 2), title))
    return Chart(bars, int(most), {word: int(sum(series)) for word, series in values.items()})
