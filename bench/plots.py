"""The plots of docs/performance.md, drawn from the figures of one run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from bench.finding import Finding

_BLUE, _GREYS = "#1f5fbf", ("#c0504d", "#d9903d", "#8a8a8a", "#6b8e4e")
_STYLE: dict[Any, Any] = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "svg.hashsalt": "contact-transfer",
    "svg.fonttype": "none",
}


def race(found: Finding, target: Path, floor: float, *, requests: int) -> None:
    """Draw the contacts transferred over time: ours, the peers', and what the quota allows.

    Args:
        found: what ``bench.realtime`` found.
        target: the picture, an SVG.
        floor: seconds that a caller with perfect knowledge would take.
        requests: how many there were.
    """
    with mpl.rc_context(_STYLE):
        figure, axes = plt.subplots(figsize=(7, 3.2))
        axes.plot(
            [0, 0, floor], [0, 5, requests], color="black", linestyle=":", linewidth=1, label="what the quota allows"
        )
        curves: Mapping[str, Sequence[float]] = found.data["curves"]
        for number, (name, times) in enumerate(curves.items()):
            colour = _BLUE if number == 0 else _GREYS[number - 1]
            axes.step(
                [0, *times],
                range(len(times) + 1),
                where="post",
                color=colour,
                linewidth=2 if number == 0 else 1.2,
                label=name,
            )
        axes.set(xlabel="seconds", ylabel="contacts transferred", xlim=(0, None), ylim=(0, requests + 2))
        axes.legend(frameon=False, fontsize=8, loc="lower right")
        _save(figure, target)


def shared(found: Finding, target: Path) -> None:
    """Draw the transfers a second, minute by minute: ours, and those of a caller that uses half of the quota, all of it, nothing.

    Args:
        found: what ``bench.crowd`` found.
        target: the picture, an SVG.
    """
    ours, others = ([count / 60 for count in found.data[name]] for name in ("ours", "others"))
    rate = float(found.data["rate"])
    with mpl.rc_context(_STYLE):
        figure, axes = plt.subplots(figsize=(7, 2.8))
        middles = [minute + 0.5 for minute in range(len(ours))]
        axes.bar(middles, ours, width=0.9, color=_BLUE, label="ours")
        axes.bar(middles, others, width=0.9, bottom=ours, color=_GREYS[2], label="the other caller's")
        axes.axhline(rate, color="black", linestyle=":", linewidth=1, label="the quota")
        for begins, ends, text in ((0, 5, "it uses half"), (5, 15, "it uses all"), (15, 30, "it has stopped")):
            axes.text((begins + ends) / 2, 1.1 * rate, text, ha="center", fontsize=8)
            axes.axvline(ends, color="grey", linewidth=0.8)
        axes.set(xlabel="minutes", ylabel="transfers a second", xlim=(0, 30), ylim=(0, 1.25 * rate))
        axes.legend(frameon=False, fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=3)
        _save(figure, target)


def starts(found: Finding, target: Path) -> None:
    """Draw cold starts, as multiples of boto3 with one client.

    Args:
        found: what ``bench.start`` found.
        target: the picture, an SVG.
    """
    rows = [row for row in found.rows if not str(row["start"]).endswith("no byte code")]
    with mpl.rc_context(_STYLE):
        figure, axes = plt.subplots(figsize=(7, 1.8))
        names, values = [str(row["start"]) for row in rows], [float(row["of boto3 alone"]) for row in rows]
        colours = [_BLUE if name == "Contact Transfer" else _GREYS[2] for name in names]
        bars = axes.barh(names[::-1], values[::-1], color=colours[::-1])
        axes.bar_label(bars, fmt="%.2f", padding=3)
        axes.axvline(1, color="black", linestyle=":", linewidth=1)
        axes.set(xlabel="start, as a multiple of boto3 with one client", xlim=(0, max(values) * 1.12))
        axes.grid(visible=False)
        _save(figure, target)


def _save(figure: Figure, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None})
    plt.close(figure)
    # matplotlib ends lines with blanks; the repository has none
    target.write_text("\n".join(line.rstrip() for line in target.read_text().splitlines()) + "\n")
