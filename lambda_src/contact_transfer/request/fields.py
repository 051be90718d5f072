"""The fields of a request, in one table.

The parser, ``TransferRequest``, the outcome events, the ledger, the JSON Schemas, ``transfers send`` and ``status``, the
simulation and the contract's page read this table. To add a field, add a row and the attribute of ``TransferRequest`` that
holds it; the tests name the place that is missing. Lengths are those of the API (TransferContact in the Connect service
model) for what the producer wrote, id or ARN; ``queueId`` has no bound there and takes the flow's (assumed).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from contact_transfer.request.event_types import OUTCOMES
from contact_transfer.request.field_types import Boolean, Choice, FieldType, Id, Text, Time, Word, is_id
from contact_transfer.request.lanes import Lane


@dataclass(frozen=True, eq=False, repr=False)
class Field:
    """One field.

    ``required_when``: a condition in words, where ``required`` depends. ``parameter``: what is transferred where, so part of
    a request's identity. ``events``: the outcome events that carry it. ``shown``: listed by ``transfers status`` under its
    own name. ``option``: of ``transfers send``.
    """

    name: str
    type: FieldType
    meaning: str
    required: bool = False
    required_when: str = ""
    parameter: bool = False
    events: frozenset[str] = OUTCOMES
    shown: bool = False
    option: str | None = None

    @cached_property  # read for every field of every request
    def attribute(self) -> str:
        """The attribute of ``TransferRequest``."""
        return re.sub(r"([A-Z])", r"_\1", self.name).lower()


_ROWS = (
    Field(
        "instanceId",
        Id(100, "instance"),
        "Id or ARN of the Connect instance; one that the deployment names",
        required_when="when the deployment serves several instances",
        parameter=True,
        option="instance",
    ),
    Field(
        "contactId",
        Id(256, "contact"),
        "Id or ARN of the contact to transfer",
        required=True,
        parameter=True,
        option="contact",
    ),
    Field(
        "contactFlowId",
        Id(500, "contact-flow"),
        "Id or ARN of the flow that the transfer starts",
        required=True,
        parameter=True,
        option="flow",
    ),
    Field(
        "queueId",
        Id(500, "queue"),
        "Id or ARN of the queue; never together with `userId`",
        parameter=True,
        option="queue",
    ),
    Field(
        "userId",
        Id(256, "agent"),
        "Id or ARN of the agent; never together with `queueId`",
        parameter=True,
        option="user",
    ),
    Field("requestId", Text(128), "The producer's own name for this request", shown=True, option="request-id"),
    Field(
        "expiresAt",
        Time(),
        "RFC 3339 with offset; no call to transfer is started after it (worker's clock)",
        events=frozenset(),
        shown=True,
        option="expires-at",
    ),
    Field(
        "notBefore",
        Time(),
        "RFC 3339 with offset, at most 7 days ahead, before `expiresAt`; the request is held until then (worker's clock)",
        events=frozenset(),
        shown=True,
        option="not-before",
    ),
    Field(
        "reason",
        Text(256),
        "Carried into the ledger and the outcome events; no personal data",
        shown=True,
        option="reason",
    ),
    Field(
        "priority",
        Choice(tuple(map(str, Lane))),
        "The lane; without it, that of the queue that the message is sent to, and the normal one for bus, flow and route",
        events=frozenset(),
        shown=True,
        option="priority",
    ),
    Field("route", Word(128), "Name of a configured route; it can only restrict, never grant"),
    Field(
        "onlyIfWaiting",
        Boolean(),
        "Transfer only while the contact waits in a queue and no agent has it",
        shown=True,
        option="only-if-waiting",
    ),
    Field(
        "onlyIfInQueueId",
        Id(500, "queue"),
        "Id or ARN of a queue; transfer only while the contact waits in it",
        shown=True,
        option="only-if-in-queue",
    ),
    Field("batchId", Text(128), "Groups requests for progress and cancellation", shown=True, option="batch-id"),
    Field(
        "follow",
        Boolean(),
        "When the contact was transferred, move its one active successor instead",
        shown=True,
        option="follow",
    ),
)
FIELDS: Mapping[str, Field] = {row.name: row for row in _ROWS}

#: Characters of an id, by the word before it in an ARN.
LONGEST: Mapping[str, int] = {row.type.kind: row.type.limit for row in _ROWS if isinstance(row.type, Id)}
_NAMES_TOLD = 10


def problems(given: Mapping[str, Any]) -> list[str]:
    """Say what is wrong with the fields taken alone: missing, unknown, of the wrong type, blank, too long."""
    meant = {_SPELLINGS.get(_fold(name)) for name in given}
    found = [f"{name} is missing" for name, field in FIELDS.items() if field.required and name not in meant]
    found += [f"{name} {wrong}" for name in FIELDS if name in given and (wrong := problem(name, given[name]))]
    unknown = [name for name in given if name not in FIELDS]
    found += [_unknown(name) for name in unknown[:_NAMES_TOLD]]
    left = len(unknown) - _NAMES_TOLD
    if left > 0:
        found.append("1 more field is unknown" if left == 1 else f"{left} more fields are unknown")
    return found


def problem(name: str, value: object) -> str | None:
    """What is wrong with the value of a known field, as the end of a sentence; None when it can be read."""
    if value is None:
        return "is null; leave it out instead"
    return FIELDS[name].type.problem(value)


def _unknown(name: str) -> str:
    shown = name if is_id(name) and len(name) <= 64 else "a name that is not a plain word"
    meant = _SPELLINGS.get(_fold(name))
    return f"{shown} is not a field of a request" + (f" (did you mean {meant}?)" if meant else "")


def _fold(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


_SPELLINGS: Mapping[str, str] = {_fold(name): name for name in FIELDS}


def from_flow(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """A flow's parameters as fields: they are all strings, so booleans are the words ``true`` and ``false``."""
    return {
        name: field.type.from_text(value)
        if isinstance(value, str) and (field := FIELDS.get(name)) is not None and isinstance(field.type, Boolean)
        else value
        for name, value in parameters.items()
    }


def carried(public: Mapping[str, Any], event: str) -> dict[str, Any]:
    """Of a request's public fields and its name, those that an event of the detail-type ``event`` carries."""
    return {name: value for name, value in public.items() if name not in FIELDS or event in FIELDS[name].events}


def values(request: object) -> Iterator[tuple[Field, Any]]:
    """The fields that a ``TransferRequest`` (``request``) has, each with its value."""
    for field in FIELDS.values():
        value = getattr(request, field.attribute)
        if value is not None:
            yield field, value
