"""The form of a request, from the one table of its fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from contact_transfer.request.field_types import Boolean, Choice, Text, Time
from contact_transfer.request.fields import FIELDS, Field
from transfers_cli.web.asking import Asked


@dataclass(frozen=True)
class Input:
    """A field of the form. ``words``: what can be chosen, empty where text is typed; ``longest``: characters, None: no bound."""

    name: str
    meaning: str
    option: str | None
    is_required: bool
    words: Sequence[str] = ()
    longest: int | None = None
    example: str = ""


def _input(field: Field) -> Input:
    common = (field.name, field.meaning, field.option, field.required)
    match field.type:
        case Boolean():
            return Input(*common, words=("true", "false"))
        case Choice(words=words):
            return Input(*common, words=words)
        case Time():
            return Input(*common, example="2026-03-01T09:30:00Z")
        case Text(limit=limit):
            return Input(*common, longest=limit)
    return Input(*common)


#: One for each field that a command line can give, too.
INPUTS: Sequence[Input] = tuple(_input(field) for field in FIELDS.values() if field.option)


def fields(asked: Asked) -> dict[str, Any]:
    """The fields that were filled in, as they stand in a request's body."""
    given = {one.name: asked.text(one.name) for one in INPUTS}
    return {name: _typed(name, text) for name, text in given.items() if text is not None}


def _typed(name: str, text: str) -> Any:
    """A box of the form has the words of a flag; everything else is what was typed."""
    return text == "true" if isinstance(FIELDS[name].type, Boolean) and text in {"true", "false"} else text
