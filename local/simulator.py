"""The Amazon Connect simulator as a process of the local cloud, and the bridge for its contact events."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx

from local.connect.control import Control
from local.processes import Child, StartError, wait_until
from local.toolbox import ROOT


class ConnectProcess:
    """``python -m local.connect`` with the deployment's instances, each with seed data. Raises ``StartError`` if it fails."""

    def __init__(self, instance_arns: Sequence[str], logs: Path) -> None:
        ready = logs / "connect.url"
        ready.unlink(missing_ok=True)
        arns = [part for arn in instance_arns for part in ("--instance-arn", arn)]
        options = [*arns, "--seed-data", "--random-seed", "1", "--ready-file", str(ready)]
        command = [sys.executable, "-m", "local.lifeline", "local.connect", *options]
        self._child = Child(command, environment=os.environ, directory=ROOT, log=logs / "connect.log", lifeline=True)

        def url() -> str | None:
            if self._child.exit_status() is not None:
                raise StartError(f"The Amazon Connect simulator ended at once:\n{self._child.tail()}")
            return ready.read_text().strip() if ready.exists() else None

        try:
            self.url = wait_until(url, "the Amazon Connect simulator answers")
        except BaseException:
            self._child.kill()
            raise
        self.control = Control(self.url)

    def stop(self) -> None:
        """End it. Safe to call again."""
        self.control.close()
        self._child.kill()


class ContactEvents:
    """Carries the simulator's contact events to the default bus, as Amazon Connect does, until it is stopped."""

    def __init__(self, url: str, put: Callable[[list[dict[str, Any]]], None]) -> None:
        self._control = Control(url)
        self._put = put
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="contact-events")
        self._thread.start()

    def stop(self) -> None:
        """Carry no further events. Safe to call again."""
        self._stop.set()
        self._thread.join(5)
        self._control.close()

    def _run(self) -> None:
        seen = 0
        while not self._stop.is_set():
            try:
                events = self._control.events(after=seen, wait=1)
                for begin in range(0, len(events), 10):  # PutEvents takes ten entries
                    self._put([event["entry"] for event in events[begin : begin + 10]])
                seen = events[-1]["number"] if events else seen
            except httpx.TransportError:
                self._stop.wait(0.5)  # either side is being stopped, or started afresh
