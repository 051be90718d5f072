"""An EventBridge bus that remembers what was published, and when."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Published:
    """An event on the bus. ``time`` in epoch seconds, of the moment the bus took it."""

    time: float
    source: str
    detail_type: str
    detail: Mapping[str, Any]


class Bus:
    """``events`` in the order of their arrival."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.events: list[Published] = []

    def put_events(self, asked: Mapping[str, Any], refuse: Callable[[], bool] = lambda: False) -> dict[str, Any]:
        """PutEvents. ``refuse`` is asked for each entry; a refused one is answered with an error code, as in AWS."""
        answers: list[dict[str, str]] = []
        for entry in asked["Entries"]:
            if refuse():
                answers.append({"ErrorCode": "ThrottlingException", "ErrorMessage": "Rate exceeded"})
                continue
            self.events.append(
                Published(self._now(), entry["Source"], entry["DetailType"], json.loads(entry["Detail"]))
            )
            answers.append({"EventId": f"event-{len(self.events)}"})
        return {"FailedEntryCount": sum("ErrorCode" in one for one in answers), "Entries": answers}
