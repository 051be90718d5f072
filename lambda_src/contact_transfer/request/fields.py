"""The fields of a request, in one table: which there are, how long they may be, what each means.

The parser and the published JSON Schema both come from this table. Lengths are those of the API (TransferContact in the
Connect service model) for what the producer wrote, id or ARN; ``queueId`` has no bound there and takes the flow's (assumed).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any


@dataclass(frozen=True)
class Field:
    """One field. ``kind``: the word before the id in the ARN of what it names; None when it is not an id."""

    limit: int
    meaning: str
    kind: str | None = None
    required: bool = False


FIELDS: Mapping[str, Field] = {
    "instanceId": Field(
        100, "Id or ARN of the Connect instance; may be left out when the deployment serves one", "instance"
    ),
    "contactId": Field(256, "Id or ARN of the contact to transfer", "contact", required=True),
    "contactFlowId": Field(500, "Id or ARN of the flow that the transfer starts", "contact-flow", required=True),
    "queueId": Field(500, "Id or ARN of the queue; never together with userId", "queue"),
    "userId": Field(256, "Id or ARN of the agent; never together with queueId", "agent"),
    "requestId": Field(128, "The producer's own name for this request"),
    "expiresAt": Field(64, "RFC 3339 with offset; no call to transfer is started after it"),
    "reason": Field(256, "Carried into the ledger and the outcome event; no personal data"),
    "route": Field(128, "Name of a configured route; it can only restrict, never grant"),
}

# No white space, separators or escapes: an id travels in URLs, ARNs and message attributes.
_ID = re.compile(r"[A-Za-z0-9_.~+=@-]+")
_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d+)?(?:([Zz])|([+-])(\d\d):(\d\d))",
    re.ASCII,
)
_NAMES_TOLD = 10
#: Characters of an id, by the word before it in an ARN.
LONGEST: Mapping[str, int] = {field.kind: field.limit for field in FIELDS.values() if field.kind is not None}


def is_id(text: str) -> bool:
    """The one rule for ids, in requests and in a deployment's settings."""
    return _ID.fullmatch(text) is not None and text not in {".", ".."}


def problems(given: Mapping[str, Any]) -> list[str]:
    """Say what is wrong with the fields taken alone: missing, unknown, of the wrong type, blank, too long."""
    found = [f"{name} is missing" for name, field in FIELDS.items() if field.required and name not in given]
    found += [problem for name in FIELDS if name in given and (problem := _problem(name, given[name]))]
    unknown = [name for name in given if name not in FIELDS]
    found += [_unknown(name) for name in unknown[:_NAMES_TOLD]]
    if len(unknown) > _NAMES_TOLD:
        found.append(f"{len(unknown) - _NAMES_TOLD} more fields are unknown")
    return found


def _problem(name: str, value: object) -> str | None:
    if not isinstance(value, str):
        return f"{name} must be a string"
    if not value.strip():
        return f"{name} is blank; leave it out instead"
    if len(value) > FIELDS[name].limit:
        return f"{name} is longer than {FIELDS[name].limit} characters"
    if name == "expiresAt" and instant(value) is None:
        return "expiresAt is not a time in RFC 3339 with an offset, as in 2026-03-01T09:30:00Z"
    return None


def _unknown(name: str) -> str:
    shown = name if is_id(name) and len(name) <= 64 else "a name that is not a plain word"
    meant = _SPELLINGS.get(_fold(name))
    return f"{shown} is not a field of a request" + (f" (did you mean {meant}?)" if meant else "")


def _fold(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


_SPELLINGS: Mapping[str, str] = {_fold(name): name for name in FIELDS}


def instant(text: str) -> float | None:
    """Epoch seconds of an RFC 3339 time with offset, or None when it is not one. A leap second counts as the next second."""
    match = _RFC3339.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part) for part in match.group(1, 2, 3, 4, 5, 6))
    leap = second == 60
    try:
        offset = _offset(*match.group(8, 9, 10, 11))
        moment = datetime(year, month, day, hour, minute, 59 if leap else second, tzinfo=offset)
    except ValueError:
        return None
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return since.total_seconds() + leap + float(match[7] or 0)


def _offset(utc: str | None, sign: str | None, hours: str | None, minutes: str | None) -> timezone:
    if utc:
        return UTC
    if int(hours or 0) > 23 or int(minutes or 0) > 59:
        raise ValueError("an offset has hours to 23 and minutes to 59")
    shift = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    return timezone(-shift if sign == "-" else shift)


def readable(given: Mapping[str, Any], names: Iterable[str]) -> dict[str, str]:
    """Those of the named fields that can be told to others although the request as a whole cannot be read."""
    return {name: given[name] for name in names if name in given and _problem(name, given[name]) is None}
