"""Seeded bugs, each looked for in all scopes: first without a fault, then with one, then with two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from tests.exploration.scopes import PLANS
from tests.exploration.search import Found, Search
from tests.simulation import campaign
from tests.simulation.seeded import TargetGone
from tests.simulation.subject import load

#: Those that show only when something happens between two steps: what an exploration is for.
INTERLEAVINGS = [name for name, bug in campaign.BUGS.items() if bug.interleaving]


@dataclass(frozen=True)
class Hunted:
    """How a seeded bug was found: in ``scope``, with ``faults`` and a shortest trace of ``steps``; ``scope`` empty: not at all.

    ``states``: how many were visited until then, in all scopes.
    """

    bug: str
    scope: str = ""
    faults: int = 0
    steps: int = 0
    broken: str = ""
    states: int = 0
    seconds: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """The fields, ready for JSON."""
        return asdict(self)


def hunt(name: str, most_faults: int, states: int) -> Hunted:
    """Look for a seeded bug. ``states``: how many are visited in a scope at most."""
    subject, visited, seconds = load(campaign.BUGS[name]), 0, 0.0
    for faults in range(most_faults + 1):
        for plan in PLANS.values():
            found = Search(plan, subject, faults).run(shortest=True, states=states)
            visited, seconds = visited + found.states, seconds + found.seconds
            _fits(name, found)
            if found.broken:
                steps = len(found.trace)
                return Hunted(name, plan.name, faults, steps, found.broken, visited, round(seconds, 1))
    return Hunted(name, states=visited, seconds=round(seconds, 1))


def _fits(name: str, found: Found) -> None:
    if found.broken.startswith(("defect: TypeError", "defect: NameError", "defect: AttributeError")):
        raise TargetGone(f"seeded bug {name} does not fit what it replaces: {found.broken}")


def hunts(names: Sequence[str], most_faults: int, states: int, workers: int) -> Iterator[Hunted]:
    """Look for several, one process each; answer each as it is done."""
    with campaign.pool(workers) as processes:
        yield from processes.imap_unordered(partial(hunt, most_faults=most_faults, states=states), names)
