"""Fields of a request that say nothing of who is transferred where, from the table of fields: any request may have them."""

from __future__ import annotations

from random import Random
from typing import Any

from contact_transfer.request.field_types import Boolean, Choice, FieldType, Id, Time, Word
from contact_transfer.request.fields import FIELDS
from tests.simulation.written import WRITTEN

_TIME = "2026-03-01T09:30:00.000Z"


def others(number: int) -> tuple[tuple[str, Any], ...]:
    """Some of the fields that a ``Request`` of a scenario does not have by itself, the same for the same number.

    A draw of their own disturbs no other.
    """
    random = Random(f"fields {number}")
    free = {name: field.type for name, field in FIELDS.items() if name not in WRITTEN}
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
