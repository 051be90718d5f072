"""The plots of docs/checking.md, from the figures alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")
import matplotlib.pyplot as plt

from tests.simulation.comparison import CONSUMERS, FATES

_COLOURS = ("#4c9f70", "#b3261e", "#e07a1f", "#f2c14e", "#7b1fa2", "#9aa0a6")


def comparison(counts: dict[str, dict[str, int]], path: Path) -> None:
    """What became of the requests, in percent, one bar a consumer; what cannot be seen at this scale is in the table beside it."""
    figure, axes = plt.subplots(figsize=(9, 3.2))
    for row, consumer in enumerate(CONSUMERS):
        total, left = sum(counts[consumer].values()), 0.0
        for fate, colour in zip(FATES, _COLOURS, strict=True):
            share = 100 * counts[consumer].get(fate, 0) / total
            axes.barh(row, share, left=left, color=colour, label=fate if row == 0 else None)
            left += share
    axes.set_yticks(range(len(CONSUMERS)), CONSUMERS)
    axes.set_xlabel("% of the requests, same faults and seeds for all")
    axes.set_xlim(0, 100)
    axes.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.4, 1.0), frameon=False, fontsize=8)
    _save(figure, path)


def settling(hours: dict[str, list[float]], path: Path) -> None:
    """Minutes until everything has settled after an outage, by how long the outage was; box: the middle half, whiskers: all."""
    figure, axes = plt.subplots(figsize=(7, 3.4))
    axes.boxplot(list(hours.values()), tick_labels=list(hours), whis=(0, 100), widths=0.5)
    axes.set_xlabel("length of the outage")
    axes.set_ylabel("minutes until all has settled")
    axes.set_ylim(bottom=0)
    axes.grid(axis="y", alpha=0.3)
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    with mpl.rc_context({"svg.hashsalt": "contact-transfer"}):  # the same figures give the same file
        figure.savefig(path, bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)
