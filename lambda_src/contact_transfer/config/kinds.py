"""The kinds of value that a setting can have, with the one spelling of each in an environment variable.

``to_text`` writes a value and ``from_text`` reads it back; the two are inverse. Values in a deployment file are JSON, and
are checked by the stack; what a kind says of bounds and words holds there, in the JSON Schema and in the documentation.
Every function loads the kinds at its start, so the classes have no methods that nobody calls (a comparison, a ``repr``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class SettingsError(ValueError):
    """A variable is missing or cannot be read; the message names it."""


@dataclass(frozen=True)
class Quota:
    """A token bucket as AWS publishes it: ``rate`` calls a second, ``burst`` calls at once."""

    rate: float
    burst: float


#: Amazon Connect's default quotas per account and Region. Source: "Amazon Connect service quotas", API throttling quotas.
DEFAULT_QUOTAS: Mapping[str, Quota] = {
    "DescribeContact": Quota(10, 15),
    "DescribeContactFlow": Quota(2, 5),
    "ListAssociatedContacts": Quota(2, 5),
}


class Kind:
    """A kind of value. Raise ``SettingsError`` for a text that is not one; its message goes on from the variable's name."""

    def typed(self, value: Any) -> Any:
        """The value that the code works with, from a correct value in JSON."""
        return value

    def to_text(self, value: Any) -> str:
        """The value as an environment variable holds it."""
        return str(value)

    def from_text(self, text: str) -> Any:
        """Read the value of an environment variable.

        Raises:
            SettingsError: it is not such a value; the message goes on from the variable's name.
        """
        if not text:
            raise SettingsError("is empty")
        return text


@dataclass(frozen=True, eq=False, repr=False)
class Text(Kind):
    """Some text; never empty. ``pattern``: a regular expression that all of it must match. ``what``: how a person says that."""

    pattern: str = ""
    what: str = "a text"


@dataclass(frozen=True, eq=False, repr=False)
class Number(Kind):
    """A number from ``least`` (above it, when ``above``) to ``most``; it may have a fraction."""

    most: float
    least: float = 0
    above: bool = False

    def typed(self, value: Any) -> float:
        """The number as a float."""
        return float(value)

    def to_text(self, value: Any) -> str:
        """The shortest text that reads back as the same number; no fraction where there is none."""
        return repr(float(value)).removesuffix(".0")

    def from_text(self, text: str) -> float:
        """The number. Raise ``SettingsError`` when it is negative, not finite, or 0 where it must be above."""
        try:
            value = float(text)
        except ValueError:
            raise SettingsError("is not a number") from None
        if not 0 <= value < float("inf") or (self.above and value == 0):
            raise SettingsError("must be above 0")
        return value


@dataclass(frozen=True, eq=False, repr=False)
class Whole(Kind):
    """A whole number from ``least`` to ``most``."""

    least: int
    most: int

    def from_text(self, text: str) -> int:
        """The number. Raise ``SettingsError`` when it is not a whole one; its bounds are the deployment's to check."""
        try:
            return int(text)
        except ValueError:
            raise SettingsError("is not a whole number") from None


@dataclass(frozen=True, eq=False, repr=False)
class Choice(Kind):
    """One of ``words``."""

    words: tuple[str, ...]

    def from_text(self, text: str) -> str:
        """The word. Raise ``SettingsError`` when it is none of ``words``."""
        if text not in self.words:
            raise SettingsError(f"must be {' or '.join(self.words)}")
        return text


@dataclass(frozen=True, eq=False, repr=False)
class WholeChoice(Kind):
    """One of some whole numbers."""

    numbers: tuple[int, ...]


class _List(Kind):
    def to_text(self, value: Any) -> str:
        """The items in order, with commas between them."""
        return ",".join(sorted(value))

    def from_text(self, text: str) -> Any:
        """The items; perhaps none."""
        return frozenset(item for item in text.split(",") if item)

    def typed(self, value: Any) -> Any:
        """The items, each once."""
        return frozenset(value)


@dataclass(frozen=True, eq=False, repr=False)
class Choices(_List):
    """One or more of ``words``."""

    words: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Ids(_List):
    """Ids of a Connect resource, in a file also ARNs; perhaps none. ``resource``: the word before the id in its ARN."""

    resource: str


class InstanceArns(_List):
    """ARNs of Connect instances of one account and Region, at least one. The order stays."""

    def to_text(self, value: Any) -> str:
        """The ARNs in their order, with commas between them."""
        return ",".join(value)

    def from_text(self, text: str) -> tuple[str, ...]:
        """The ARNs in their order. Raise ``SettingsError`` when there is none."""
        found = tuple(item for item in text.split(",") if item)
        if not found:
            raise SettingsError("names no Amazon Connect instance")
        return found


class Principals(_List):
    """AWS account ids and ARNs of IAM roles, users and account roots; perhaps none."""


class Quotas(Kind):
    """Quotas by operation of Connect; AWS's defaults stand for those not named."""

    def typed(self, value: Any) -> dict[str, Quota]:
        """AWS's defaults, with those that are given in their place."""
        return {**DEFAULT_QUOTAS, **{name: Quota(float(q["rate"]), float(q["burst"])) for name, q in value.items()}}

    def to_text(self, value: Any) -> str:
        """A JSON object of operations, each with ``rate`` and ``burst``."""
        return json.dumps({name: {"rate": q.rate, "burst": q.burst} for name, q in sorted(value.items())})

    def from_text(self, text: str) -> dict[str, Quota]:
        """AWS's defaults, with those that are given in their place. Raise ``SettingsError`` for anything but such an object."""
        try:
            return self.typed(json.loads(text))
        except (ValueError, TypeError, KeyError, AttributeError):
            raise SettingsError("is not an object of operations with rate and burst") from None


class Routes(Kind):
    """Routes. A function knows of each its name and how often it may move one tree of contacts."""

    def typed(self, value: Any) -> dict[str, int]:
        """Of each route, by its name, how often it may move one tree of contacts."""
        return {route["name"]: int(route.get("maxTransfersPerContact", 1)) for route in value}

    def to_text(self, value: Any) -> str:
        """Items ``name=limit`` in order, with commas between them."""
        return ",".join(f"{name}={most}" for name, most in sorted(value.items()))

    def from_text(self, text: str) -> dict[str, int]:
        """The limits by name. Raise ``SettingsError`` when one is not a whole number."""
        pairs = [item.partition("=") for item in text.split(",") if item]
        try:
            return {name: int(most) for name, _, most in pairs}
        except ValueError:
            raise SettingsError("is not a list of names with counts") from None


class Tags(Kind):
    """Tags of AWS resources: texts by their keys."""


@dataclass(frozen=True, eq=False, repr=False)
class Texts(Kind):
    """Texts by some of the ``words``; each matches ``pattern``, which a person calls ``what``."""

    words: tuple[str, ...]
    pattern: str
    what: str


class AlarmChanges(Kind):
    """By the names of alarms: ``threshold`` and ``enabled``, one or both."""
