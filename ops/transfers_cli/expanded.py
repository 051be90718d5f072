"""Options that several commands share: a command asks for what they come to, and Typer is shown the options."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

Command = Callable[..., None]


def expanded(
    name: str, make: Callable[..., Any], options: Iterable[inspect.Parameter] | None = None
) -> Callable[[Command], Command]:
    """Decorate a Typer command that takes ``name``, so that the command line has options in its place.

    Args:
        name: a parameter of the command.
        make: takes the options as keywords and returns the parameter's value.
        options: parameters that Typer reads; those of ``make`` if not given.
    """
    added = list(inspect.signature(make, eval_str=True).parameters.values() if options is None else options)

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def run(**arguments: Any) -> None:
            made = make(**{option.name: arguments.pop(option.name) for option in added})
            command(**{name: made}, **arguments)

        own = inspect.signature(command, eval_str=True).parameters.values()
        shown = [option for one in own for option in (added if one.name == name else [one])]
        run.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]  # Typer reads it
        run.__annotations__ = {one.name: one.annotation for one in shown}
        return run

    return decorate
