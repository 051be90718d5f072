"""Many seeds on all cores: what was found, how much was run, how fast. Results come back in blocks, in no order."""

from __future__ import annotations

import gc
import multiprocessing
import re
import signal
import threading
import time
from collections import Counter
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import chain
from multiprocessing.pool import Pool

from tests.simulation import auditor
from tests.simulation.acted import acted
from tests.simulation.case import SUCCEEDED
from tests.simulation.evidence import Evidence
from tests.simulation.generate import scenario
from tests.simulation.kept import KEPT
from tests.simulation.names import Names
from tests.simulation.run import run
from tests.simulation.seeded import SeededBug, TargetGone
from tests.simulation.seeded_answers import ANSWERS
from tests.simulation.seeded_brake import BRAKE
from tests.simulation.seeded_events import EVENTS
from tests.simulation.seeded_lanes import LANES
from tests.simulation.seeded_ledger import LEDGER
from tests.simulation.seeded_messages import MESSAGES
from tests.simulation.seeded_names import NAMES
from tests.simulation.seeded_reach import REACH
from tests.simulation.seeded_reconciliation import RECONCILIATION
from tests.simulation.seeded_requests import REQUESTS
from tests.simulation.seeded_routes import ROUTES
from tests.simulation.seeded_sweeps import SWEEPS
from tests.simulation.seeded_truths import TRUTHS
from tests.simulation.subject import Subject, load

BLOCK = 40
#: Every seeded bug; a new file of them is named here.
_EVERY = (
    *REQUESTS,
    *MESSAGES,
    *EVENTS,
    *LEDGER,
    *NAMES,
    *RECONCILIATION,
    *ANSWERS,
    *ROUTES,
    *BRAKE,
    *LANES,
    *REACH,
    *SWEEPS,
    *TRUTHS,
)
BUGS: dict[str, SeededBug] = {bug.name: bug for bug in _EVERY}


