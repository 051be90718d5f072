"""The plot of docs/performance.md, drawn from the figures of one run."""

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


def _save(figure: Figure, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(target, metadata={"Date": None})
    plt.close(figure)
    # matplotlib ends lines with blanks; the repository has none
    target.write_text("\n".join(line.rstrip() for line in target.read_text().splitlines()) + "\n")
