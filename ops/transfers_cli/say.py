"""Talking to people and scripts: results go to standard output, everything else to standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import typer
from rich.cells import cell_len
from rich.console import JustifyMethod
from rich.table import Table
from rich.text import Text

from transfers_cli.console import SafeConsole, cleaned, escaped
from transfers_cli.errors import Exit, Stop

#: Where nobody's terminal says how wide it is, lines are as long as ids and reasons need.
_WIDE = 160
# Ids are shown as they are: contact:abc: is no emoji.
out = SafeConsole(highlight=False, emoji=False, width=None if sys.stdout.isatty() else _WIDE)
err = SafeConsole(stderr=True, highlight=False, emoji=False, width=None if sys.stderr.isatty() else _WIDE)


_heard: ContextVar[list[str] | None] = ContextVar("heard", default=None)


@contextmanager
def listening() -> Iterator[list[str]]:
    """Collect what is noted meanwhile, for a page in place of the terminal."""
    heard: list[str] = []
    token = _heard.set(heard)
    try:
        yield heard
    finally:
        _heard.reset(token)


def note(text: str, style: str = "dim") -> None:
    """A line for a person, or for who listens. ``style``: as rich has it."""
    if (heard := _heard.get()) is not None:
        heard.append(text)
        return
    err.print(text, style=style, markup=False, soft_wrap=True)


def result(text: str) -> None:
    """A line of the result."""
    out.print(text, markup=False, soft_wrap=True)


def as_json(value: Any) -> None:
    """The result as one JSON document."""
    typer.echo(escaped(json.dumps(value, indent=2, default=str, ensure_ascii=False)))


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table of texts; columns whose name begins with ``#`` are numbers, with ``!`` texts that are not broken, such as ids.

    ``rows``: each with a value for each column.
    """
    made = Table(title=title, title_justify="left", title_style="bold", header_style="dim", box=None, pad_edge=False)
    for column in columns:
        number, whole = column.startswith("#"), column.startswith("!")
        justify: JustifyMethod = "right" if number else "left"
        made.add_column(column.lstrip("#!"), justify=justify, overflow="fold", no_wrap=whole)
    for row in rows:
        made.add_row(
            *(cell if isinstance(cell, Text) else Text("" if cell is None else cleaned(str(cell))) for cell in row)
        )
    return made


def facts(title: str, values: Mapping[str, str]) -> None:
    """The names and values ``values``, a line each, and a blank line below.

    A value with a word longer than the line is left to the terminal to break, so that an id is whole where it is copied.
    """
    out.print(Text(title, style="bold"), soft_wrap=True)
    left = max(map(cell_len, values), default=0) + 2
    for name, value in ((name, cleaned(value)) for name, value in values.items()):
        row = Table.grid()
        row.add_column(width=left)
        row.add_column(overflow="fold")
        row.add_row(Text(name, style="dim"), Text(value))
        long = max(map(cell_len, value.split()), default=0) > out.width - left
        out.print(Text.assemble((name.ljust(left), "dim"), value) if long else row, soft_wrap=long)
    out.print()


def confirm(question: str, *, yes: bool) -> None:
    """Ask before something is changed.

    Args:
        question: a sentence that ends in a question mark.
        yes: the answer is known to be yes; nobody is asked.

    Raises:
        Stop: the answer is no, or nobody is there to answer.
        KeyboardInterrupt: Ctrl-C at the prompt, which is no answer: the command ends with 130.
    """
    while not yes:
        err.print(f"{question} [y/N]: ", end="", markup=False, soft_wrap=True)
        try:
            answer = input().strip().lower()
        except EOFError:
            err.print()
            raise Stop("Nobody answered; use --yes in scripts. Nothing was changed.", Exit.DECLINED) from None
        if answer in {"", "n", "no"}:
            raise Stop("Nothing was changed.", Exit.DECLINED)
        yes = answer in {"y", "yes"}


def when(moment: float | None) -> str | None:
    """A moment (epoch seconds) in UTC, to the second, as RFC 3339 has it: the one spelling, for people and for JSON."""
    return None if moment is None else datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def count(number: int, noun: str) -> str:
    """A number of things, as in ``1 request`` and ``2 requests``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def times(count: int | str) -> str:
    """How often something was done."""
    return "once" if str(count) == "1" else f"{count} times"


def clock(moment: float | None) -> str:
    """A moment in UTC, short: today's to the second, any other's to the minute."""
    if moment is None:
        return ""
    at, now = datetime.fromtimestamp(moment, UTC), datetime.now(UTC)
    return at.strftime("%H:%M:%SZ" if at.date() == now.date() else "%Y-%m-%d %H:%MZ")


def span(seconds: float) -> str:
    """A length of time in its two largest units."""
    left, parts = max(0, round(seconds)), []
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"
