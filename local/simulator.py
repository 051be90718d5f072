"""The Amazon Connect simulator as a process of the local cloud."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from local.connect.control import Control
from local.processes import Child, StartError, wait_until
from local.toolbox import ROOT


class ConnectProcess:
    """``python -m local.connect`` with the deployment's instances, each with seed data and with the ``resources`` of its own.

    Raises ``StartError`` if it fails.
    """

    def __init__(self, instance_arns: Sequence[str], logs: Path, resources: Sequence[str] = ()) -> None:
        ready = logs / "connect.url"
        ready.unlink(missing_ok=True)
        arns = [part for arn in instance_arns for part in ("--instance-arn", arn)]
        held = [part for resource in resources for part in ("--resource", resource)]
        options = [*arns, *held, "--seed-data", "--random-seed", "1", "--ready-file", str(ready)]
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
