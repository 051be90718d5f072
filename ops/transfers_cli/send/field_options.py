"""The options of ``transfers send`` that are fields of a request, from the table of fields."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Annotated, Any, Literal

import typer

from contact_transfer.request.field_types import Boolean, Choice
from contact_transfer.request.fields import FIELDS, Field
from transfers_cli.expanded import expanded


def with_field_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command an option for each field that has one.

    Args:
        command: a Typer command with the parameter ``given``, which receives the fields as they stand in a request's body.
    """
    return expanded("given", _fields, _parameters())(command)


def _fields(**values: Any) -> dict[str, Any]:
    given = {name: values[field.attribute] for name, field in FIELDS.items() if field.option}
    return {name: value for name, value in given.items() if value is not None}


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
