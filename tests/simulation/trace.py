"""A run as a person reads it: one line for each thing that happened, in order, with short names for long ids."""

from __future__ import annotations

from collections.abc import Iterator

from tests.simulation.case import Case
from tests.simulation.run import Evidence

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
    evidence = case.evidence
    for message in evidence.messages:
        number = evidence.of_message[message.id].number
        yield message.sent, 0, f"queue      {message.id} (request {number}) is sent"
        if message.deleted is not None:
            yield message.deleted, 9, f"queue      {message.id} (request {number}) is deleted"
        if message.moved is not None:
            yield message.moved, 9, f"queue      {message.id} (request {number}) is moved to the dead-letter queue"
    for run in evidence.invocations:
        ids = ", ".join(message.id for message in run.messages)
        yield run.began, 1, f"worker {run.environment:<3} invocation {run.number} begins with {ids}"
        if run.how:
            yield (
                run.ended,
                8,
                f"worker {run.environment:<3} invocation {run.number} {run.how} {run.error}{run.flaw}".rstrip(),
            )
    for time, worker, text in evidence.wire:
        yield time, 3, f"worker {worker:<3} {text}"
    for call in evidence.calls:
        ids = " ".join(
            f"{name}={value}" for name, value in call.ids.items() if name not in ("InstanceId", "ContactFlowId")
        )
        fault = f" [{call.fault}]" if call.fault else ""
        yield (
            call.time,
            4,
            f"Connect    {call.operation} {ids}: {call.status} {call.code or ''} delivered as {call.delivered}{fault}",
        )
    for record in evidence.transfers:
        yield record.time, 5, f"Connect    {record.old} becomes {record.new}, by {record.by}"
    for contact, ended in evidence.ended_contacts.items():
        if ended >= evidence.began:
            yield ended, 6, f"Connect    {contact} ends"
    for event in evidence.events:
        told = event.detail.get("failureCode") or f"to {event.detail.get('newContactId')}"
        wanted = case.of_detail(event.detail)
        yield event.time, 7, f"bus        {event.detail_type}: request {wanted.number if wanted else '?'}, {told}"
    for verdict in case.verdicts:
        number = verdict.wanted.number if verdict.wanted else "?"
        yield (
            verdict.time,
            7,
            f"dead       {verdict.original} (request {number}) is parked: {verdict.code}, {verdict.text}",
        )
