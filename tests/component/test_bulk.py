"""A bulk of 5,000 requests that was sent by mistake is called off: the real worker, in virtual time."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from bench.requests import INSTANCE
from local.virtual.cloud import BEGINS
from tests.infra.alarm_scene import Scene

REQUESTS, NOTICED_AT, LOOKED_AT = 5000, 60.0, 180.0


@pytest.mark.slow
@pytest.mark.parametrize("lane", ["normal", "urgent"])
def test_a_bulk_of_five_thousand_is_stopped_within_a_minute(lane: str) -> None:
    """The cancellation goes through the other lane, as ``transfers cancel`` sends it: in its own it would wait behind the bulk."""
    scene = Scene()
    scene.connect.set_active_task_quota(INSTANCE, 10_000)
    for _ in range(REQUESTS):
        scene.request(lane=lane, batchId="bulk")
    other = scene.cloud.urgent if lane == "normal" else scene.cloud.queue

    def cancel() -> None:
        other.send(json.dumps({"cancelBatchId": "bulk"}))

    scene.at(NOTICED_AT, cancel)
    scene.run(LOOKED_AT)
    transfers = scene.connect.history.transfers
    detail = Counter(event.detail_type for event in scene.cloud.bus.events)
    assert len(transfers) > 90
    assert max(one.time for one in transfers) < BEGINS + NOTICED_AT + 60.0
    assert detail["Contact Transfer Cancelled"] > 250
    assert detail["Contact Transfer Succeeded"] == len(transfers)
    assert detail.total() == len(transfers) + detail["Contact Transfer Cancelled"]
    assert scene.cloud.left == REQUESTS - detail.total()
    assert not scene.cloud.dead_letters.messages
