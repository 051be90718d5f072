"""Seeded bugs: mistakes put into the real service, one at a time, to see that the auditor finds each.

A bug is attached to functions by their names: a target is ``module:name`` or ``module:Class.name`` inside the package, and is replaced or
wrapped in a copy of the service that is imported afresh. A target that is gone is an error with the bug's name.

To add one: ``plain(...)`` or ``interleaving(...)`` in the ``seeded_`` module of its purpose, with the rules that may see it, likeliest
first; a new module's tuple goes into ``campaign._EVERY``. ``python -m tests.simulation bugs NAME`` must find it; where chance takes
more than some hundred seeds to come to it, write the scenario down in ``kept``. A bug that breaks no promise is none: leave it out.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

#: Makes the replacement from what stands there; a function's ``__globals__`` lead to the rest of its module.
Make = Callable[[Any], Any]


class TargetGone(Exception):
    """A seeded bug names something that the service does not have any more."""


@dataclass(frozen=True)
class SeededBug:
    """A bug: what is wrong, what is replaced by what, and which rules may be the first to see it.

    ``interleaving``: it shows only when something happens between two steps. ``routed``: only runs with routes come to its place.
    """

    name: str
    what: str
    rules: tuple[str, ...]
    changes: Mapping[str, Make]
    interleaving: bool = False
    routed: bool = False

    def modules(self) -> list[str]:
        """The modules that it changes."""
        return [target.partition(":")[0] for target in self.changes]

    def plant(self, module: Callable[[str], ModuleType]) -> None:
        """Put the bug into the service whose modules ``module`` gives. Raise ``TargetGone``."""
        for owner, name, made in self.made(module):
            setattr(owner, name, made)

    def made(self, module: Callable[[str], ModuleType]) -> Iterator[tuple[Any, str, Any]]:
        """What it puts where: the owner, the name there, and what stands there with the bug. Raise ``TargetGone``."""
        for target, make in self.changes.items():
            owner, name = self.found(module, target)
            standing = inspect.getattr_static(owner, name)
            bound = isinstance(standing, staticmethod | classmethod)
            try:
                made = make(getattr(owner, name) if bound else _plain(standing))
            except (KeyError, AttributeError) as error:
                raise TargetGone(
                    f"seeded bug {self.name}: beside {target} the service has no {error} any more"
                ) from error
            yield owner, name, _as_was(standing, made)

    def found(self, module: Callable[[str], ModuleType], target: str) -> tuple[Any, str]:
        """What holds the target, and under which name. Raise ``TargetGone``."""
        place, _, path = target.partition(":")
        *classes, name = path.split(".")
        try:
            owner: Any = module(place)
            for one in classes:
                owner = getattr(owner, one)
            inspect.getattr_static(owner, name)
        except (ImportError, AttributeError) as error:
            raise TargetGone(f"seeded bug {self.name}: the service has no {target} any more") from error
        return owner, name


def _plain(standing: Any) -> Any:
    """The function behind a property."""
    return getattr(standing, "fget", None) or getattr(standing, "func", standing)


def _as_was(standing: Any, made: Any) -> Any:
    if isinstance(standing, property) or type(standing).__name__ == "cached_property":
        return property(made)
    return staticmethod(made) if isinstance(standing, staticmethod | classmethod) else made


def plain(name: str, what: str, rules: str, changes: Mapping[str, Make], *, routed: bool = False) -> SeededBug:
    """A bug that is wrong whenever it is met."""
    return SeededBug(name, what, tuple(rules.split()), changes, routed=routed)


def interleaving(name: str, what: str, rules: str, changes: Mapping[str, Make], *, routed: bool = False) -> SeededBug:
    """A bug that shows only when something happens in between: a death, a lost answer, a rival, a late effect."""
    return SeededBug(name, what, tuple(rules.split()), changes, interleaving=True, routed=routed)


def value(instead: Any) -> Make:
    """A constant with another value, or a function that always answers the same is ``always``."""
    return lambda _standing: instead


def always(answer: Any) -> Make:
    """A function that answers the same whatever it is asked."""
    return lambda _real: lambda *_args, **_given: answer
