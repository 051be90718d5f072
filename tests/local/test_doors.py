"""All doors of the deployed stack, and the proof that transfers arrive, with events that come twice and in no order."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.cloud import LocalCloud
from local.listener import Listener

pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("cloud")]


@pytest.fixture(scope="module")
def on_bus(cloud: LocalCloud) -> Iterator[Listener]:
    """Everything that the service says on its bus from now on."""
    with Listener(cloud) as listener:
        yield listener


def _task(cloud: LocalCloud) -> str:
    answer = cloud.client("connect").start_task_contact(
        InstanceId=cloud.instance_id, ContactFlowId=cloud.seed["flows"]["Inbound"], Name="t"
    )
    return str(answer["ContactId"])


def _to(cloud: LocalCloud, queue: str) -> dict[str, str]:
    return {"contactFlowId": cloud.seed["flows"]["Move to queue"], "queueId": cloud.seed["queues"][queue]}


def _send(cloud: LocalCloud, contact: str, queue: str) -> None:
    body = json.dumps({"contactId": contact, **_to(cloud, queue)})
    cloud.client("sqs").send_message(QueueUrl=cloud.outputs["TransferQueueUrl"], MessageBody=body)


def _transfers(cloud: LocalCloud) -> list[dict[str, Any]]:
    return [one for one in cloud.control.transfers() if one["by"] == "TransferContact"]


def _heard(cloud: LocalCloud, on_bus: Listener, contact: str, outcome: str) -> dict[str, Any]:
    """The one event with this outcome; the queues are empty when it is judged to be the only one."""

    def found() -> list[dict[str, Any]]:
        return on_bus.of(contact, f"Contact Transfer {outcome}")

    cloud.wait_until(found, f"'{outcome}' of contact {contact}")
    cloud.wait_until(lambda: not cloud.queue_depth(), "the transfer queue is empty")
    [event] = found()
    detail: dict[str, Any] = event["detail"]
    return detail


def test_a_flow_asks_is_answered_and_its_contact_moves_and_arrives(cloud: LocalCloud, on_bus: Listener) -> None:
    contact = _task(cloud)
    answers = [cloud.invoke_flow(contact, **_to(cloud, "Billing"), reason="asked by the customer") for _ in range(3)]
    assert answers[0] == {"status": "ACCEPTED", "requestName": answers[0]["requestName"]}
    assert answers[1:] == answers[:1] * 2  # Connect repeats a call without any id of its own
    confirmed = _heard(cloud, on_bus, contact, "Confirmed")
    [transfer] = [one for one in _transfers(cloud) if one["old"] == contact]
    assert confirmed["requestName"] == answers[0]["requestName"]
    assert confirmed["newContactId"] == transfer["new"]
    assert (confirmed["arrivedAs"], confirmed["arrivedQueueId"]) == ("QUEUED", cloud.seed["queues"]["Billing"])
    assert confirmed["reason"] == "asked by the customer"


def test_a_flow_with_bad_parameters_is_answered_with_the_reason(cloud: LocalCloud) -> None:
    answer = cloud.invoke_flow(_task(cloud), contactFlowId="f", queueID="q")
    assert (answer["status"], answer["failureCode"]) == ("REJECTED", "InvalidField")


def test_a_route_that_is_set_off_by_its_own_transfers_stops_after_one(cloud: LocalCloud, on_bus: Listener) -> None:
    """The route takes tasks that are queued in Overflow to Overflow."""
    first = _task(cloud)
    cloud.control.others("place", contact_id=first, queue_id=cloud.seed["queues"]["Overflow"])
    succeeded = cloud.wait_until(
        lambda: on_bus.of(first, "Contact Transfer Succeeded"),
        "the route has moved the task",
    )
    second = succeeded[0]["detail"]["newContactId"]
    failed = cloud.wait_until(
        lambda: on_bus.of(second, "Contact Transfer Failed"),
        "the route has been refused",
    )
    assert {event["detail"]["failureCode"] for event in failed} == {"RouteLimitReached"}
    cloud.wait_until(lambda: not cloud.queue_depth(), "the transfer queue is empty")
    tree = {first, second}
    assert [one["old"] for one in _transfers(cloud) if one["old"] in tree] == [first]
    assert _heard(cloud, on_bus, first, "Confirmed")["route"] == "overflow"


def test_an_expired_routing_step_moves_its_task(cloud: LocalCloud, on_bus: Listener) -> None:
    contact = _task(cloud)
    extra = {
        "updatedProperties": ["RoutingCriteria.Step.Status"],
        "routingCriteria": {"steps": [{"status": "EXPIRED"}, {"status": "ACTIVE"}], "index": 1},
    }
    cloud.control.others("announce", contact_id=contact, event_type="CONTACT_DATA_UPDATED", extra=extra)
    confirmed = _heard(cloud, on_bus, contact, "Confirmed")
    assert (confirmed["route"], confirmed["arrivedQueueId"]) == ("step-expired", cloud.seed["queues"]["Support"])


@pytest.mark.parametrize("prefix", ["Contact Lens", "Conversational Analytics"])
def test_an_event_of_connects_rules_moves_its_contact(cloud: LocalCloud, on_bus: Listener, prefix: str) -> None:
    contact, instance = _task(cloud), cloud.instance_arns[0]
    detail = {
        "version": "1.0",
        "ruleName": "complaint",
        "actionName": "SEND_TO_SUPERVISOR",
        "instanceArn": instance,
        "contactArn": f"{instance}/contact/{contact}",
    }
    entry = {"Source": "aws.connect", "DetailType": f"{prefix} Email Rules Matched", "Detail": json.dumps(detail)}
    cloud.aws.put_service_events([entry])
    succeeded = _heard(cloud, on_bus, contact, "Succeeded")
    assert (succeeded["route"], succeeded["userId"]) == ("to-supervisor", cloud.seed["users"]["ana"])
    assert _heard(cloud, on_bus, contact, "Confirmed")["arrivedUserId"] == cloud.seed["users"]["ana"]


@pytest.mark.parametrize(("course", "reason"), [("fails", "ContactEnded"), ("stays", "Silence")])
def test_a_contact_that_does_not_arrive_is_noticed(
    cloud: LocalCloud, on_bus: Listener, course: str, reason: str
) -> None:
    """HTTP 200 only started the flow: it may end the contact, or keep it for ever."""
    contact, queue = _task(cloud), cloud.seed["queues"]["Supervisors"]
    cloud.control.others("set_course", resource_id=queue, course=course)
    try:
        _send(cloud, contact, "Supervisors")
        unconfirmed = _heard(cloud, on_bus, contact, "Unconfirmed")
    finally:
        cloud.control.others("set_course", resource_id=queue, course="arrives")
    assert unconfirmed["unconfirmedReason"] == reason
    assert not on_bus.of(contact, "Contact Transfer Confirmed")


def test_what_agents_transfer_is_no_business_of_the_confirmation(cloud: LocalCloud, on_bus: Listener) -> None:
    contact = _task(cloud)
    cloud.control.others("transfer", contact_id=contact, queue_id=cloud.seed["queues"]["Support"])
    marker = _task(cloud)
    _send(cloud, marker, "Billing")
    _heard(cloud, on_bus, marker, "Confirmed")  # by now the agent's transfer would have been reported, too
    assert on_bus.of(contact) == []


@pytest.mark.skipif(shutil.which("openssl") is None, reason="IAM is enforced over HTTPS only, which needs openssl")
def test_each_functions_role_may_do_its_work_and_nothing_else(cloud: LocalCloud) -> None:
    """That it may do its work is what the tests above show: with the roles' own credentials, their policies enforced."""
    queue, table, bus = (cloud.outputs[name] for name in ("TransferQueueUrl", "LedgerTableName", "EventBusName"))

    def flow(service: str) -> Any:
        return cloud.as_worker(service, "flow")

    def confirm(service: str) -> Any:
        return cloud.as_worker(service, "confirm")

    event = {"Source": "contact-transfer", "DetailType": "x", "Detail": "{}", "EventBusName": bus}
    forbidden: list[Callable[[], Any]] = [
        lambda: flow("sqs").receive_message(QueueUrl=queue),
        lambda: flow("sqs").send_message(QueueUrl=cloud.outputs["DeadLetterQueueUrl"], MessageBody="x"),
        lambda: flow("dynamodb").get_item(TableName=table, Key={"pk": {"S": "x"}}),
        lambda: flow("events").put_events(Entries=[event]),
        lambda: confirm("sqs").send_message(QueueUrl=queue, MessageBody="x"),
        lambda: confirm("sqs").receive_message(QueueUrl=queue),
        lambda: confirm("dynamodb").scan(TableName=table),
    ]
    for call in forbidden:
        with pytest.raises(ClientError, match="AccessDenied"):
            call()
