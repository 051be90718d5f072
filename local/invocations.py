"""Functions that are invoked otherwise than by a queue, as Lambda does it: by rules of EventBridge and by callers of ``Invoke``.

A rule's invocation is asynchronous, and made up to three times when it fails; a caller waits for the answer to the one that is made.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

import httpx

from local.aws import Aws
from local.lambda_runtime import Function

#: An asynchronous invocation that fails is repeated twice. Source: Lambda developer guide, "Asynchronous invocation".
ATTEMPTS = 3
#: Lambda waits a minute before the second attempt; nobody does here.
_LOOK_SECONDS = 0.3


class Invocations:
    """Invokes functions until it is stopped.

    Args:
        aws: holds the invocations, and the callers that wait for an answer.
        functions: those that run here, by name.
    """

    def __init__(self, aws: Aws, functions: Mapping[str, Function]) -> None:
        self._aws = aws
        self._functions = functions
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="invocations")
        self._thread.start()

    def stop(self) -> None:
        """Invoke nothing further. Safe to call again."""
        self._stop.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            try:
                for one in self._aws.invocations():
                    self._carry_out(one)
            except httpx.TransportError:
                continue  # the emulator is being stopped

    def _carry_out(self, one: Mapping[str, Any]) -> None:
        function, event = self._functions[one["function"]], json.dumps(one["event"]).encode()
        if number := one.get("id"):
            invocation = function.invoke(event)
            self._aws.answer_invocation(number, invocation.payload, failed=invocation.problem is not None)
            return
        for _ in range(ATTEMPTS):
            if self._stop.is_set() or function.invoke(event).problem is None:
                return
