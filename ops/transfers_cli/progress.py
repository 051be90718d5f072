"""Progress of what takes long, and ending it in an orderly way.

Both are the terminal's. What runs in another thread than the main one serves the web console: it shows nothing, and no signal ends it.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
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


def _is_terminals() -> bool:
    return threading.current_thread() is threading.main_thread()


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Show that something takes a while. ``what``: what it is."""
    with say.err.status(what) if _is_terminals() else nullcontext():
        yield


@contextmanager
def counting(what: str, total: int | None) -> Iterator[Counting]:
    """Show how far it is; ``total`` None when nobody knows. ``what``: the word before the bar."""
    hidden = not (say.err.is_terminal and _is_terminals())
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=say.err, transient=True, disable=hidden) as progress:
        yield Counting(progress, progress.add_task(what, total=total))


@contextmanager
def stopping(what: str = "ending after this batch; once more to end at once") -> Iterator[threading.Event]:
    """An event that Ctrl-C and SIGTERM set, once; the second time they do what they always do. ``what`` is said the first time."""
    event = threading.Event()
    if not _is_terminals():
        yield event
        return

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
