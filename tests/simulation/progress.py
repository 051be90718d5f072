"""How far a command is: a bar on a terminal, without one a line every half minute."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn

console = Console(stderr=True, width=None if sys.stderr.isatty() else 120)
_LINE_SECONDS = 30.0
Show = Callable[[int, int], None]


@contextmanager
def shown(what: str, total: int | None, seconds: float | None = None) -> Iterator[Show]:
    """Show how many of ``total`` are done, or how much of the ``seconds``; call what is answered with what is done, and deliveries."""
    timed = total is None and seconds is not None
    count: tuple[ProgressColumn, ...] = (TextColumn("{task.fields[done]:,}"),) if timed else (MofNCompleteColumn(),)
    columns = (*count, TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[deliveries]}"))
    terminal = sys.stderr.isatty()
    began = last = time.monotonic()
    with Progress(*columns, TimeElapsedColumn(), console=console, disable=not terminal) as bar:
        task = bar.add_task(what, total=seconds if timed else total, done=0, deliveries="")

        def show(done: int, deliveries: int) -> None:
            nonlocal last
            now = time.monotonic()
            delivered = f"{deliveries:,} deliveries" if deliveries else ""
            bar.update(task, completed=now - began if timed else done, done=done, deliveries=delivered)
            if not terminal and now - last >= _LINE_SECONDS:
                last = now
                parts = [
                    f"{done:,}" + (f" of {total:,} {what}" if total else f" {what}"),
                    delivered,
                    f"{now - began:.0f} s",
                ]
                console.print(", ".join(filter(None, parts)), highlight=False)

        yield show
