"""Fields of a request that say nothing of who is transferred where, from the table of fields: any request may have them."""

from __future__ import annotations

from random import Random
from typing import Any

from contact_transfer.request.field_types import Boolean, Choice, FieldType, Id, Time, Word
from contact_transfer.request.fields import FIELDS

#: Fields that decide when, whether or which contact is transferred: drawn with what they mean by generators of their own, or not at all.
_WITH_A_MEANING = frozenset(
    {"requestId", "expiresAt", "route", "onlyIfWaiting", "onlyIfInQueueId", "priority", "notBefore", "follow"}
)
_TIME = "2026-03-01T09:30:00.000Z"


def others(number: int) -> tuple[tuple[str, Any], ...]:
    """Some of the other fields with values, the same for the same number: a draw of their own disturbs no other."""
    random = Random(f"fields {number}")
    free = {
        name: field.type
        for name, field in FIELDS.items()
        if not (field.required or field.parameter or name in _WITH_A_MEANING)
    }
    return tuple((name, _value(random, kind)) for name, kind in free.items() if random.random() < 0.3)


def _value(random: Random, kind: FieldType) -> Any:
    match kind:
        case Boolean():
            return random.random() < 0.5
        case Choice(words=words):
            return random.choice(words)
        case Time():
            return _TIME
        case Word() | Id():
            return "word-1"
        case _:
            return "Some words, é"
