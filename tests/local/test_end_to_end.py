"""The deployed template with the deployed function behind it, from a producer's call to what Connect and the queues show."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.cloud import LocalCloud
from local.listener import Listener
from tests.local.compare import compare

pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("cloud")]


@dataclass
class Producer:
    """Sends requests with plain boto3 and sees what becomes of them."""

    cloud: LocalCloud

    def task(self) -> str:
        answer = self.cloud.client("connect").start_task_contact(
            InstanceId=self.cloud.instance_id, ContactFlowId=self.cloud.seed["flows"]["Inbound"], Name="t"
        )
        return str(answer["ContactId"])

    def request(self, **fields: str) -> dict[str, str]:
        seed = self.cloud.seed
        goal = {"contactFlowId": seed["flows"]["Move to queue"], "queueId": seed["queues"]["Billing"]}
        return {"contactId": fields.get("contactId") or self.task(), **goal, **fields}

    def send(self, body: dict[str, Any] | str, **arguments: Any) -> str:
        text = body if isinstance(body, str) else json.dumps(body)
        url = self.cloud.outputs["TransferQueueUrl"]
        return str(self.cloud.client("sqs").send_message(QueueUrl=url, MessageBody=text, **arguments)["MessageId"])

    def put(self, body: dict[str, Any], source: str = "tests") -> str:
        entry = {
            "Source": source,
            "DetailType": "Contact Transfer Requested",
            "Detail": json.dumps(body),
            "EventBusName": self.cloud.outputs["EventBusName"],
        }
        return str(self.cloud.client("events").put_events(Entries=[entry])["Entries"][0]["EventId"])

    def wait_until_done(self) -> None:
        """Return when the transfer queue is empty; nothing deferred, nothing in flight."""
        self.cloud.wait_until(lambda: not self.cloud.queue_depth(), "the transfer queue is empty")

    def transfers_of(self, contact_id: str) -> list[dict[str, Any]]:
        return [one for one in self.cloud.control.transfers() if one["old"] == contact_id]

    def parked(self, message_id: str) -> list[dict[str, Any]]:
        def name(message: dict[str, Any]) -> object:
            return message.get("MessageAttributes", {}).get("OriginalMessageId", {}).get("StringValue")

        return [message for message in self.cloud.dead_letters() if name(message) == message_id]


@pytest.fixture
def producer(cloud: LocalCloud) -> Iterator[Producer]:
    yield Producer(cloud)
    cloud.control.clear_faults()


def test_the_deployed_stack_is_what_the_template_says(cloud: LocalCloud) -> None:
    comparison = compare(cloud.assembly.template, cloud.assembly.stack_name, cloud.aws)
    assert comparison.differences == []
    assert comparison.stale == []
    assert comparison.compared > 50


def test_a_broken_deployment_is_found(cloud: LocalCloud) -> None:
    client, name = cloud.client("lambda"), cloud.outputs["WorkerFunctionName"]
    timeout = client.get_function_configuration(FunctionName=name)["Timeout"]
    client.update_function_configuration(FunctionName=name, Timeout=timeout - 1)
    try:
        lines = compare(cloud.assembly.template, cloud.assembly.stack_name, cloud.aws).differences
    finally:
        client.update_function_configuration(FunctionName=name, Timeout=timeout)
    assert any(f"Timeout: template {timeout}, deployed {timeout - 1}" in line for line in lines)


def test_a_request_in_the_queue_moves_its_contact_once(producer: Producer) -> None:
    body = producer.request()
    producer.send(body)
    producer.wait_until_done()
    (record,) = producer.transfers_of(body["contactId"])
    assert (record["queue_id"], record["flow_id"]) == (body["queueId"], body["contactFlowId"])


def test_an_event_on_the_bus_moves_its_contact_and_a_success_is_announced(producer: Producer) -> None:
    cloud, body = producer.cloud, producer.request(requestId=f"r-{uuid.uuid4()}")
    with Listener(cloud) as listener:
        producer.put(body)
        (event,) = cloud.wait_until(
            lambda: listener.of(body["contactId"], "Contact Transfer Succeeded"), "the success is announced"
        )
    (record,) = producer.transfers_of(body["contactId"])
    assert event["detail"]["newContactId"] == record["new"]
    assert event["detail"]["requestId"] == body["requestId"]


def test_the_same_request_through_both_doors_moves_its_contact_once(producer: Producer) -> None:
    body = producer.request(requestId=f"r-{uuid.uuid4()}")
    for _ in range(3):
        producer.send(body)
        producer.put(body)
    producer.wait_until_done()
    assert len(producer.transfers_of(body["contactId"])) == 1
    assert producer.cloud.control.stats()["transferred_twice"] == []


def test_a_failure_is_parked_as_it_came_with_its_reason_and_the_others_are_moved(producer: Producer) -> None:
    good, bad = producer.request(), '{"contactId": "c", "contactFlowId": 7}'
    attributes = {"TraceOfMine": {"DataType": "String", "StringValue": "kept"}}
    message_id = producer.send(bad, MessageAttributes=attributes)
    producer.send(good)
    producer.wait_until_done()
    (parked,) = producer.parked(message_id)
    assert parked["Body"] == bad
    assert parked["MessageAttributes"]["FailureCode"]["StringValue"] == "InvalidField"
    assert parked["MessageAttributes"]["TraceOfMine"]["StringValue"] == "kept"
    assert len(producer.transfers_of(good["contactId"])) == 1


@pytest.mark.parametrize("fault", ["lost-reset", "lost-503", "lost-409", "internal-error", "throttle", "reset"])
def test_a_fault_of_connect_neither_loses_nor_repeats_a_transfer(producer: Producer, fault: str) -> None:
    body = producer.request()
    producer.cloud.control.add_fault(fault, operation="TransferContact", contact_id=body["contactId"], calls=1)
    producer.send(body)
    producer.wait_until_done()
    assert len(producer.transfers_of(body["contactId"])) == 1


def test_connects_own_contact_events_reach_the_default_bus(producer: Producer) -> None:
    pattern = {"source": ["aws.connect"], "detail": {"eventType": ["INITIATED"]}}
    with Listener(producer.cloud, pattern, "default") as listener:
        contact_id = producer.task()
        producer.cloud.wait_until(lambda: listener.of(contact_id), "the contact event arrives")


def test_nobody_can_put_events_in_connects_name(producer: Producer) -> None:
    entry = {"Source": "aws.connect", "DetailType": "x", "Detail": "{}"}
    answer = producer.cloud.client("events").put_events(Entries=[entry])
    assert answer["Entries"][0]["ErrorCode"] == "NotAuthorizedForSourceException"


@pytest.mark.skipif(shutil.which("openssl") is None, reason="IAM is enforced over HTTPS only, which needs openssl")
def test_the_workers_role_may_do_its_work_and_nothing_else(producer: Producer) -> None:
    cloud = producer.cloud
    body = producer.request()
    producer.send(body)
    producer.wait_until_done()
    assert len(producer.transfers_of(body["contactId"])) == 1  # with the role's own credentials, its policies enforced
    queue, dead = cloud.outputs["TransferQueueUrl"], cloud.outputs["DeadLetterQueueUrl"]
    table, bus = cloud.outputs["LedgerTableName"], cloud.outputs["EventBusName"]
    sqs, dynamodb, events = (cloud.as_worker(name) for name in ("sqs", "dynamodb", "events"))
    forbidden: list[Callable[[], Any]] = [
        lambda: sqs.send_message(QueueUrl=cloud.outputs["ConfirmationDeadLetterQueueUrl"], MessageBody="x"),
        lambda: sqs.purge_queue(QueueUrl=queue),
        lambda: sqs.receive_message(QueueUrl=dead),
        lambda: sqs.delete_queue(QueueUrl=dead),
        lambda: dynamodb.scan(TableName=table),
        lambda: dynamodb.delete_table(TableName=table),
        lambda: events.delete_event_bus(Name=bus),
    ]
    for call in forbidden:
        with pytest.raises(ClientError, match="AccessDenied"):
            call()
