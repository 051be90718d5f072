"""Something between the worker and a service answers 200 in its place: nothing is believed that the service did not say."""

from __future__ import annotations

from typing import Any

import pytest

from contact_transfer import bootstrap
from contact_transfer.config.function_settings import FlowSettings
from contact_transfer.connect_flow.flow_function import NotStored
from local.connect.model import FaultKind
from tests.component import wire
from tests.component.doors import Doors
from tests.component.watched import Altered
from tests.component.world import INSTANCE_ARN, World

#: What botocore makes of a page.
PAGE = {"ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {"content-type": "text/html"}}}


def _page(_real: Any, _given: Any) -> Any:
    return PAGE


def test_a_request_of_a_flow_is_not_accepted_on_the_word_of_a_page(doors: Doors) -> None:
    settings = FlowSettings((INSTANCE_ARN,), "https://sqs/transfer", "https://sqs/urgent")
    door = bootstrap.flow_door(settings.to_environment(), {"sqs": Altered(doors.queue, _page, "send_message")})
    parameters = {"contactFlowId": doors.seed.flows["Move to queue"], "queueId": doors.seed.queues["Billing"]}
    with pytest.raises(NotStored):
        door.invoke(doors.flow_event(doors.contact(), **parameters))


def test_a_failed_message_is_not_parked_on_the_word_of_a_page(world: World) -> None:
    queue = world.queue
    world.queue = Altered(queue, _page, "send_message")
    world.worker = world.new_worker()
    world.queue = queue
    world.send("not json")
    world.once()
    assert len(world.queue.waiting) == 1
    world.settle()
    assert world.codes == ["MalformedMessage"]


@pytest.mark.parametrize("operation", ["put_item", "get_item"])
@pytest.mark.parametrize("nth", [0, 1])
@pytest.mark.parametrize("lost", [False, True])
def test_the_ledger_is_not_what_a_page_says(world: World, operation: str, nth: int, *, lost: bool) -> None:
    if lost:
        world.lose(FaultKind.LOST_500)
    world.dynamodb = Altered(world.dynamodb, _page, operation, nth)
    world.worker = world.new_worker()
    request = world.request(world.contact())
    for _ in range(2):
        world.send(request)
        world.settle()
    assert len(world.transfers) == 1
    assert world.codes == []
    assert {event["newContactId"] for event in world.published("Succeeded")} == {world.transfers[0][1]}


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "text/plain", "application/octet-stream"])
def test_an_answer_of_connect_is_believed_whatever_its_type_is_said_to_be(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    real = wire._response

    def mistyped(request: Any, reply: Any) -> Any:
        response = real(request, reply)
        response.headers["content-type"] = kind
        return response

    monkeypatch.setattr(wire, "_response", mistyped)
    world.carry_out(world.contact())
    assert len(world.transfers) == 1
    assert world.codes == []
