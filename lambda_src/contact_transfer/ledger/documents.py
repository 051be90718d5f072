"""How the ledger's values are spelt in DynamoDB: one JSON document for each item, in the attribute ``document``.

Fields are camelCase, absent when they have their default. What another version has written is carried through (``extra``), at every
level, so that versions of the code can work side by side during a deployment.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple, TypeVar

from contact_transfer.ledger.records import (
    Attempt,
    Contact,
    EndRecord,
    Extensible,
    Lease,
    Look,
    RequestRecord,
    Transfer,
    TransientError,
)

T = TypeVar("T", bound=Extensible)

#: Bytes of a document, at most. What operators alone read is left out of one that would be larger.
MAXIMUM_BYTES = 60_000
#: Fields that hold values of the ledger in their turn: one, or where the default is an empty map, a map of them.
_PARTS: Mapping[type, Mapping[str, type[Extensible]]] = {
    Contact: {
        "lease": Lease,
        "attempt": Attempt,
        "transfer": Transfer,
        "look": Look,
        "requests": RequestRecord,
        "ends": EndRecord,
    },
    RequestRecord: {"last_error": TransientError, "ended": EndRecord, "done": Transfer},
}


def contact_key(instance_id: str, contact_id: str) -> str:
    """The key of a contact's document."""
    return f"contact#{instance_id}#{contact_id}"


def request_key(name: str) -> str:
    """The key of the document of a request that its producer named."""
    return f"request#{name}"


def route_key(instance_id: str, tree: str, route: str) -> str:
    """The key of the document of a route's transfers of one tree."""
    return f"route#{instance_id}#{tree}#{route}"


def batch_key(instance_id: str, batch_id: str) -> str:
    """The key of the document of a cancelled batch."""
    return f"batch#{instance_id}#{batch_id}"


def arrival_key(instance_id: str, contact_id: str) -> str:
    """Of whether the contact that a transfer of ``contact_id`` made has arrived."""
    return f"arrival#{instance_id}#{contact_id}"


class _Field(NamedTuple):
    name: str
    wire: str
    default: Any
    part: type[Extensible] | None


_known: dict[type, tuple[_Field, ...]] = {}


def _fields(kind: type) -> tuple[_Field, ...]:
    if kind not in _known:
        parts, fields = _PARTS.get(kind, {}), [one for one in dataclasses.fields(kind) if one.name != "extra"]
        _known[kind] = tuple(_Field(one.name, _camel(one.name), _default(one), parts.get(one.name)) for one in fields)
    return _known[kind]


def _default(field: dataclasses.Field[Any]) -> Any:
    return field.default if field.default_factory is dataclasses.MISSING else field.default_factory()


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def to_document(value: Extensible) -> dict[str, Any]:
    """The value as JSON knows it."""
    document = dict(value.extra)
    for name, wire, default, part in _fields(type(value)):
        given = getattr(value, name)
        if given is None or given == default:
            continue
        if part is not None:
            given = _each(to_document, given) if default == {} else to_document(given)
        document[wire] = round(given, 3) if isinstance(given, float) else given
    return document


def from_document(kind: type[T], document: Mapping[str, Any]) -> T:
    """The value that a document holds. What this version does not know is in ``extra``."""
    left, given = dict(document), {}
    for name, wire, default, part in _fields(kind):
        if wire not in left:
            continue
        found = left.pop(wire)
        if part is not None:
            read = partial(from_document, part)
            found = _each(read, found) if default == {} else read(found)
        given[name] = found
    return kind(**given, extra=left)


def _each(change: Callable[[Any], Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: change(part) for key, part in parts.items()}


def encode(value: Extensible) -> str:
    """The text of a document, which stays under ``MAXIMUM_BYTES`` whatever producers have written into their requests."""
    text = _text(value)
    if len(text) * 4 <= MAXIMUM_BYTES or len(text.encode()) <= MAXIMUM_BYTES or not isinstance(value, Contact):
        return text
    return _text(_without_details(value))


def _text(value: Extensible) -> str:
    return json.dumps(to_document(value), ensure_ascii=False, separators=(",", ":"))


def _without_details(contact: Contact) -> Contact:
    """Without what was asked by requests that neither hold the contact nor have transferred it: their next lease brings it again."""
    holders = {part.request for part in (contact.lease, contact.attempt, contact.transfer) if part is not None}
    requests = {
        key: record if key in holders else replace(record, asked={}, last_error=None)
        for key, record in contact.requests.items()
    }
    return replace(contact, requests=requests, look=None)


def decode(kind: type[T], text: str) -> T:
    """A document from its text. Unknown fields are kept."""
    return from_document(kind, json.loads(text))
