"""What a search found, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator

from local.virtual.cloud import BEGINS
from tests.exploration.hunting import Hunted
from tests.exploration.scope import Plan
from tests.exploration.search import Found


def summary(plan: Plan, found: Found) -> str:
    """One line: what was explored, how far, and what came of it."""
    faults = f"{found.faults} fault{'' if found.faults == 1 else 's'}"
    how = found.broken or ("every promise holds" if found.complete else "not explored to the end")
    counts = f"{found.states:,} states, {found.steps:,} steps, {found.replays:,} runs of code, {found.seconds:.1f} s"
    return f"{plan.name} ({plan.words}), {faults}: {counts}: {how}"


def trace(found: Found) -> Iterator[str]:
    """The steps that lead to a broken promise, one a line."""
    for number, step in enumerate(found.trace, 1):
        how = f": {step.how}" if step.how else ""
        yield f"{number:>4}. {step.world.now - BEGINS:>5.0f} s  {step.who} {step.what}{how}"
    yield f"      {found.broken}"


def hunted(one: Hunted) -> str:
    """One line: how a seeded bug was found."""
    if not one.scope:
        return f"{one.bug}: not found in {one.states:,} states, {one.seconds:.0f} s"
    faults = f"{one.faults} fault{'' if one.faults == 1 else 's'}"
    return f"{one.bug}: {one.broken} (scope {one.scope}, {faults}, {one.steps} steps)"
