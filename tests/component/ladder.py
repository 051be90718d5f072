"""What the rules of ``examples/ladder.json`` send to the transfer queue when a contact is queued in the first line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from contact_transfer.request.envelope import AFTER_MINUTES, ROUTE_EVENTS
from contact_transfer.request.event_types import REQUESTED
from contact_transfer.request.timestamps import rfc3339

ROUTES: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "examples" / "ladder.json").read_text("utf-8"))[
    "routes"
]
_SECOND, _SUPERVISOR = (route["transfer"] for route in ROUTES)
FIRST_LINE, SECOND_LINE = "Support", "Billing"


def ids(flows: Mapping[str, str], queues: Mapping[str, str], users: Mapping[str, str]) -> dict[str, str]:
    """The seed's flows, queues and users that stand for those of the example, by the example's ids."""
    return {
        ROUTES[0]["onlyIfInQueueId"]: queues[FIRST_LINE],
        _SECOND["queueId"]: queues[SECOND_LINE],
        _SECOND["contactFlowId"]: flows["Move to queue"],
        _SUPERVISOR["contactFlowId"]: flows["Move to agent"],
        _SUPERVISOR["userId"]: users["ana"],
    }


def messages(contact: str, instance_arn: str, given: Mapping[str, str], queued_at: float) -> Iterator[dict[str, Any]]:
    """One message for each rung. ``given``: as ``ids`` has them; ``queued_at``: epoch seconds."""
    for route in ROUTES:
        conditions = {name: route[name] for name in ("onlyIfInQueueId", "onlyIfWaiting", "follow") if name in route}
        fields = {**route["transfer"], **conditions}
        yield {
            "detail-type": REQUESTED,
            "source": ROUTE_EVENTS,
            "time": rfc3339(queued_at),
            AFTER_MINUTES: route["afterMinutes"],
            "detail": {
                **{name: given.get(value, value) for name, value in fields.items()},
                "instanceId": instance_arn,
                "contactId": contact,
                "route": route["name"],
            },
        }
