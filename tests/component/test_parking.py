"""What a parked message has with it, and what happens when parking, events or visibility fail."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.connect.model import Fault, FaultKind
from tests.component.world import World

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def test_ten_own_attributes_give_way_to_the_reason(world: World) -> None:
    own: dict[str, Any] = {f"own{i}": {"dataType": "String", "stringValue": str(i)} for i in range(9)}
    own["FailureCode"] = {"dataType": "String", "stringValue": "theirs"}
    world.send({}, **own)
    world.once()
    [reason] = world.dead
    assert len(reason) == 10
    assert reason["FailureCode"] == "InvalidField"
    assert {"FailureMessage", "FailedAt", "OriginalMessageId"} <= reason.keys()


def test_a_binary_attribute_is_parked_as_it_was(world: World) -> None:
    world.send({}, blob={"dataType": "Binary", "binaryValue": "AAEC"})
    world.once()
    assert world.queue.dead[0]["MessageAttributes"]["blob"] == {"DataType": "Binary", "BinaryValue": b"\x00\x01\x02"}


def test_a_body_of_one_mebibyte_goes_without_attributes_and_the_event_has_the_reason(world: World) -> None:
    body = json.dumps({"x": ""})
    body = body.replace('""', '"' + "y" * (1_048_576 - len(body)) + '"')
    assert len(body) == 1_048_576
    world.send(body, own={"dataType": "String", "stringValue": "1"})
    world.once()
    [parked] = world.queue.dead
    assert parked["MessageBody"] == body
    assert parked["MessageAttributes"] == {}
    assert world.published("Failed")[0]["failureCode"] == "InvalidField"


def test_when_the_event_fails_nothing_is_parked_and_nothing_is_lost(world: World) -> None:
    contact = world.contact()
    world.send(world.request(contact, contactFlowId=UNKNOWN))
    world.bus.refuse = True
    assert world.once() == ["m1"]
    assert world.queue.dead == []
    world.bus.refuse = False
    world.settle()
    assert world.codes == ["FlowNotFound"]
    assert len(world.published("Failed")) == 1


def test_when_parking_fails_the_message_comes_back_and_is_parked_later(world: World) -> None:
    world.send(world.request(world.contact(), contactFlowId=UNKNOWN))
    world.queue.refuse = RuntimeError("away")
    assert world.once() == ["m1"]
    world.queue.refuse = None
    world.settle()
    assert world.codes == ["FlowNotFound"]


def test_when_the_success_event_fails_it_is_published_later_without_a_second_transfer(world: World) -> None:
    world.send(world.request(world.contact()))
    world.bus.refuse = True
    assert world.once() == ["m1"]
    world.bus.refuse = False
    world.settle()
    assert len(world.transfers) == 1
    assert [event["newContactId"] for event in world.published("Succeeded")] == [world.transfers[0][1]]


def test_a_refused_change_of_visibility_falls_back_on_the_queues_own_time_out(world: World) -> None:
    world.connect.add_fault(Fault(FaultKind.UNAVAILABLE, "DescribeContact", calls=1))
    message = world.send(world.request(world.contact()))
    world.queue.refuse_visibility = True
    assert world.once() == [message.message_id]
    assert message.visible_at == pytest.approx(world.time.now + 360, abs=5)
    world.settle()
    assert len(world.transfers) == 1
