"""A bulk of 5,000 requests that was sent by mistake is called off: the real worker, in virtual time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

import pytest

from bench.requests import INSTANCE
from local.virtual.cloud import BEGINS
from local.virtual.queue import Queue
from tests.infra.alarm_scene import Scene
from transfers_cli.cancel.carrying_out import as_event

REQUESTS, NOTICED_AT, LOOKED_AT = 5000, 60.0, 180.0
#: Seconds until the cancellation is read, a new environment included; what begins later is cancelled.
READ_SECONDS = 1.0
#: What is under way by then is carried out, one request for each of two environments of a lane; pacing takes so many seconds at most.
UNDER_WAY, UNDER_WAY_SECONDS = 2, 15.0
CANCELLATION = json.dumps({"cancelBatchId": "bulk"})


def _sent_by_mistake(lanes: Sequence[str]) -> Scene:
    scene = Scene()
    scene.connect.set_active_task_quota(INSTANCE, 20_000)
    for lane in lanes:
        for _ in range(REQUESTS):
            scene.request(lane=lane, batchId="bulk")
    return scene


def _is_stopped(scene: Scene, sent: int, lanes: int = 1) -> None:
    """What began before the cancellation was read is transferred and announced; all else ends as cancelled, or still waits."""
    scene.run(LOOKED_AT)
    transfers = scene.connect.history.transfers
    detail = Counter(event.detail_type for event in scene.cloud.bus.events)
    assert len(transfers) > 90
    late = [one.time - BEGINS - NOTICED_AT for one in transfers if one.time > BEGINS + NOTICED_AT + READ_SECONDS]
    assert len(late) <= lanes * UNDER_WAY
    assert max(late, default=0.0) < UNDER_WAY_SECONDS
    assert detail["Contact Transfer Cancelled"] > 250
    assert detail["Contact Transfer Succeeded"] == len(transfers)
    assert detail.total() == len(transfers) + detail["Contact Transfer Cancelled"]
    assert sum(body.count("batchId") for body in _waiting(scene)) == sent - detail.total()
    assert not scene.cloud.dead_letters.messages


def _send(queue: Queue, body: str) -> None:
    queue.send(body)


def _waiting(scene: Scene) -> list[str]:
    return [one.body for queue in (scene.cloud.queue, scene.cloud.urgent) for one in queue.messages if not one.gone]


@pytest.mark.slow
@pytest.mark.parametrize("lane", ["normal", "urgent"])
def test_a_bulk_of_five_thousand_is_stopped_at_once_by_a_message_in_the_other_lane(lane: str) -> None:
    scene = _sent_by_mistake([lane])
    other = scene.cloud.urgent if lane == "normal" else scene.cloud.queue
    scene.at(NOTICED_AT, lambda: _send(other, CANCELLATION))
    _is_stopped(scene, REQUESTS)


@pytest.mark.slow
def test_a_bulk_in_both_lanes_is_stopped_at_once_by_the_command_which_also_invokes_the_worker() -> None:
    """The message alone would wait behind the bulk, whichever queue it is in."""
    scene = _sent_by_mistake(["normal", "urgent"])

    def cancel() -> None:
        scene.cloud.urgent.send(CANCELLATION)
        scene.cloud.function.call(as_event(CANCELLATION, "cancellation", "arn:aws:sqs:us-east-1:000000000000:urgent"))

    scene.at(NOTICED_AT, cancel)
    _is_stopped(scene, 2 * REQUESTS, lanes=2)


@pytest.mark.slow
def test_a_cancelled_request_is_worked_off_without_a_call_to_connect() -> None:
    """What is left of the bulk costs the others behind it time, but none of the quota."""
    scene = _sent_by_mistake(["normal"])
    scene.cloud.urgent.send(CANCELLATION)
    calls_before = len(scene.connect.history.calls)
    scene.run(LOOKED_AT)
    asked = Counter(call.operation for call in scene.connect.history.calls[calls_before:])
    detail = Counter(event.detail_type for event in scene.cloud.bus.events)
    assert detail["Contact Transfer Cancelled"] / LOOKED_AT > 4.0
    assert asked["TransferContact"] == detail["Contact Transfer Succeeded"] <= 2
