"""The options of ``transfers send`` that are fields of a request, from the table of fields."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

import typer

from contact_transfer.request.field_types import Boolean, Choice
from contact_transfer.request.fields import FIELDS, Field

_GIVEN = "given"


def with_field_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each field that has one.

    Args:
        command: a Typer command with the parameter ``given``, which receives the fields as they stand in a request's body.
    """
    signature = inspect.signature(command, eval_str=True)
    own = [parameter for name, parameter in signature.parameters.items() if name != _GIVEN]
    added = list(_parameters())

    @functools.wraps(command)
    def run(**arguments: Any) -> None:
        values = {name: arguments.pop(field.attribute) for name, field in FIELDS.items() if field.option}
        command(given={name: value for name, value in values.items() if value is not None}, **arguments)

    run.__signature__ = inspect.Signature([own[0], *added, *own[1:]])  # type: ignore[attr-defined]  # Typer reads it
    run.__annotations__ = {one.name: one.annotation for one in (*own, *added)}
    return run


def _parameters() -> Iterator[inspect.Parameter]:
    for field in FIELDS.values():
        if field.option:
            kind = inspect.Parameter.KEYWORD_ONLY
            yield inspect.Parameter(field.attribute, kind, default=None, annotation=_annotation(field))


def _annotation(field: Field) -> Any:
    text = f"{field.name}: {field.meaning.replace('`', '')}."
    name = f"--{field.option}"
    match field.type:
        case Boolean():
            return Annotated[bool | None, typer.Option(f"{name}/--no-{field.option}", help=text, show_default=False)]
        case Choice(words=words):
            one_of: Any = Literal[words]  # known when the table is read
            return Annotated[one_of | None, typer.Option(name, help=text)]
        case _:
            return Annotated[str | None, typer.Option(name, help=text)]
