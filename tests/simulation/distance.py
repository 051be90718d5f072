"""The distance to failure: what is reported wrongly, and what is transferred twice, when an assumption is stretched.

What is counted, from outside the service:

    wrong     requests that were transferred and reported as failed under a code other than OutcomeUnknown, or reported as transferred
              by what was not their own call, or reported twice with different ends, or never reported
    twice     contacts that the service transferred more than once
    unknown   requests that ended as OutcomeUnknown
    taken     requests that were reported as transferred, with ``attribution: inferred``, by what an agent did by hand
    open      requests that had not come to their end
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import partial

from local.connect.model import TransferRecord
from tests.simulation import campaign
from tests.simulation.case import Case
from tests.simulation.distance_scenarios import DIMENSIONS, KINDS, Dimension, scenario
from tests.simulation.evidence import Evidence, Wanted
from tests.simulation.names import Names
from tests.simulation.run import run
from tests.simulation.subject import Subject

WHEN_IN_DOUBT = ("repeat", "wait")
_UNKNOWN = "OutcomeUnknown"
#: The dimension of tokens, and from which memory on ``repeat`` rests on nothing that is stretched beside it.
REMEMBERED, REMEMBERED_AT_LEAST = "a token is remembered", 600.0


@dataclass(frozen=True)
class Cell:
    """One cell of the table."""

    dimension: str
    value: float
    others: bool
    when_in_doubt: str
    kind: str

    @property
    def stretched(self) -> Dimension:
        return next(one for one in DIMENSIONS if one.name == self.dimension)

    def run(self, seed: int, subject: Subject) -> Evidence:
        made = scenario(
            seed, self.kind, self.stretched, self.value, others=self.others, when_in_doubt=self.when_in_doubt
        )
        return run(made, subject)


def cells() -> Iterator[Cell]:
    """Every cell, dimension by dimension."""
    for dimension in DIMENSIONS:
        for value in dimension.values:
            for others in (False, True):
                for when_in_doubt in WHEN_IN_DOUBT:
                    for kind in KINDS:
                        yield Cell(dimension.name, value, others, when_in_doubt, kind)


def judge(evidence: Evidence) -> tuple[Counter[str], list[str]]:
    """What a run comes to, and a sentence on each wrong report and each second transfer."""
    case, counts, wrong = Case(evidence), Counter[str](), []
    for wanted in evidence.wanted:
        counts["requests"] += 1
        for name, why in _ends(case, wanted):
            counts[name] += 1
            if name == "wrong":
                wrong.append(f"request {wanted.number} ({wanted.request.request_id}): {why}")
    for contact, records in case.transfers.items():
        made = [record for record in records if record.by == "TransferContact"]
        if len(made) > 1:
            counts["twice"] += 1
            wrong.append(
                f"contact {contact} was transferred at {[round(one.time - evidence.began, 1) for one in made]}"
            )
    return counts, wrong


def _ends(case: Case, wanted: Wanted) -> Iterator[tuple[str, str]]:
    own = case.made_by(wanted)
    successes, failures = case.successes.get(wanted.number, []), case.failures.get(wanted.number, [])
    codes = {str(event.detail["failureCode"]) for event in failures}
    if _UNKNOWN in codes:
        yield "unknown", ""
    if wrong_codes := codes - {_UNKNOWN} if own else set():
        yield "wrong", f"was transferred, and reported as {', '.join(sorted(wrong_codes))}"
    if len(codes) + bool(successes) > 1:
        yield "wrong", f"was reported as {', '.join(sorted(codes))}{' and as transferred' if successes else ''}"
    if successes and not any(_is_own(event.detail.get("newContactId"), own) for event in successes):
        inferred = all(event.detail.get("attribution") == "inferred" for event in successes)
        by_hand = any(one.by == "agent" for one in case.transfers.get(wanted.target.contact, ()))
        if inferred and by_hand and not own:
            yield "taken", ""
        else:
            yield "wrong", f"was reported as transferred to {successes[0].detail.get('newContactId')}, which it was not"
    if not (codes or successes):
        is_open = any(not message.gone for message in wanted.messages)
        yield ("open", "") if is_open else ("wrong", "was never reported")


def _is_own(new: object, own: list[TransferRecord]) -> bool:
    return any(new in (one.new, None) for one in own)


@dataclass
class Measured:
    """What the runs of a cell came to. ``examples``: seeds that show what must not be, each with what it shows."""

    cell: Cell
    counts: Counter[str]
    examples: dict[int, str]


def measure_cell(cell: Cell, first: int, seeds: int) -> Measured:
    """Run a cell's seeds in this process."""
    counts, examples, service = Counter[str](), dict[int, str](), campaign.subject()
    for seed in range(first, first + seeds):
        evidence = cell.run(seed, service)
        found, wrong = judge(evidence)
        counts.update(found)
        if wrong:
            examples[seed] = "; ".join(Names(evidence).shortened(one) for one in wrong)
    return Measured(cell, counts, examples)


def measure(which: list[Cell], first: int, seeds: int, workers: int) -> Generator[Measured]:
    """Run the cells on so many cores; answer each as it is done, in order."""
    campaign.subject()
    with campaign.pool(workers) as processes:
        yield from processes.imap(partial(measure_cell, first=first, seeds=seeds), which)


def is_promised(cell: Cell) -> bool:
    """Whether a second transfer would break a promise: with ``repeat`` only where tokens are remembered for as long as calls are late."""
    return cell.when_in_doubt == "wait" or cell.dimension != REMEMBERED or cell.value >= REMEMBERED_AT_LEAST


def is_furthest(cell: Cell) -> bool:
    """Whether the cell stretches its dimension furthest: for the memory of tokens that is none, and what is documented."""
    values = cell.stretched.values
    return cell.value in ((values[0], values[-1]) if cell.dimension == REMEMBERED else values[-1:])


def broken(found: Measured) -> bool:
    """Whether a cell shows what must not be."""
    return bool(found.counts["wrong"] or (found.counts["twice"] and is_promised(found.cell)))
