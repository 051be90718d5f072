"""Child processes that never outlive this one, free ports, and waiting for conditions instead of sleeping."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Self, TypeVar

T = TypeVar("T")

_living: set[Child] = set()
_guard = threading.Lock()


def end_as_by_ctrl_c() -> None:
    """Let SIGTERM and the loss of the terminal end this process the way Ctrl-C does; one under nohup keeps running."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)


class StartError(RuntimeError):
    """A part of the local cloud did not come up; the message says which and shows the end of its log."""


class Child:
    """A process in a process group of its own, so that stopping it stops whatever it started.

    Its output is appended to ``log``. ``lifeline=True`` gives it a pipe on standard input that closes when this process
    ends however it ends; a child that watches for that end cannot be orphaned.
    ``command``: program and arguments.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        log: Path,
        directory: Path | None = None,
        lifeline: bool = False,
    ) -> None:
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                list(command),
                env=dict(environment),
                cwd=directory,
                stdin=subprocess.PIPE if lifeline else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        with _guard:
            _living.add(self)

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def exit_status(self) -> int | None:
        """Return the status if the process has ended (negative: the signal that ended it), else None."""
        return self._process.poll()

    def wait(self) -> int:
        """Block until the process has ended; return its status."""
        return self._process.wait()

    def kill(self) -> None:
        """End the whole process group at once, as Lambda ends an environment. Safe to call again."""
        self._signal(signal.SIGKILL)
        self._process.wait()
        self._forget()

    def stop(self, patience: float = 5.0) -> None:
        """Ask the process group to end, and end it after ``patience`` seconds. Safe to call again."""
        self._signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(patience)
        self.kill()

    def tail(self, lines: int = 15) -> str:
        """Return the last ``lines`` of the log, for an error message."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):  # PermissionError: macOS, for a group of zombies
            return

    def _forget(self) -> None:
        _close(self._process.stdin)
        with _guard:
            _living.discard(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        pipe.close()


@atexit.register
def _end_children() -> None:
    for child in list(_living):
        child.kill()


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], T | None], what: str, *, timeout: float = 30.0, pause: float = 0.02) -> T:
    """Return the first true value of ``condition``; raise ``TimeoutError`` saying ``what`` after ``timeout`` seconds.

    ``pause``: seconds between two looks.
    """
    deadline = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {timeout:g} s without success: {what}")
        time.sleep(pause)
    return value
