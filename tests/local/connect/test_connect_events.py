"""Contact events, flows that run their course, other people's doings, and quotas over time, on the model."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.connect.model import ConnectError, Course
from local.connect.model.quotas import DEFAULT_RATE, Rate


def test_a_transfer_to_a_queue_publishes_its_contact_events_in_order(scene: Any) -> None:
    old = scene.task()
    new = scene.to_support(old).body["ContactId"]
    assert scene.event_types(old) == ["INITIATED", "DISCONNECTED", "COMPLETED"]
    assert scene.event_types(new) == ["INITIATED", "QUEUED"]
    queued = scene.events[-1].envelope("e-1")
    assert (queued["source"], queued["detail-type"]) == ("aws.connect", "Amazon Connect Contact Event")
    assert queued["time"] == "2027-01-15T08:00:00Z"
    assert queued["resources"] == [queued["detail"]["instanceArn"], f"{queued['detail']['instanceArn']}/contact/{new}"]
    detail = queued["detail"]
    assert (detail["previousContactId"], detail["initialContactId"]) == (old, old)
    assert detail["initiationMethod"] == "TRANSFER"
    assert detail["queueInfo"]["queueArn"].endswith(scene.ids.queues["Support"])
    assert detail["initiationTimestamp"] == "2027-01-15T08:00:00.000Z"
    assert json.loads(json.dumps(queued)) == queued


def test_a_transfer_to_an_agent_connects(scene: Any) -> None:
    new = scene.transfer(scene.task(), UserId=scene.ids.users["ana"]).body["ContactId"]
    assert scene.event_types(new) == ["INITIATED", "CONNECTED_TO_AGENT"]
    assert scene.events[-1].detail["agentInfo"]["agentArn"].endswith(f"/agent/{scene.ids.users['ana']}")


def test_a_flow_takes_its_time_and_events_carry_the_time_they_were_due(scene: Any) -> None:
    scene.connect.set_switches(flow_seconds=3)
    new = scene.to_support(scene.task()).body["ContactId"]
    assert scene.event_types(new) == ["INITIATED"]
    assert scene.connect.next_due() == scene.clock.now + 3
    scene.clock.wait(10)
    scene.connect.tick()
    assert scene.event_types(new) == ["INITIATED", "QUEUED"]
    assert scene.events[-1].time == scene.clock.now - 7


@pytest.mark.parametrize("where", ["flow", "queue"])
def test_a_flow_can_fail_so_that_the_contact_ends_without_having_arrived(scene: Any, where: str) -> None:
    resource = scene.ids.flows["Move to queue"] if where == "flow" else scene.ids.queues["Support"]
    scene.connect.others.set_course(resource, Course.FAILS)
    new = scene.to_support(scene.task()).body["ContactId"]
    assert scene.event_types(new) == ["INITIATED", "DISCONNECTED", "COMPLETED"]
    assert "DisconnectTimestamp" in scene.contact(new)


def test_a_contact_can_stay_in_its_flow(scene: Any) -> None:
    scene.connect.others.set_course(scene.ids.queues["Support"], Course.STAYS)
    new = scene.to_support(scene.task()).body["ContactId"]
    assert scene.event_types(new) == ["INITIATED"]
    assert "DisconnectTimestamp" not in scene.contact(new)


def test_a_flow_can_take_a_flow_only_transfer_to_a_queue(scene: Any) -> None:
    inbound, billing = scene.ids.flows["Inbound"], scene.ids.queues["Billing"]
    scene.connect.others.set_course(inbound, Course.ARRIVES, queue_id=billing)
    new = scene.transfer(scene.task(), ContactFlowId=inbound).body["ContactId"]
    assert scene.event_types(new) == ["INITIATED", "QUEUED"]
    assert scene.contact(new)["QueueInfo"]["Id"] == billing
    assert scene.connect.history.transfers[-1].queue_id is None


def test_an_agents_transfer_happens_at_its_time(scene: Any) -> None:
    task = scene.task()
    scene.connect.others.transfer(task, user_id=scene.ids.users["ben"], at=scene.clock.now + 5)
    scene.clock.wait(4)
    assert scene.tree(task) == [task]
    scene.clock.wait(2)
    assert len(scene.tree(task)) == 2
    assert scene.contact(task)["DisconnectTimestamp"] == scene.clock.now - 1


def test_a_doing_that_comes_too_late_is_left_undone_but_one_asked_for_now_says_why(scene: Any) -> None:
    task = scene.task()
    scene.connect.others.transfer(task, queue_id=scene.ids.queues["Billing"], at=scene.clock.now + 5)
    scene.to_support(task)
    scene.clock.wait(6)
    assert len(scene.tree(task)) == 2
    with pytest.raises(ConnectError, match="not active"):
        scene.connect.others.transfer(task, queue_id=scene.ids.queues["Billing"])


def test_others_pause_place_link_and_announce(scene: Any) -> None:
    task, others = scene.task(), scene.connect.others
    others.pause(task)
    others.resume(task)
    others.place(task, queue_id=scene.ids.queues["Overflow"])
    others.announce(task, "CONTACT_DATA_UPDATED", {"updatedProperties": ["RoutingCriteria.Step.Status"]})
    others.link_task(task)
    others.link_task(task, related=True)
    assert scene.event_types(task) == ["INITIATED", "PAUSED", "RESUMED", "QUEUED", "CONTACT_DATA_UPDATED"]
    assert len(scene.tree(task)) == 3
    assert scene.connect.history.transfers == []


@pytest.mark.parametrize(
    ("operation", "burst", "rate"),
    [("TransferContact", 5, 2), ("DescribeContact", 15, 10), ("DescribeContactFlow", 5, 2)],
)
def test_the_published_quotas_hold_by_default(scene: Any, operation: str, burst: int, rate: int) -> None:
    scene.connect.set_quota("*", DEFAULT_RATE.rate, DEFAULT_RATE.burst)
    scene.connect.set_quota("DescribeContact", 10, 15)
    params = {"ContactId": scene.task(), "ContactFlowId": scene.ids.flows["Queue music"]}

    def admitted(calls: int) -> int:
        return sum(1 for _ in range(calls) if scene.ask(operation, **params).status != 429)

    assert admitted(burst + 5) == burst
    scene.clock.wait(1)
    assert admitted(rate + 5) == rate
    scene.clock.wait(3_600)
    assert admitted(burst + 5) == burst


def test_a_fresh_model_has_awss_quotas_and_refuses_nonsense(scene: Any) -> None:
    quotas = type(scene.connect.quotas)()
    assert quotas.as_dict()["*"] == {"rate": 2, "burst": 5}
    assert quotas.as_dict()["DescribeContact"] == quotas.as_dict()["StopContact"] == {"rate": 10, "burst": 15}
    with pytest.raises(ValueError, match="above 0"):
        Rate(0, 5)


def test_a_throttled_call_is_not_applied(scene: Any) -> None:
    scene.connect.set_quota("TransferContact", 1, 1)
    first, second = scene.task(), scene.task()
    assert scene.to_support(first).status == 200
    assert scene.to_support(second).status == 429
    assert [record.old for record in scene.connect.history.transfers] == [first]


def test_instances_are_of_one_account_and_region(scene: Any) -> None:
    with pytest.raises(ValueError, match="one account and Region"):
        scene.connect.add_instance("arn:aws:connect:us-east-1:111122223333:instance/a")
    with pytest.raises(ValueError, match="not the ARN"):
        scene.connect.add_instance("instance/a")


def test_a_contact_of_another_instance_is_not_found(scene: Any) -> None:
    other = scene.connect.add_instance("arn:aws:connect:eu-central-1:111122223333:instance/other")
    reply = scene.connect.handle("DescribeContact", {"InstanceId": other.arn, "ContactId": scene.task()})
    assert reply.status == 404
