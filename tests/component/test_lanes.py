"""The two lanes: a message is worked on in the lane that its request names, and it loses nothing on the way there."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from tests.component.world import World

OWN: dict[str, Any] = {
    "trace": {"stringValue": "t-1", "dataType": "String.id"},
    "digest": {"binaryValue": "AAEC", "dataType": "Binary"},
}
ELSEWHERE = [("urgent", "transfer", "urgent"), ("normal", "urgent", "transfer")]


@pytest.mark.parametrize(("priority", "sent", "carried_out"), ELSEWHERE)
def test_a_request_is_moved_to_the_lane_that_it_names_and_carried_out_there(
    world: World, priority: str, sent: str, carried_out: str
) -> None:
    contact = world.contact()
    message = world.send(world.request(contact, priority=priority), sent, **OWN)
    assert world.once() == []
    assert world.transfers == []
    [moved] = world.queue.waiting
    assert (moved.queue, moved.body) == (carried_out, message.body)
    kept = {
        name: {key: moved.attributes[name][key] for key in value if key != "binaryValue"} for name, value in OWN.items()
    }
    assert kept == {"trace": OWN["trace"], "digest": {"dataType": "Binary"}}
    assert moved.attributes["digest"]["binaryValue"] == bytes([0, 1, 2])
    world.once()
    assert [old for old, _ in world.transfers] == [contact]
    assert len(world.queue.everything) == 2


@pytest.mark.parametrize("queue", ["transfer", "urgent"])
@pytest.mark.parametrize("priority", [None, "its own"])
def test_a_request_that_names_no_other_lane_stays_where_it_is(world: World, queue: str, priority: str | None) -> None:
    own = {"transfer": "normal", "urgent": "urgent"}[queue]
    world.send(world.request(world.contact(), priority=priority and own), queue)
    world.once()
    assert (len(world.transfers), len(world.queue.everything)) == (1, 1)


def test_the_same_request_in_both_lanes_is_one_request(world: World) -> None:
    contact = world.contact()
    world.send(world.request(contact, requestId="r"))
    world.send(world.request(contact, requestId="r", priority="urgent"), "urgent")
    world.settle()
    assert len(world.transfers) == 1
    first, second = world.published("Succeeded")
    assert first["newContactId"] == second["newContactId"]
    assert "priority" not in first


def test_a_moved_request_that_fails_names_the_message_that_was_sent(world: World) -> None:
    message = world.carry_out(world.contact(), queueId="no-such-queue", priority="urgent")
    [dead] = world.dead
    assert (dead["FailureCode"], dead["OriginalMessageId"]) == ("DestinationNotFound", message.message_id)
    assert not {name for name in dead if name.startswith("ContactTransfer")}
    assert [failed["originalMessageId"] for failed in world.published("Failed")] == [message.message_id]


def test_a_message_with_ten_attributes_keeps_them_all(world: World) -> None:
    own: dict[str, Any] = {f"own{number}": {"stringValue": "x", "dataType": "String"} for number in range(10)}
    world.send(world.request(world.contact(), priority="urgent"), **own)
    world.once()
    [moved] = world.queue.waiting
    assert set(moved.attributes) == set(own)


def test_a_request_that_the_deployment_refuses_fails_in_the_lane_it_came_through(world: World) -> None:
    world.try_once(world.contact(), priority="urgent", route="unknown")
    assert world.codes == ["InvalidField"]
    assert len(world.queue.everything) == 1


def test_a_priority_that_is_none_fails(world: World) -> None:
    world.try_once(world.contact(), priority="high")
    assert world.codes == ["InvalidField"]
    assert "priority must be normal or urgent" in world.dead[0]["FailureMessage"]


REFUSALS = [
    (EndpointConnectionError(endpoint_url="sqs"), "LaneQueue"),
    (ClientError({"Error": {"Code": "AccessDeniedException"}}, "SendMessage"), "AccessDenied"),
]


@pytest.mark.parametrize(("refusal", "cause"), REFUSALS, ids=[cause for _, cause in REFUSALS])
def test_a_message_that_cannot_be_moved_stays_and_is_moved_later(
    world: World, refusal: Exception, cause: str, capsys: pytest.CaptureFixture[str]
) -> None:
    message = world.send(world.request(world.contact(), priority="urgent"))
    world.queue.refuse = refusal
    assert world.once() == [message.message_id]
    assert f'"Cause":"{cause}"' in capsys.readouterr().out
    world.queue.refuse = None
    world.settle()
    assert len(world.transfers) == 1


def test_a_crash_between_sending_and_deleting_moves_twice_and_transfers_once(world: World) -> None:
    world.send(world.request(world.contact(), priority="urgent"))
    world.interrupt("after send_message", lambda _contact: setattr(world, "kill_at", -1))
    with world.killed(at=10_000):
        world.once()
    world.settle()
    assert len([message for message in world.queue.everything if message.queue == "urgent"]) == 2
    assert len(world.transfers) == 1
    assert {event["newContactId"] for event in world.published("Succeeded")} == {world.transfers[0][1]}


def test_a_message_of_a_queue_that_nobody_knows_is_not_moved(world: World) -> None:
    """Else it would go round: it comes back through the queue that was not recognised."""
    message = world.send(world.request(world.contact(), priority="urgent"))
    message.queue = "another"
    world.once()
    assert (len(world.transfers), len(world.queue.everything)) == (1, 1)


def test_what_is_deferred_waits_in_its_own_queue(world: World) -> None:
    message = world.send(world.request(world.contact(), priority="urgent"), "urgent")
    world.bus.refuse = True
    assert world.once() == [message.message_id]
    assert world.time.now < message.visible_at < world.time.now + 360


def test_a_message_that_was_moved_twice_has_one_end(world: World) -> None:
    """The worker died after it had sent the first copy, so there are two of one message."""
    flow = world.seed.flows["Move to queue"]
    message = world.try_once(world.contact(), priority="urgent", requestId="r")
    world.invoke([message])
    world.connect.others.archive_flow(flow)
    world.invoke(world.receive(1))
    world.connect.others.archive_flow(flow, archived=False)
    world.time.now += 600
    world.settle()
    assert world.codes == ["FlowNotUsable", "FlowNotUsable"]
    assert {one["originalMessageId"] for one in world.published("Failed")} == {message.message_id}
    assert world.transfers == []


def test_nobody_is_given_the_end_of_another_request(world: World) -> None:
    contact = world.contact()
    flow = world.seed.flows["Customer hold"]
    first = world.try_once(contact, contactFlowId=flow)
    named = {"stringValue": first.message_id, "dataType": "String"}
    world.send(world.request(contact), ContactTransferMovedFrom=named)
    world.settle()
    assert [old for old, _ in world.transfers] == [contact]
