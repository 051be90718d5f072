"""A run as a person reads it: the scenario in words, then one line for each thing that happened, in order, with short names for ids."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from local.connect.model import CallRecord
from local.virtual import Invocation, Message
from tests.simulation.auditor import Finding
from tests.simulation.case import Case
from tests.simulation.evidence import Evidence, Wanted
from tests.simulation.names import Names
from tests.simulation.words import words


@dataclass(frozen=True)
class Line:
    """Something that happened. ``about``: the contacts and messages that it concerns, by id; None: it concerns everything."""

    time: float
    order: int
    text: str
    about: frozenset[str] | None


def trace(evidence: Evidence, findings: Sequence[Finding] = ()) -> list[str]:
    """The lines. Times are seconds of the run. With ``findings``: only what concerns the contacts and requests that they name.

    If they name none, as those on quotas, everything.
    """
    case, names = Case(evidence), Names(evidence)
    chosen = _named(case, names, findings)
    about = None if chosen is None else _ids(case, chosen)
    lines = sorted(
        (line for line in _lines(case) if about is None or line.about is None or line.about & about),
        key=lambda line: (line.time, line.order),
    )
    head = words(evidence.scenario, None if chosen is None else frozenset(wanted.number for wanted in chosen))
    struck = ", ".join(f"{name} ({count})" for name, count in sorted(evidence.struck.items()) if count)
    head += [f"{'struck':<10} {struck}"] if struck else []
    return [*head, "", *(f"{line.time - evidence.began:10.3f}  {names.shortened(line.text)}" for line in lines)]


def named(evidence: Evidence, findings: Sequence[Finding]) -> frozenset[int]:
    """The numbers of the requests that the findings are about."""
    return frozenset(one.number for one in _named(Case(evidence), Names(evidence), findings) or ())


def _named(case: Case, names: Names, findings: Sequence[Finding]) -> list[Wanted] | None:
    """The requests that the findings name, and those that share a contact, a name or a permit with them; None: they name none."""
    text = " ".join(names.shortened(finding) for finding in findings)
    said = {*re.findall(r"[\w-]+", text), *re.findall(r"request \d+", text)}
    every = case.evidence.wanted
    found = [wanted for wanted in every if said & {names.shortened(one) for one in _called(wanted)}]
    for record in case.evidence.transfers:
        if names.shortened(record.new) in said:
            found += [wanted for wanted in every if wanted.target.contact == record.old]
    ties = {tie for wanted in found for tie in _ties(case, wanted)}
    return [wanted for wanted in every if ties & _ties(case, wanted)] or None


def _called(wanted: Wanted) -> list[str]:
    name = wanted.request.request_id
    messages = [message.id for message in wanted.messages]
    return [f"request {wanted.number}", wanted.target.contact, *messages, *([name] if name else [])]


def _ties(case: Case, wanted: Wanted) -> set[tuple[str, ...]]:
    request = wanted.request
    ties: set[tuple[str, ...]] = {("contact", wanted.target.contact)}
    if request.request_id is not None:
        ties.add(("name", request.request_id))
    if request.route is not None:
        ties.add(("route", request.route, case.tree(wanted)))
    return ties


def _ids(case: Case, chosen: Sequence[Wanted]) -> frozenset[str]:
    contacts = {wanted.target.contact for wanted in chosen}
    successors = {record.new for record in case.evidence.transfers if record.old in contacts}
    return frozenset({message.id for wanted in chosen for message in wanted.messages} | contacts | successors)


def _lines(case: Case) -> Iterator[Line]:
    yield from _queue(case)
    yield from _workers(case)
    yield from _connect(case)
    yield from _outcomes(case)


def _queue(case: Case) -> Iterator[Line]:
    for message in case.evidence.messages:
        about = frozenset({message.id})
        begin = f"queue      {message.id} (request {case.evidence.of_message[message.id].number})"
        again = " again by the operator" if "FailureCode" in message.attributes else ""
        yield Line(message.sent, 0, f"{begin} is sent{again}", about)
        if message.deleted is not None:
            yield Line(message.deleted, 9, f"{begin} is deleted after {message.receives} receives", about)
        if message.moved is not None:
            yield Line(message.moved, 9, f"{begin} is moved to the dead-letter queue", about)
        yield from _returns(message, case.runs_of.get(message.id, []), about)
    for at in case.evidence.scenario.redrives:
        yield Line(case.evidence.began + at, 0, "operator   sends back what is parked", None)


def _returns(message: Message, runs: list[Invocation], about: frozenset[str]) -> Iterator[Line]:
    """Each time that a message was delivered again: while it was worked on, or some time after."""
    runs = sorted(runs, key=lambda run: run.began)
    for last, run in pairwise(runs):
        if not last.how or run.began < last.ended:
            yield Line(
                run.began, 0, f"queue      {message.id} is delivered twice: invocation {last.number} has it", about
            )
        else:
            away = run.began - last.ended
            yield Line(last.ended, 9, f"queue      {message.id} is not done: it comes again {away:.1f} s later", about)


def _workers(case: Case) -> Iterator[Line]:
    spans: dict[int, list[Invocation]] = {}
    for run in case.evidence.invocations:
        spans.setdefault(run.environment, []).append(run)
        about = frozenset(message.id for message in run.messages)
        begin = f"worker {run.environment:<3} invocation {run.number}"
        yield Line(run.began, 1, f"{begin} begins with {', '.join(message.id for message in run.messages)}", about)
        if run.how:
            yield Line(run.ended, 8, f"{begin} {run.how} {run.error}{run.flaw}".rstrip(), about)
    for time, worker, text in case.evidence.wire:
        held = [run for run in spans.get(worker, ()) if run.began <= time and (not run.how or time <= run.ended)]
        about = frozenset(message.id for run in held for message in run.messages)
        yield Line(time, 3, f"worker {worker:<3} {text}", about)


_SHOWN = {"ContactId": "", "ContactFlowId": "flow ", "QueueId": "queue ", "UserId": "user ", "ClientToken": ""}


def _connect(case: Case) -> Iterator[Line]:
    evidence = case.evidence
    for call in evidence.calls:
        shown = [f"{kind}{call.ids[name]}" for name, kind in _SHOWN.items() if name in call.ids]
        status = str(call.status) if call.status else "never arrived"
        became = "" if call.delivered == "answer" else f"delivered as {call.delivered}"
        answer = " ".join(filter(None, (status, call.code, became, f"[{call.fault}]" if call.fault else "")))
        about = frozenset({call.ids["ContactId"]} if "ContactId" in call.ids else _asking(case, call))
        yield Line(call.time, 4, f"Connect    {call.operation} {', '.join(shown)}: {answer}", about)
    for record in evidence.transfers:
        text = f"Connect    {record.old} becomes {record.new}, by {record.by}"
        yield Line(record.time, 5, text, frozenset({record.old}))
    for contact, ended in evidence.ended_contacts.items():
        if ended > evidence.began:
            yield Line(ended, 6, f"Connect    {contact} ends", frozenset({contact}))


def _asking(case: Case, call: CallRecord) -> Iterator[str]:
    """The messages for which a call that names no contact may have been made: in hand at that moment, and about that flow."""
    for run in case.evidence.invocations:
        if run.began <= call.time and (not run.how or call.time <= run.ended):
            for message in run.messages:
                if case.evidence.of_message[message.id].target.flow == call.ids.get("ContactFlowId"):
                    yield message.id


def _outcomes(case: Case) -> Iterator[Line]:
    for event in case.evidence.events:
        wanted = case.of_detail(event.detail)
        end = event.detail.get("failureCode") or f"to {event.detail.get('newContactId')}"
        text = f"bus        {event.detail_type}: request {_number(wanted)}, {end}"
        yield Line(event.time, 7, text, _about(wanted))
    for verdict in case.verdicts:
        end = f"{verdict.original} (request {_number(verdict.wanted)}) is parked: {verdict.code}, {verdict.text}"
        yield Line(verdict.time, 7, f"dead       {end}", _about(verdict.wanted))


def _about(wanted: Wanted | None) -> frozenset[str] | None:
    return None if wanted is None else frozenset({wanted.target.contact})


def _number(wanted: Wanted | None) -> str:
    return "?" if wanted is None else str(wanted.number)
