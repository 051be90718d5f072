"""Judges a run from the outside: what Amazon Connect did, what became of each message, and what was published.

    a-lost        every message ends transferred and announced, parked, or is still queued; and it was so before it was deleted
    a-lane        a request that names a lane ends in that one, moved there as it was sent; nothing else is moved
    b-twice       a contact is transferred at most once, and a name transfers at most once; one name has one token
    b-expired     no call to transfer is started after the request has expired
    b-before      no call to transfer is started before the request is due
    b-cancelled   work that begins once a cancellation is recorded makes no call for what it cancels
    b-condition   a request with a condition transfers only what waited while it was worked on
    b-sweep       a sweep asks for what waits in its queue, the oldest first, and moves nothing else and nothing twice
    b-route       a route moves a tree of contacts as often as it may, and no more; what may have moved it counts
    c-first       what can never be carried out is parked by its first completed receive
    c-brake       an environment parks ten in a row for one flow or destination at most; the others wait
    c-code        a failure's code is true
    c-skipped     a request with a condition does not fail because its contact has ended; it is skipped
    c-doubt       no outcome while an answer is outstanding that nobody looked into, and none against what happened
    c-body        a parked message says what was sent, and why it failed
    c-one-end     one message never has two different ends
    d-early       nothing transient ends before its deadline
    e-quota       never more calls than the paced workers' shares allow, per operation, at once and in the long run
    f-mates       a message ends as it would alone, whatever is in its batch; the answer names what must come back, and nothing else
    g-announced   no success is announced that did not happen, and no failure that was not parked; each event tells it right
    g-own         a success that is inferred may be by the request's own call, which was in doubt when the transfer was made
    g-once        a transfer is announced as that of one request, in whichever deployment
    g-forgotten   no transfer is left unannounced
    g-ledger      the ledger tells what happened (the only rule that reads it)
    h-settled     everything settles once the faults stop
    h-defect      the worker reports no defect of its own (its telemetry, the other of the two that read the service's own account)

Only ``rules_ledger`` looks at the service's own account.

To add a rule: a function from ``Case`` to sentences, one for each finding, in the ``rules_`` module of its letter, and a line in
``RULES`` and above. It judges by Connect's history, the messages and the events. An excuse needs a sentence of docs/contract.md that
allows it. Bend a run's evidence in ``test_rules`` to see the rule say no, and plant a bug that it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.simulation import (
    rules_brake,
    rules_calls,
    rules_cancellations,
    rules_conditions,
    rules_ends,
    rules_events,
    rules_fate,
    rules_inferred,
    rules_lanes,
    rules_ledger,
    rules_pace,
    rules_routes,
    rules_sweeps,
    rules_verdicts,
)
from tests.simulation.case import Case
from tests.simulation.evidence import Evidence

Rule = Callable[[Case], Iterator[str]]

RULES: dict[str, Rule] = {
    "a-lost": rules_fate.lost,
    "a-lane": rules_lanes.lanes,
    "b-twice": rules_calls.twice,
    "b-expired": rules_calls.expired,
    "b-before": rules_calls.before,
    "b-cancelled": rules_cancellations.cancelled,
    "b-condition": rules_conditions.condition,
    "b-sweep": rules_sweeps.sweeps,
    "b-route": rules_routes.limit,
    "c-first": rules_ends.first,
    "c-brake": rules_brake.brake,
    "c-code": rules_verdicts.code,
    "c-skipped": rules_verdicts.skipped,
    "c-doubt": rules_verdicts.doubt,
    "c-body": rules_verdicts.body,
    "c-one-end": rules_fate.one_end,
    "d-early": rules_verdicts.early,
    "e-quota": rules_pace.quota,
    "f-mates": rules_ends.mates,
    "g-announced": rules_events.announced,
    "g-own": rules_inferred.own,
    "g-once": rules_inferred.once,
    "g-forgotten": rules_fate.forgotten,
    "g-ledger": rules_ledger.ledger,
    "h-settled": rules_fate.settled,
    "h-defect": rules_ledger.defects,
}


@dataclass(frozen=True)
class Finding:
    """A broken rule, and how it was broken."""

    rule: str
    what: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.what}"


def audit(evidence: Evidence, rules: tuple[str, ...] = tuple(RULES)) -> list[Finding]:
    """Answer every finding of a run, none when it kept all promises."""
    case = Case(evidence)
    return [Finding(name, what) for name in rules for what in RULES[name](case)]