@dataclass
class Tally:
    """What was run: counts by name, how often each fault acted, findings by seed, seconds of one core."""

    seeds: int = 0
    deliveries: int = 0
    seconds: float = 0.0
    virtual_hours: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    acted: Counter[str] = field(default_factory=Counter)
    findings: dict[int, list[str]] = field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Add what another block has run."""
        self.seeds += other.seeds
        self.deliveries += other.deliveries
        self.seconds += other.seconds
        self.virtual_hours += other.virtual_hours
        self.counts.update(other.counts)
        self.acted.update(other.acted)
        self.findings.update(other.findings)

    def note(self, evidence: Evidence) -> None:
        """Count a run and audit it."""
        self.seeds += 1
        self.deliveries += evidence.deliveries
        self.virtual_hours += (evidence.ended - evidence.began) / 3600
        self.counts.update(_counts(evidence))
        self.acted.update(acted(evidence))
        found = auditor.audit(evidence)
        if found:
            names = Names(evidence)
            self.findings[evidence.scenario.seed] = [names.shortened(finding) for finding in found]


def _counts(evidence: Evidence) -> Counter[str]:
    counts: Counter[str] = Counter()
    counts["messages"] = len(evidence.messages)
    counts["invocations"] = len(evidence.invocations)
    counts["calls to Connect"] = len(evidence.calls)
    counts["transfers"] = sum(record.by == "TransferContact" for record in evidence.transfers)
    counts["answers lost"] = sum(call.applied and call.delivered != "answer" for call in evidence.calls)
    counts["invocations cut short"] = sum(one.how in ("died", "timed out") for one in evidence.invocations)
    counts["settled by looking"] = sum(
        event.detail_type == SUCCEEDED and event.detail.get("attribution") == "inferred" for event in evidence.events
    )
    for parked in evidence.dead_letters:
        code = parked.attributes.get("FailureCode", {}).get("StringValue")
        if code:
            counts[f"parked: {code}"] += 1
    return counts


@cache
def subject(bug: str | None = None) -> Subject:
    """The service, or the service with a seeded bug."""
    return load(None if bug is None else BUGS[bug])


def block(first: int, count: int, bug: str | None = None) -> Tally:
    """Run ``count`` seeds from ``first`` in this process."""
    began, tally, service = time.process_time(), Tally(), subject(bug)
    for number in range(count):
        tally.note(run(scenario(first + number), service))
        if number % 10 == 9:
            gc.collect()
    tally.seconds = time.process_time() - began
    return tally


def campaign(first: int, seeds: int, workers: int, minutes: float | None = None) -> Generator[Tally]:
    """Run ``seeds`` seeds, or until ``minutes`` are over; answer each block as it is done.

    Each block has a process of its own, forked from this one with everything loaded: what it leaves behind goes with it.
    Closing it, or Ctrl-C, ends the blocks that are under way.
    """
    subject()
    until = float("inf") if minutes is None else time.monotonic() + minutes * 60
    room, over = threading.Semaphore(workers * 2), threading.Event()

    def blocks() -> Iterator[tuple[int, int]]:
        for start in range(first, first + seeds, BLOCK):
            room.acquire()  # one for each block that is done: no more are handed out than can be run in time
            if over.is_set() or time.monotonic() >= until:
                return
            yield start, min(BLOCK, first + seeds - start)

    with pool(workers) as processes:
        try:
            for tally in processes.imap_unordered(_block, blocks()):
                room.release()
                yield tally
        finally:  # the pool's own thread waits for room, and the pool's end for that thread
            over.set()
            room.release()


def pool(workers: int) -> Pool:
    """Processes that leave Ctrl-C to the one that started them."""
    ignore = (signal.SIGINT, signal.SIG_IGN)
    return multiprocessing.get_context("fork").Pool(workers, signal.signal, ignore, maxtasksperchild=1)


def _block(which: tuple[int, int]) -> Tally:
    gc.disable()  # this process ends with its block; what a run leaves behind is collected every ten runs
    gc.freeze()
    return block(*which)


#: What a bug raises that was written for another service. Some bugs are meant to leave nothing where an object is expected.
_MISFIT = re.compile(r"TypeError|NameError|AttributeError: (?!'NoneType')")


@dataclass(frozen=True)
class Caught:
    """How a seeded bug was caught: by which rule, after how many runs; ``rule`` empty: by none.

    ``kept``: by a scenario that is kept for it, not by one that was drawn from a seed.
    """

    bug: str
    rule: str
    seeds: int
    seed: int
    what: str
    kept: bool = False


def hunt(name: str, first: int, at_most: int) -> Caught:
    """Run seeds with a seeded bug until one of its rules sees it; the scenarios kept for it come first."""
    bug, service = BUGS[name], subject(name)
    gc.disable()
    every = (scenario(seed) for seed in range(first, first + at_most))
    drawn = (made for made in every if not bug.routed or "routes" in dict(made.settings))
    for tried, made in enumerate(chain(KEPT.get(name, []), drawn), 1):
        evidence = run(made, service)
        if misfit := next(filter(_MISFIT.match, evidence.defects), None):
            raise TargetGone(f"seeded bug {name} does not fit what it replaces: {misfit}")
        found = auditor.audit(evidence, bug.rules)
        if found:
            first_rule = min(found, key=lambda finding: bug.rules.index(finding.rule))
            kept = tried <= len(KEPT.get(name, []))
            what = Names(evidence).shortened(first_rule.what)
            return Caught(name, first_rule.rule, tried, made.seed, what, kept)
        if tried % 50 == 0:
            gc.collect()
    return Caught(name, "", at_most, 0, "")


def hunts(names: list[str], first: int, at_most: int, workers: int) -> Generator[Caught]:
    """Hunt several bugs on all cores; answer each as it is caught, or not."""
    with pool(workers) as processes:
        yield from processes.imap_unordered(partial(hunt, first=first, at_most=at_most), names)
