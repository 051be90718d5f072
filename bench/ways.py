"""The ways of requests through the service: when each invocation began, and the calls it made."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.load import Way
from local.virtual import Kit


@dataclass
class Log:
    """When the worker's invocations began, and beginning and end of their calls, by the contact of their first message."""

    began: dict[str, float] = field(default_factory=dict)
    calls: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def begin(self, event: dict[str, Any], now: float) -> list[tuple[float, float]]:
        """Note that an invocation began at ``now``; return the list to which its calls are appended."""
        contact = _contact(event["Records"][0]["body"])
        self.began[contact] = now
        return self.calls.setdefault(contact, [])

    def way(self, contact: str, sent: float, done: float) -> Way:
        """Return what the time from ``sent`` to ``done`` was spent on. A call that ends after ``done`` counts up to it."""
        calls = sum(min(ended, done) - began for began, ended in self.calls.get(contact, ()) if began < done)
        return Way(done - sent, self.began.get(contact, sent) - sent, calls)


def _contact(body: str) -> str:
    try:
        return str(json.loads(body)["contactId"])
    except ValueError:
        return ""


class Timed:
    """A client whose calls are noted with their beginning and end, in seconds, by ``note``."""

    def __init__(self, client: Any, kit: Kit, note: Callable[[float, float], None]) -> None:
        self._client, self._kit, self._note = client, kit, note

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        if name == "meta":
            return method  # no call, but a description of the client

        def call(**asked: Any) -> Any:
            began = self._kit.now()
            try:
                return method(**asked)
            finally:
                self._note(began, self._kit.now())

        return call
