"""Progress of what takes long, and ending it in an orderly way."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from transfers_cli import say


class Counting:
    """A bar on standard error, on terminals only."""

    def __init__(self, progress: Progress, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def reached(self, count: int) -> None:
        """Show that ``count`` in all are done."""
        self._progress.update(self._task, completed=count)

    def advanced(self, count: int) -> None:
        """Show that ``count`` more are done."""
        self._progress.advance(self._task, count)


@contextmanager
def counting(what: str, total: int | None) -> Iterator[Counting]:
    """Show how far it is; ``total`` None when nobody knows. ``what``: the word before the bar."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=say.err, transient=True, disable=not say.err.is_terminal) as progress:
        yield Counting(progress, progress.add_task(what, total=total))


@contextmanager
def stopping(what: str = "ending after this batch; once more to end at once") -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set, once; the second time they do what they always do. ``what`` is said the first time."""
    event = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        if event.is_set():
            raise KeyboardInterrupt
        event.set()
        say.note(what, style="yellow")

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield event
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
