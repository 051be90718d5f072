"""What a check finds, and what it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from contact_transfer.request.arn import InstanceArn
from transfers_cli.deployment import Aws, Deployment


class Level(StrEnum):
    """``BAD``: it will not work, or not for long. ``LOOK``: it may be meant so. ``UNKNOWN``: it could not be checked."""

    GOOD = "good"
    LOOK = "look"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """``what`` was checked, what was ``seen``, and what to ``do`` about it. ``details``: more for scripts."""

    level: Level
    what: str
    seen: str
    do: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """The finding for scripts."""
        return {"level": self.level, "what": self.what, "seen": self.seen, "do": self.do, **self.details}


@dataclass(frozen=True)
class Target:
    """Where a route transfers to."""

    route: str
    flow: str
    queue: str | None = None
    user: str | None = None


@dataclass(frozen=True)
class Subject:
    """A deployment as it is, or as its settings file says it will be (then ``found`` is None). Lists hold ids.

    ``name``: that of the settings file; of a deployment that runs, what its resources' names begin with.
    """

    name: str
    aws: Aws
    instances: tuple[InstanceArn, ...]
    flows: frozenset[str]
    queues: frozenset[str]
    users: frozenset[str]
    channels: frozenset[str]
    pace: float
    burst: float
    routes: tuple[Target, ...] = ()
    found: Deployment | None = None

    @property
    def deployed(self) -> Deployment:
        """The deployment that runs. Raise ``LookupError`` when only its settings file is known."""
        if self.found is None:
            raise LookupError("the stack is not deployed")
        return self.found


Check = Callable[[Subject], Iterator[Finding]]


def good(what: str, seen: str) -> Finding:
    """Return a finding that needs nothing: ``what`` was checked and what was ``seen``."""
    return Finding(Level.GOOD, what, seen)


def look(what: str, seen: str, do: str) -> Finding:
    """Return a finding that an operator should look at because of what was ``seen``, with what to ``do``."""
    return Finding(Level.LOOK, what, seen, do)


def bad(what: str, seen: str, do: str) -> Finding:
    """Return a finding that an operator must act on because of what was ``seen``, with what to ``do``."""
    return Finding(Level.BAD, what, seen, do)
