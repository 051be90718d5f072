"""From a message body to the object that holds a transfer request or a cancellation: bare, or in an EventBridge event.

Strict where JSON is loose, because two readers that read one body differently are two different requests: duplicate keys,
``NaN`` and ``Infinity`` and lone surrogates are refused (RFC 8259 leaves each of them open).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from contact_transfer.request.cancellation import names_cancellation
from contact_transfer.request.event_types import CANCEL_REQUESTED, REQUESTED
from contact_transfer.request.source import Source, marked
from contact_transfer.request.timestamps import instant

DETAIL_TYPE = "detail-type"
#: The source of the events that a route's rule writes. PutEvents refuses it to everybody but AWS.
ROUTE_EVENTS = "aws.connect"
#: Beside the detail of a route's event: how long after the event's ``time`` its request is carried out.
AFTER_MINUTES = "afterMinutes"
MOST_MINUTES = 10_080


class MalformedMessage(ValueError):
    """The body holds no transfer request; the sentence says what it holds instead."""


@dataclass(frozen=True)
class Opened:
    """What a body holds: the request's fields, unchecked, and where they come from.

    ``not_before``: until when a route's ``afterMinutes`` hold the request, epoch seconds. ``cancels``: the fields are a cancellation's.
    """

    fields: dict[str, Any]
    source: Source
    not_before: float | None = None
    cancels: bool = False


def open_body(body: object, attributes: Mapping[str, Any] | None = None) -> Opened:
    """Find the request's fields in a message.

    Args:
        body: the message's body; anything but a string holds no request.
        attributes: its ``messageAttributes`` as Lambda delivers them.

    Raises:
        MalformedMessage: there is no request in it.
    """
    document = _parse(body)
    if DETAIL_TYPE not in document:
        return Opened(document, marked(attributes or {}) or Source.QUEUE, cancels=names_cancellation(document))
    if document[DETAIL_TYPE] not in (REQUESTED, CANCEL_REQUESTED):
        raise MalformedMessage(
            f"The body is an event, but its detail-type is not '{REQUESTED}' or '{CANCEL_REQUESTED}'; only those are opened."
        )
    detail = document.get("detail")
    if not isinstance(detail, dict):
        raise MalformedMessage("The event's detail is not an object.")
    if document[DETAIL_TYPE] == CANCEL_REQUESTED:
        return Opened(detail, Source.BUS, cancels=True)
    if document.get("source") != ROUTE_EVENTS:
        return Opened(detail, Source.BUS)
    return Opened(detail, Source.ROUTE, _due(document))


def _due(event: Mapping[str, Any]) -> float | None:
    """``afterMinutes`` after the event that asked for the transfer; the route's rule writes both beside the request."""
    minutes = event.get(AFTER_MINUTES)
    if minutes is None:
        return None
    time = event.get("time")
    began = instant(time) if isinstance(time, str) else None
    if began is None or isinstance(minutes, bool) or not isinstance(minutes, int) or not 0 <= minutes <= MOST_MINUTES:
        raise MalformedMessage(
            f"A route's event with {AFTER_MINUTES} needs a whole number from 0 to {MOST_MINUTES} there, and a time in RFC 3339."
        )
    return began + minutes * 60.0


def _parse(body: object) -> dict[str, Any]:
    if not isinstance(body, str) or not body.strip():
        raise MalformedMessage("The body is empty.")
    try:
        document = json.loads(body, object_pairs_hook=_unique, parse_constant=_not_a_number)
        _refuse_lone_surrogates(body, document)
    except MalformedMessage:
        raise
    except RecursionError:
        raise MalformedMessage("The body is nested too deeply.") from None
    except json.JSONDecodeError as error:
        from contact_transfer.request import unrelated  # noqa: PLC0415 - the start does not pay for it

        where = f"The body is not JSON (line {error.lineno}, column {error.colno})"
        raise MalformedMessage(_sentence(where, unrelated.text_hint(body))) from None
    except ValueError:
        raise MalformedMessage("The body holds a number with more digits than can be read.") from None
    if not isinstance(document, dict):
        from contact_transfer.request import unrelated  # noqa: PLC0415 - as above

        raise MalformedMessage(_sentence("The body is JSON, but not an object", unrelated.value_hint(document)))
    return document


def _sentence(what: str, hint: str | None) -> str:
    return f"{what}: {hint}." if hint else f"{what}."


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        raise MalformedMessage("An object in the body has the same key twice.")
    return unique


def _not_a_number(_word: str) -> NoReturn:
    raise MalformedMessage("The body holds NaN or Infinity, which JSON does not know.")


def _refuse_lone_surrogates(body: str, document: object) -> None:
    escaped = "\\ud" in body or "\\uD" in body
    try:
        body.encode()
        if escaped:
            json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise MalformedMessage("The body holds half of a surrogate pair, which is not text.") from None
