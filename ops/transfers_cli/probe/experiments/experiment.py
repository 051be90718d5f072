"""What an experiment is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from transfers_cli.probe.contacts import Contacts
from transfers_cli.probe.findings import Findings

Act = Callable[[Contacts, Findings], Awaitable[None]]


@dataclass(frozen=True)
class Experiment:
    """``act``: does it. ``settles``: behaviours by name. ``begins``: seconds after the probe's beginning, so that not all call at once."""

    name: str
    settles: tuple[str, ...]
    act: Act
    begins: float = 0.0
