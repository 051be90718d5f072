"""What stops a synthesis before it begins: sentences for a person, and no traceback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class DeploymentError(ValueError):
    """A deployment cannot be as asked.

    The message is one whole sentence: what is wrong, and what to do. With several problems it lists them, one a line, and
    ``problems`` has them one by one.
    """

    def __init__(self, *problems: str) -> None:
        self.problems = problems
        super().__init__(problems[0] if len(problems) == 1 else _listed(problems))


class UnknownKeyError(DeploymentError):
    """A key that does not exist. It comes first in a list of problems: the others may follow from it."""


class Problems:
    """Collects what is wrong, so that everything is reported at once."""

    def __init__(self) -> None:
        self._unknown: list[str] = []
        self._others: list[str] = []

    @contextmanager
    def collecting(self, prefix: str = "") -> Iterator[None]:
        """Note a ``DeploymentError`` of the block, with ``prefix`` before its sentences, and go on after the block."""
        try:
            yield
        except DeploymentError as error:
            found = self._unknown if isinstance(error, UnknownKeyError) else self._others
            found.extend(prefix + problem for problem in error.problems)

    def found(self) -> Sequence[str]:
        """All sentences so far, those about unknown keys first."""
        return [*self._unknown, *self._others]

    def raise_any(self) -> None:
        """Raise ``DeploymentError`` with all sentences, if there are any. It is an ``UnknownKeyError`` if all of them are."""
        if self._unknown and not self._others:
            raise UnknownKeyError(*self._unknown)
        if found := self.found():
            raise DeploymentError(*found)


def _listed(problems: Sequence[str]) -> str:
    return "\n".join([f"{len(problems)} problems:", *(f"- {problem}" for problem in problems)])
