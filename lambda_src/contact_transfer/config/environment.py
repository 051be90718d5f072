"""Reading variables: each with its type, and its name in whatever is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


class SettingsError(ValueError):
    """A variable is missing or cannot be parsed; the message names it."""


@dataclass(frozen=True)
class Quota:
    """A token bucket as AWS publishes it: ``rate`` calls a second, ``burst`` calls at once."""

    rate: float
    burst: float


def join(values: Iterable[str]) -> str:
    """The spelling of ``Reader.items``."""
    return ",".join(sorted(values))


class Reader:
    """Reads variables by name. Raises ``SettingsError``."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def text(self, name: str) -> str:
        """Some text; never empty."""
        value = self._environment.get(name, "")
        if not value:
            raise SettingsError(f"{name} is not set")
        return value

    def items(self, name: str) -> list[str]:
        """Texts with commas between them; perhaps none, but the variable must be there."""
        if name not in self._environment:
            raise SettingsError(f"{name} is not set")
        return [item for item in self._environment[name].split(",") if item]

    def instances(self, name: str) -> tuple[str, ...]:
        """Items, of which there must be one at least."""
        found = tuple(self.items(name))
        if not found:
            raise SettingsError(f"{name} names no Amazon Connect instance")
        return found

    def number(self, name: str) -> float:
        """A finite number above 0."""
        value = self.number_or_none(name)
        if value is None:
            raise SettingsError(f"{name} must be above 0")
        return value

    def number_or_none(self, name: str) -> float | None:
        """A finite number above 0, or None for 0."""
        try:
            value = float(self.text(name))
        except ValueError as error:
            raise SettingsError(f"{name} is not a number") from error
        if not 0 <= value < float("inf"):
            raise SettingsError(f"{name} must be above 0")
        return value or None

    def counts(self, name: str) -> dict[str, int]:
        """Items of the form ``name=count``."""
        pairs = [item.partition("=") for item in self.items(name)]
        try:
            return {key: int(count) for key, _, count in pairs}
        except ValueError as error:
            raise SettingsError(f"{name} is not a list of names with counts") from error

    def quotas(self, name: str) -> dict[str, Quota]:
        """A JSON object of operations, each with ``rate`` and ``burst``."""
        try:
            given = json.loads(self.text(name))
            return {operation: Quota(float(q["rate"]), float(q["burst"])) for operation, q in given.items()}
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise SettingsError(f"{name} is not an object of operations with rate and burst") from error
