"""What a browser asks of a page, and what a page answers."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Asked:
    """A request of the browser, read. ``params``: of the path; ``given``: the fields of the query or of the form that was sent."""

    params: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Sequence[str]] = field(default_factory=dict)
    is_partial: bool = False

    def text(self, name: str) -> str | None:
        """A field without blanks around it; None when it is empty or missing."""
        values = self.given.get(name, ())
        return (values[0].strip() or None) if values else None

    def texts(self, name: str) -> list[str]:
        """All values of a field that are not blank."""
        return [value.strip() for value in self.given.get(name, ()) if value.strip()]

    def flag(self, name: str) -> bool:
        """Whether a box is checked."""
        return self.text(name) is not None


@dataclass(frozen=True)
class View:
    """A page. ``command``: arguments of ``transfers`` that do the same; ``status``: of the HTTP answer."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)
    command: Sequence[str] = ()
    status: int = 200


@dataclass(frozen=True)
class Redirect:
    """The browser shall go to another page. ``to``: its path."""

    to: str


Answer = View | Redirect


def command_line(deployment: str, arguments: Sequence[str]) -> str:
    """The command that does the same as a page, as a shell takes it."""
    return shlex.join(["transfers", "-d", deployment, *arguments])


def options(**given: str | Sequence[str] | bool | None) -> list[str]:
    """Options for a command line, in the order given; those that are None, empty or false are left out."""
    line: list[str] = []
    for name, value in given.items():
        option = f"--{name.replace('_', '-')}"
        if isinstance(value, bool):
            line += [option] if value else []
        elif isinstance(value, str):
            line += [option, value] if value else []
        else:
            line += [part for one in value or () for part in (option, one)]
    return line
