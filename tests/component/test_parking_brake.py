"""A backlog does not end in the dead-letter queue because somebody archived a flow for five minutes: the real worker, in virtual time."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from bench.requests import INSTANCE
from contact_transfer.transfer.parking_brake import FAILURES, LOOK_AGAIN_SECONDS
from local.virtual.cloud import BEGINS
from tests.infra.alarm_scene import Scene
from tests.infra.cloudwatch import series

ENVIRONMENTS = 2


def parked(scene: Scene) -> Counter[str]:
    """The failure codes in the dead-letter queue."""
    return Counter(letter.attributes["FailureCode"]["StringValue"] for letter in scene.cloud.dead_letters.messages)


def transferred(scene: Scene, flow: str) -> list[float]:
    """When requests for the flow were carried out, in seconds from the beginning."""
    flows = {
        body["contactId"]: body["contactFlowId"]
        for body in (json.loads(one.body) for one in scene.cloud.queue.messages)
    }
    made = scene.connect.history.transfers
    return [one.time - BEGINS for one in made if flows.get(one.old) == scene.seed.flows[flow]]


@pytest.fixture
def scene() -> Scene:
    """A deployment whose flow "Move to queue" is archived."""
    scene = Scene(workers=ENVIRONMENTS)
    scene.connect.others.archive_flow(scene.seed.flows["Move to queue"])
    return scene


def test_a_flow_archived_for_five_minutes_parks_ten_for_each_environment_and_the_others_are_transferred(
    scene: Scene,
) -> None:
    for _ in range(300):
        scene.request()
    flow = scene.seed.flows["Move to queue"]
    scene.at(300.0, lambda: scene.connect.others.archive_flow(flow, archived=False))
    scene.run(900.0)
    assert set(parked(scene)) == {"FlowNotUsable"}
    assert FAILURES <= parked(scene).total() <= FAILURES * ENVIRONMENTS
    assert len(transferred(scene, "Move to queue")) == 300 - parked(scene).total()
    assert scene.cloud.queue.left == 0


@pytest.mark.slow
def test_a_backlog_of_five_thousand_is_not_parked(scene: Scene) -> None:
    scene.connect.set_active_task_quota(INSTANCE, 10_000)
    for _ in range(5000):
        scene.request()
    flow = scene.seed.flows["Move to queue"]
    scene.at(300.0, lambda: scene.connect.others.archive_flow(flow, archived=False))
    scene.run(600.0)
    done = transferred(scene, "Move to queue")
    assert min(done) < 300.0 + 2 * LOOK_AGAIN_SECONDS
    assert len(done) > 300
    assert parked(scene).total() <= FAILURES * ENVIRONMENTS
    assert scene.cloud.queue.left == 5000 - parked(scene).total() - len(done)


def test_environments_that_come_and_go_do_not_park_ten_each() -> None:
    """Each has a memory of its own, but those that have waited are known by the ledger."""
    scene = Scene(workers=ENVIRONMENTS, recycle_after=100)
    flow = scene.seed.flows["Move to queue"]
    scene.connect.others.archive_flow(flow)
    for _ in range(300):
        scene.request()
    scene.at(600.0, lambda: scene.connect.others.archive_flow(flow, archived=False))
    scene.run(1200.0)
    environments = {run.environment for run in scene.cloud.function.invocations}
    assert len(environments) > 15
    assert parked(scene).total() <= 3 * FAILURES * ENVIRONMENTS
    assert scene.cloud.queue.left == 0


def test_requests_for_other_flows_go_on(scene: Scene) -> None:
    for number in range(100):
        scene.request()
        scene.request(10.0 * number, contactFlowId=scene.seed.flows["Move to agent"])
    scene.run(1200.0)
    assert len(transferred(scene, "Move to agent")) == 100
    assert max(transferred(scene, "Move to agent")) < 1060
    assert FAILURES <= parked(scene).total() <= FAILURES * ENVIRONMENTS


def test_what_waits_is_visible_as_a_cause_and_costs_amazon_connect_one_look_a_minute(scene: Scene) -> None:
    for _ in range(100):
        scene.request()
    metrics = scene.run(1800.0)
    waits = metrics.samples[series("Deferred", service="ContactTransfer-local", Cause="Braked")]
    assert len(waits) > 100
    looks = [call.time - BEGINS for call in scene.connect.history.calls if call.operation == "DescribeContactFlow"]
    assert sum(at > 60 for at in looks) <= 30 * ENVIRONMENTS


def test_after_its_time_a_request_fails_with_its_own_code() -> None:
    scene = Scene(workers=ENVIRONMENTS, retry_for_hours=0.1)
    scene.connect.others.archive_flow(scene.seed.flows["Move to queue"])
    for _ in range(40):
        scene.request()
    scene.run(900.0)
    assert parked(scene) == {"FlowNotUsable": 40}
    late = [one.sent - BEGINS for one in scene.cloud.dead_letters.messages if one.sent - BEGINS >= 360.0]
    assert len(late) >= 40 - FAILURES * ENVIRONMENTS


def test_a_queue_that_is_gone_holds_up_its_own_requests_only(scene: Scene) -> None:
    flow = scene.seed.flows["Move to agent"]
    for _ in range(60):
        scene.request(contactFlowId=flow, queueId="00000000-0000-4000-8000-000000000000")
        scene.request(60.0, contactFlowId=flow)
    scene.run(900.0)
    assert set(parked(scene)) == {"DestinationNotFound"}
    assert parked(scene).total() <= FAILURES * ENVIRONMENTS
    assert len(transferred(scene, "Move to agent")) == 60
