"""What the tests of cancellations have in common."""

from __future__ import annotations

from typing import Any

import pytest

from tests.component.world import World

HOUR, DAY = 3_600.0, 86_400.0
BY_REQUEST, BY_BATCH = {"cancelRequestId": "r"}, {"cancelBatchId": "b"}
BOTH = pytest.mark.parametrize("cancel", [BY_REQUEST, BY_BATCH], ids=["request", "batch"])


def request_of(world: World, **given: Any) -> dict[str, Any]:
    """A request for a new contact, by the name and in the batch that are cancelled."""
    return world.request(world.contact(), **({"requestId": "r", "batchId": "b", "reason": "why"} | given))


def carry_out(world: World, body: object) -> None:
    """One message, handled alone and at once."""
    message = world.send(body)
    message.receives += 1
    message.first_received_at = world.time.now
    world.invoke([message])
