"""A run as a person reads it: one line for each thing that happened, in order, with short names for long ids."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulation.case import Case
from tests.simulation.run import Evidence, Wanted

Line = tuple[float, int, str]


def trace(evidence: Evidence) -> list[str]:
    """The lines. Times are seconds of the run."""
    lines = sorted(_lines(Case(evidence)), key=lambda line: (line[0], line[1]))
    short = _short(evidence)
    return [f"{time - evidence.began:10.3f}  {_shortened(text, short)}" for time, _, text in lines]


def _short(evidence: Evidence) -> dict[str, str]:
    short: dict[str, str] = {}
    for wanted in evidence.wanted:
        short.setdefault(wanted.target.contact, f"contact-{wanted.request.contact}")
    for number, record in enumerate(evidence.transfers, 1):
        short.setdefault(record.new, f"successor-{number}")
    for call in evidence.calls:
        if "ClientToken" in call.ids:
            short.setdefault(call.ids["ClientToken"], f"token-{len(short)}")
    return short


def _shortened(text: str, short: dict[str, str]) -> str:
    for long, name in short.items():
        text = text.replace(long, name)
    return text


def _lines(case: Case) -> Iterator[Line]:
    yield from _queue(case)
    yield from _workers(case)
    yield from _connect(case)
    yield from _outcomes(case)


def _queue(case: Case) -> Iterator[Line]:
    for message in case.evidence.messages:
        told = f"queue      {message.id} (request {case.evidence.of_message[message.id].number})"
        yield message.sent, 0, f"{told} is sent"
        if message.deleted is not None:
            yield message.deleted, 9, f"{told} is deleted"
        if message.moved is not None:
            yield message.moved, 9, f"{told} is moved to the dead-letter queue"


def _workers(case: Case) -> Iterator[Line]:
    for run in case.evidence.invocations:
        ids = ", ".join(message.id for message in run.messages)
        told = f"worker {run.environment:<3} invocation {run.number}"
        yield run.began, 1, f"{told} begins with {ids}"
        if run.how:
            yield run.ended, 8, f"{told} {run.how} {run.error}{run.flaw}".rstrip()
    for time, worker, text in case.evidence.wire:
        yield time, 3, f"worker {worker:<3} {text}"


def _connect(case: Case) -> Iterator[Line]:
    evidence = case.evidence
    for call in evidence.calls:
        shown = [f"{name}={value}" for name, value in call.ids.items() if name not in ("InstanceId", "ContactFlowId")]
        fault = f" [{call.fault}]" if call.fault else ""
        answer = f"{call.status} {call.code or ''} delivered as {call.delivered}{fault}"
        yield call.time, 4, f"Connect    {call.operation} {' '.join(shown)}: {answer}"
    for record in evidence.transfers:
        yield record.time, 5, f"Connect    {record.old} becomes {record.new}, by {record.by}"
    for contact, ended in evidence.ended_contacts.items():
        if ended > evidence.began:
            yield ended, 6, f"Connect    {contact} ends"


def _outcomes(case: Case) -> Iterator[Line]:
    for event in case.evidence.events:
        told = event.detail.get("failureCode") or f"to {event.detail.get('newContactId')}"
        yield event.time, 7, f"bus        {event.detail_type}: request {_number(case.of_detail(event.detail))}, {told}"
    for verdict in case.verdicts:
        request = _number(verdict.wanted)
        yield (
            verdict.time,
            7,
            f"dead       {verdict.original} (request {request}) is parked: {verdict.code}, {verdict.text}",
        )


def _number(wanted: Wanted | None) -> str:
    return "?" if wanted is None else str(wanted.number)
