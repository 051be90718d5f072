"""Functions that rules of EventBridge invoke: asynchronously, and up to three times when they fail, as Lambda does."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from local.lambda_runtime import Function

#: An asynchronous invocation that fails is repeated twice. Source: Lambda developer guide, "Asynchronous invocation".
ATTEMPTS = 3
#: Lambda waits a minute before the second attempt; nobody does here.
_LOOK_SECONDS = 0.3


class RuleTargets:
    """Invokes functions until it is stopped.

    Args:
        fetch: what rules have invoked functions with since it was called last: ``function``, its name, and ``event``.
        functions: those that run here, by name.
    """

    def __init__(self, fetch: Callable[[], list[dict[str, Any]]], functions: Mapping[str, Function]) -> None:
        self._fetch = fetch
        self._functions = functions
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="rule-targets")
        self._thread.start()

    def stop(self) -> None:
        """Invoke nothing further. Safe to call again."""
        self._stop.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            try:
                waiting = self._fetch()
            except httpx.TransportError:
                continue  # the emulator is being stopped
            for one in waiting:
                self._invoke(self._functions[one["function"]], json.dumps(one["event"]).encode())

    def _invoke(self, function: Function, event: bytes) -> None:
        for _ in range(ATTEMPTS):
            if self._stop.is_set() or function.invoke(event).problem is None:
                return
