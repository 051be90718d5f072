"""EventBridge: telling what became of requests, in the two events that others build on."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

SOURCE = "contact-transfer"
_BATCH = 10  # PutEvents takes ten entries; ten of ours are far below 1 MiB


@dataclass(frozen=True)
class Event:
    """An event to be: its detail-type and its detail."""

    detail_type: str
    detail: Mapping[str, Any]


class Bus:
    """The deployment's event bus, through a botocore EventBridge client."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    def publish(self, events: Sequence[Event]) -> list[str | None]:
        """Put the events on the bus. Answer for each, in order, None or the error code that kept it off."""
        answers: list[str | None] = []
        for start in range(0, len(events), _BATCH):
            answers += self._put(events[start : start + _BATCH])
        return answers

    def _put(self, events: Sequence[Event]) -> list[str | None]:
        entries = [
            {
                "EventBusName": self._name,
                "Source": SOURCE,
                "DetailType": event.detail_type,
                "Detail": json.dumps(event.detail),
            }
            for event in events
        ]
        try:
            answer = self._client.put_events(Entries=entries)
        except ClientError as error:
            return [str(error.response.get("Error", {}).get("Code", "Unknown"))] * len(events)
        except BotoCoreError as error:
            return [type(error).__name__] * len(events)
        entries = answer.get("Entries", [])
        # An entry without an event id was not taken, whatever else the answer says.
        codes = [None if entry.get("EventId") else str(entry.get("ErrorCode", "Unknown")) for entry in entries]
        return codes + ["Unknown"] * (len(events) - len(codes))
