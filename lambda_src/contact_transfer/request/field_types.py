"""The types that a field of a request can have: how a value is checked, read, and written elsewhere.

``problem`` says what is wrong with a value, as the end of a sentence that begins with the field's name. ``read`` turns a
value without a problem into what the code works with, and ``tell`` turns that into what events carry. ``text`` and
``from_text`` are its spelling where everything is text: in the ledger, on a screen, in a flow's parameters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol

from contact_transfer.request.timestamps import instant, rfc3339

#: The characters of an id. No white space, separators or escapes: it travels in URLs, ARNs and message attributes.
ID = "[A-Za-z0-9._=~-]+"
_ID = re.compile(ID)
_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_LONGEST_TIME = 64
#: The resources of Connect with their articles, by the word before the id in their ARNs.
NOUNS = {
    "instance": "an instance",
    "contact": "a contact",
    "contact-flow": "a contact-flow",
    "queue": "a queue",
    "agent": "an agent",
}


def is_id(text: str) -> bool:
    """Whether ``text`` can be an id: letters, digits, ``.``, ``_``, ``-``, ``=`` and ``~``. Requests and settings share this rule."""
    return _ID.fullmatch(text) is not None and text not in {".", ".."}


def one_spelling(text: str) -> str:
    """An id or ARN with its UUIDs in lower case: a UUID in any letter case is one id (RFC 9562)."""
    return "/".join(part.lower() if _UUID.fullmatch(part) else part for part in text.split("/"))


class FieldType(Protocol):
    """One type of field; the module says what each method is for."""

    def problem(self, value: object) -> str | None:
        """What is wrong with a value of JSON, as the end of a sentence that begins with the field's name; None when it can be read."""

    def read(self, value: Any) -> Any:
        """What the code works with, from a value that has no problem."""

    def tell(self, value: Any) -> Any:
        """What events carry, in JSON, from what the code works with."""

    def text(self, value: Any) -> str:
        """What the ledger keeps and ``transfers status`` shows, from what the code works with."""

    def from_text(self, text: str) -> Any:
        """What the code works with, from what ``text`` wrote."""


@dataclass(frozen=True, eq=False, repr=False)
class Text:
    """Text that is not blank, of up to ``limit`` characters."""

    limit: int

    def problem(self, value: object) -> str | None:
        """Refuse what is no string, blank, or longer than ``limit``."""
        if not isinstance(value, str):
            return "must be a string"
        if not value.strip():
            return "is blank; leave it out instead"
        return f"is longer than {self.limit} characters" if len(value) > self.limit else None

    def read(self, value: Any) -> str:
        """The text as it was given."""
        return str(value)

    def tell(self, value: Any) -> str:
        """The text itself."""
        return str(value)

    text = from_text = tell


class Word(Text):
    """Text with the characters of an id."""

    def problem(self, value: object) -> str | None:
        """Refuse, beyond what ``Text`` refuses, every character that an id cannot have."""
        if (wrong := super().problem(value)) is not None:
            return wrong
        return None if is_id(str(value)) else "has characters other than letters, digits and . _ - = ~"


@dataclass(frozen=True, eq=False, repr=False)
class Id(Text):
    """Id or ARN of a resource of Connect. ``kind``: the word before the id in its ARN. ``limit`` holds for both spellings."""

    kind: str

    def read(self, value: Any) -> str:
        """``value`` with its UUIDs in lower case. The parser, which knows the instances, reduces an ARN to its id."""
        return one_spelling(value)


class Boolean:
    """``true`` or ``false`` in JSON; the same words in text."""

    def problem(self, value: object) -> str | None:
        """Refuse everything but ``true`` and ``false``, words and numbers too."""
        return None if isinstance(value, bool) else "must be true or false"

    def read(self, value: Any) -> bool:
        """The boolean itself."""
        return bool(value)

    def tell(self, value: Any) -> bool:
        """The boolean itself."""
        return bool(value)

    def text(self, value: Any) -> str:
        """``true`` or ``false``."""
        return "true" if value else "false"

    def from_text(self, text: str) -> Any:
        """The boolean. Any other text stays as it is, for ``problem`` to refuse."""
        return {"true": True, "false": False}.get(text, text)


@dataclass(frozen=True, eq=False, repr=False)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def problem(self, value: object) -> str | None:
        """Refuse everything but the words."""
        return None if isinstance(value, str) and value in self.words else f"must be {' or '.join(self.words)}"

    def read(self, value: Any) -> str:
        """The word itself."""
        return str(value)

    def tell(self, value: Any) -> str:
        """The word itself."""
        return str(value)

    text = from_text = tell


class Time:
    """A time in RFC 3339 with an offset; the code works with epoch seconds."""

    def problem(self, value: object) -> str | None:
        """Refuse what is no RFC 3339 time with an offset."""
        if (wrong := Text(_LONGEST_TIME).problem(value)) is not None:
            return wrong
        if instant(str(value)) is None:
            return "is not a time in RFC 3339 with an offset, as in 2026-03-01T09:30:00Z"
        return None

    def read(self, value: Any) -> float | None:
        """Epoch seconds."""
        return instant(value)

    def tell(self, value: Any) -> str:
        """RFC 3339 in UTC, to the millisecond."""
        return rfc3339(value)

    def text(self, value: Any) -> str:
        """RFC 3339 in UTC, to the millisecond."""
        return rfc3339(value)

    def from_text(self, text: str) -> float | None:
        """Epoch seconds; None for a text that is no time."""
        return instant(text)
