"""The JSON Schemas of the request and of the outcome events, from the code that reads and writes them.

``python -m tools.schemas`` writes them to docs/schemas; ``--check`` only says whether they are up to date.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from contact_transfer.confirmation.arrivals import CONTACT_ENDED, SILENCE
from contact_transfer.confirmation.contact_events import ARRIVALS
from contact_transfer.request.event_types import (
    CANCELLED,
    CONFIRMED,
    FAILED,
    REQUESTED,
    SKIPPED,
    SUCCEEDED,
    UNCONFIRMED,
)
from contact_transfer.request.field_types import ID, Boolean, Choice, Id, Text, Time, Word
from contact_transfer.request.fields import FIELDS, Field
from contact_transfer.transfer.failure_codes import FailureCode
from contact_transfer.transfer.outcome import SkipReason
from contact_transfer_cdk.settings.schema import deployment_schema
from tools import pages

FOLDER = Path(__file__).parents[1] / "docs" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def _text(meaning: str, limit: int | None = None) -> Schema:
    bound = {} if limit is None else {"maxLength": limit}
    return {"type": "string", "minLength": 1, **bound, "pattern": r"\S", "description": meaning}


def _object(title: str, meaning: str, properties: Schema, required: list[str]) -> Schema:
    return {
        "$schema": DIALECT,
        "title": title,
        "description": meaning,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


#: In every event about a transfer that happened.
_REQUEST = ("requestName", "instanceId", "contactId", "contactFlowId")
_NEW: Schema = {
    "newContactId": _text("The contact that the transfer made, when Connect gave it"),
    "newContactArn": _text("Its ARN, when Connect gave it"),
}
_MOVED: Schema = {
    "movedContactId": _text("With follow: the contact that was moved, or was to be moved, in the place of contactId"),
}


def request() -> Schema:
    """A transfer request: the body of an SQS message, or the detail of an event."""
    return _object(
        "Contact Transfer request",
        f"The body of an SQS message, or the detail of an EventBridge event '{REQUESTED}'.",
        {name: field_schema(field) for name, field in FIELDS.items()},
        [name for name, field in FIELDS.items() if field.required],
    ) | {"not": {"required": ["queueId", "userId"]}}


def succeeded() -> Schema:
    """The detail of a success event."""
    known = {
        "attribution": {
            "const": "inferred",
            "description": "There when the transfer was seen in Connect after a lost answer",
        },
        "transferredAt": {**_text("When the worker learned of the transfer"), "format": "date-time"},
        "initialContactId": _text("The first contact of the chain, where it is known"),
        **_MOVED,
    }
    meaning = "At least one for each transfer; recognise repeats by requestName."
    return _object(SUCCEEDED, meaning, _outcome(SUCCEEDED) | _NEW | known, [*_REQUEST, "attempts"])


def failed() -> Schema:
    """The detail of a failure event."""
    known = {
        "failureCode": {"enum": [str(code) for code in FailureCode], "description": "Why, for programs"},
        "failureMessage": _text("Why, for people; names fields and ids, never other contents"),
        **_of_message("failedAt", "When the request failed"),
    }
    successor = {"successorContactId": _text("The contact that follows the one named, where it is known")}
    return _object(
        FAILED,
        "At least one for each failure, with what could be read of the request.",
        _outcome(FAILED) | known | successor | _MOVED,
        sorted(known),
    )


def skipped() -> Schema:
    """The detail of the event that a condition of the request did not hold."""
    known = {
        "skipReason": {"enum": [str(reason) for reason in SkipReason], "description": "Which condition did not hold"},
        **_of_message("skippedAt", "When the request was skipped"),
    }
    meaning = "At least one for each request that was skipped; recognise repeats by originalMessageId."
    return _object(SKIPPED, meaning, _outcome(SKIPPED) | known | _MOVED, [*_REQUEST, *sorted(known)])


def cancelled() -> Schema:
    """The detail of the event that a request was cancelled."""
    known = _of_message("cancelledAt", "When the request was ended")
    meaning = "At least one for each request that was cancelled; recognise repeats by originalMessageId."
    return _object(CANCELLED, meaning, _outcome(CANCELLED) | known, [*_REQUEST, *sorted(known)])


def _of_message(at: str, meaning: str) -> Schema:
    return {
        "originalMessageId": _text("The SQS message that carried the request; recognise repeats by it"),
        at: {**_text(meaning), "format": "date-time"},
    }


def confirmed() -> Schema:
    """The detail of the event that a transferred contact has arrived."""
    known = {
        "arrivedAs": {"enum": list(ARRIVALS), "description": "The type of the contact event that shows it"},
        "arrivedAt": {**_text("When the new contact was queued or connected"), "format": "date-time"},
        "arrivedQueueId": _text("The queue that it is in; never an agent's own"),
        "arrivedUserId": _text("The agent that it is connected to, or in whose own queue it waits"),
        "secondsToArrival": {"type": "number", "minimum": 0, "description": "From the request to the arrival"},
    }
    meaning = (
        "One for each arrival, and seldom a second; recognise repeats by requestName. It overrules an Unconfirmed."
    )
    return _object(
        CONFIRMED, meaning, _request(CONFIRMED) | _NEW | known | _MOVED, [*_REQUEST, "arrivedAs", "arrivedAt"]
    )


def unconfirmed() -> Schema:
    """The detail of the event that no arrival was seen."""
    reasons = [CONTACT_ENDED, SILENCE]
    known = {
        "unconfirmedReason": {
            "enum": reasons,
            "description": "The new contact ended before it was queued or connected, or nothing was heard within confirmWithinMinutes",
        },
        "unconfirmedAt": {**_text("When it ended, or when its time was over"), "format": "date-time"},
        "disconnectReason": _text("Why it ended, in Connect's words"),
    }
    meaning = "One at most for each transfer, and seldom a second; recognise repeats by requestName."
    return _object(
        UNCONFIRMED,
        meaning,
        _request(UNCONFIRMED) | _NEW | known | _MOVED,
        [*_REQUEST, "unconfirmedReason", "unconfirmedAt"],
    )


SCHEMAS = {
    "request.json": request,
    "succeeded.json": succeeded,
    "failed.json": failed,
    "skipped.json": skipped,
    "cancelled.json": cancelled,
    "confirmed.json": confirmed,
    "unconfirmed.json": unconfirmed,
    "deployment.json": deployment_schema,
}


def field_schema(field: Field, *, in_event: bool = False) -> Schema:
    """The schema of a field: of a request, or (``in_event``) as events carry it, which is by id."""
    meaning = field.meaning.replace("`", "")
    if isinstance(field.type, Id) and in_event:
        meaning = meaning.replace("Id or ARN", "Id")
    return {**_typed(field, in_event=in_event), "description": meaning}


def _typed(field: Field, *, in_event: bool) -> Schema:
    match field.type:
        case Text(limit=limit):
            pattern = {Id: f"^{ID}$" if in_event else f"^({ID}|arn:.*)$", Word: f"^{ID}$"}.get(type(field.type), r"\S")
            return {**_text("", limit), "pattern": pattern}
        case Boolean():
            return {"type": "boolean"}
        case Choice(words=words):
            return {"enum": list(words)}
        case Time():
            return {**_text(""), "format": "date-time"}
    raise TypeError(f"tools/schemas.py: there is no schema for the type of field {field.name}")


def _outcome(event: str) -> Schema:
    attempts = {"type": "integer", "minimum": 0, "description": "How often work on the request began"}
    return _request(event) | {"attempts": attempts}


def _request(event: str) -> Schema:
    carried = {name: field_schema(field, in_event=True) for name, field in FIELDS.items() if event in field.events}
    return {"requestName": _text("The request's name in ledger, events and logs"), **carried}


def text(schema: Schema) -> str:
    """A schema as its file has it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def main(
    *,
    check: Annotated[bool, typer.Option("--check", help="Change nothing; end with 1 when one is out of date.")] = False,
) -> None:
    """Write docs/schemas, and the tables in docs that repeat a table of the code."""
    wanted = {FOLDER / name: text(build()) for name, build in SCHEMAS.items()} | {
        pages.DOCS / page: pages.written(page) for page in pages.TABLES
    }
    stale = [path for path, content in wanted.items() if not _same(path, content)]
    for path in stale:
        name = path.name
        if not check:
            path.write_text(wanted[path], "utf-8")
        print(f"{name}: {'out of date; run make schemas' if check else 'written'}")
    raise typer.Exit(1 if check and stale else 0)


def _same(path: Path, wanted: str) -> bool:
    return path.exists() and path.read_text() == wanted


if __name__ == "__main__":
    typer.run(main)
