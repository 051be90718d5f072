"""How the ledger's values are spelt in DynamoDB: one JSON document for each item, in the attribute ``document``.

Fields are camelCase, absent when they have their default. What another version has written is carried through (``extra``), at every
level, so that versions of the code can work side by side during a deployment.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from contact_transfer.ledger.records import (
    Attempt,
    Contact,
    EndRecord,
    Extensible,
    Lease,
    RequestRecord,
    Transfer,
    TransientError,
)

T = TypeVar("T", bound=Extensible)

#: Bytes of a document, at most. What operators alone read is left out of one that would be larger.
MAXIMUM_BYTES = 60_000
_NESTED: Mapping[type, Mapping[str, type]] = {
    Contact: {"lease": Lease, "attempt": Attempt, "transfer": Transfer},
    RequestRecord: {"last_error": TransientError, "ended": EndRecord, "done": Transfer},
}
_MAPS: Mapping[type, Mapping[str, type]] = {Contact: {"requests": RequestRecord, "ends": EndRecord}}


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


@dataclass(frozen=True)
class _Field:
    name: str
    wire: str
    default: Any
    factory: Callable[[], Any] | None
    nested: type | None
    values: type | None


def _fields(kind: type) -> tuple[_Field, ...]:
    found = _known.get(kind)
    if found is None:
        found = _known[kind] = _read_fields(kind)
    return found


_known: dict[type, tuple[_Field, ...]] = {}


def _read_fields(kind: type) -> tuple[_Field, ...]:
    nested, maps = _NESTED.get(kind, {}), _MAPS.get(kind, {})
    return tuple(
        _Field(
            one.name,
            _camel(one.name),
            one.default,
            None if one.default_factory is dataclasses.MISSING else one.default_factory,
            nested.get(one.name),
            maps.get(one.name),
        )
        for one in dataclasses.fields(kind)
        if one.name != "extra"
    )


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def to_document(value: Extensible) -> dict[str, Any]:
    """The value as JSON knows it."""
    document = dict(value.extra)
    for one in _fields(type(value)):
        given = getattr(value, one.name)
        if given is None or given == one.default or (one.factory is not None and not given):
            continue
        if one.nested is not None:
            given = to_document(given)
        elif one.values is not None:
            given = {key: to_document(part) for key, part in given.items()}
        elif isinstance(given, float):
            given = round(given, 3)
        document[one.wire] = given
    return document


def from_document(kind: type[T], document: Mapping[str, Any]) -> T:
    """The value that a document holds. What this version does not know is in ``extra``."""
    left, given = dict(document), {}
    for one in _fields(kind):
        if one.wire not in left:
            continue
        found = left.pop(one.wire)
        if one.nested is not None:
            found = from_document(one.nested, found)
        elif one.values is not None:
            found = {key: from_document(one.values, part) for key, part in found.items()}
        given[one.name] = found
    return kind(**given, extra=left)


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
    return replace(contact, requests=requests)


def decode(kind: type[T], text: str) -> T:
    """A document from its text. Unknown fields are kept."""
    return from_document(kind, json.loads(text))
