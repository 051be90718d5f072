"""Rule on conditions (b): a request that has one transfers only what waited, as it asked, at some time while it was worked on."""

from __future__ import annotations

from collections.abc import Iterator

from local.connect.model import TransferRecord
from tests.simulation.case import SKEW, Case
from tests.simulation.evidence import Wanted
from tests.simulation.scenario import LATEST_SECONDS


def condition(case: Case) -> Iterator[str]:
    """A contact was transferred by a request whose condition had not held while the request was worked on."""
    for wanted in case.evidence.wanted:
        if wanted.request.is_conditional:
            for record in case.made_by(wanted):
                if not held(case, wanted, record, case.evidence.said(wanted).get("onlyIfInQueueId")):
                    at = record.time - case.evidence.began
                    yield f"request {wanted.number} transferred {record.old} at {at:.1f} s, which did not wait as the request asks"


def held(case: Case, wanted: Wanted, record: TransferRecord, queue: str | None) -> bool:
    """Whether the contact waited, in the queue if one is given, at some time while the request that transferred it was worked on."""
    frozen = max((fault.seconds for fault in case.evidence.scenario.faults), default=0.0)
    work = [
        run.began
        for message in wanted.messages
        for run in case.runs_of.get(message.id, ())
        if run.began <= record.time <= (run.over or run.ended or record.time) + LATEST_SECONDS + frozen
    ]
    return bool(work) and case.evidence.states.waited(record.old, queue, min(work) - SKEW, record.time)
