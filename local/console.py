"""The console (``transfers web``) beside the local cloud, as a process of its own."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from local.cloud import LocalCloud
from local.processes import Child, StartError, wait_until


@contextmanager
def console(cloud: LocalCloud) -> Iterator[str]:
    """Serve the console of the cloud's deployment; yield the address that opens it once.

    Raises:
        StartError: it did not come up.
    """
    log = cloud.logs / "console.log"
    environment = {**os.environ, **cloud.environment()}
    command = [sys.executable, "-m", "transfers_cli", "web", "-d", cloud.deployment]
    child = Child(command, environment=environment, log=log)
    try:
        yield wait_until(lambda: _address(child), "the console is up", timeout=60)
    finally:
        child.stop()


def _address(child: Child) -> str | None:
    said = child.log.read_text("utf-8", "replace")
    if child.exit_status() is not None:
        raise StartError(f"The console ended at once: {said}")
    found = re.search(r"The console is at (\S+)", said)
    return found[1] if found else None
