"""The urgent lane of the deployed stack: with the normal lane standing still, what is urgent moves, from each source."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from contact_transfer.ledger.documents import batch_key, contact_key
from local.cloud import LocalCloud

pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("cloud")]
Send = Callable[[LocalCloud, dict[str, str]], object]


@pytest.fixture(scope="module")
def normal_lane_stands(cloud: LocalCloud) -> Iterator[None]:
    """As during a backlog that would take hours."""
    client, queue = cloud.client("lambda"), cloud.outputs["TransferQueueArn"]
    [mapping] = client.list_event_source_mappings(EventSourceArn=queue)["EventSourceMappings"]
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    cloud.event_source.await_standstill()
    cloud.event_source.await_open_receives()
    yield
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


def _queue(cloud: LocalCloud, request: dict[str, str]) -> None:
    cloud.client("sqs").send_message(QueueUrl=cloud.outputs["UrgentQueueUrl"], MessageBody=json.dumps(request))


def _bus(cloud: LocalCloud, request: dict[str, str]) -> None:
    detail = json.dumps({**request, "priority": "urgent"})
    entry = {"Source": "test", "DetailType": "Contact Transfer Requested", "Detail": detail}
    cloud.client("events").put_events(Entries=[{**entry, "EventBusName": cloud.outputs["EventBusName"]}])


def _flow(cloud: LocalCloud, request: dict[str, str]) -> None:
    parameters = {name: value for name, value in request.items() if name != "contactId"}
    assert cloud.invoke_flow(request["contactId"], priority="urgent", **parameters)["status"] == "ACCEPTED"


def _request(cloud: LocalCloud, **more: str) -> dict[str, str]:
    flows = cloud.seed["flows"]
    made: dict[str, Any] = cloud.client("connect").start_task_contact(
        InstanceId=cloud.instance_id, ContactFlowId=flows["Inbound"], Name="t"
    )
    to = {"contactFlowId": flows["Move to queue"], "queueId": cloud.seed["queues"]["Billing"]}
    return {"contactId": str(made["ContactId"]), **to, **more}


@pytest.mark.usefixtures("normal_lane_stands")
@pytest.mark.parametrize("send", [_queue, _bus, _flow], ids=["queue", "bus", "flow"])
def test_what_is_urgent_does_not_wait_for_the_normal_lane(cloud: LocalCloud, send: Send) -> None:
    request = _request(cloud)
    send(cloud, request)
    cloud.wait_until(
        lambda: [made for made in cloud.control.transfers() if made["old"] == request["contactId"]], "it is transferred"
    )


@pytest.mark.usefixtures("normal_lane_stands")
def test_a_request_of_the_normal_lane_that_came_through_the_urgent_queue_waits_in_its_own(cloud: LocalCloud) -> None:
    before = cloud.queue_depth()
    _queue(cloud, _request(cloud, priority="normal"))
    cloud.wait_until(lambda: cloud.queue_depth() == before + 1, "it is in the transfer queue")
    cloud.wait_until(lambda: not cloud.queue_depth("UrgentQueueUrl"), "the urgent queue is empty")


@pytest.mark.usefixtures("normal_lane_stands")
def test_an_event_cancels_what_waits_in_a_backlog(cloud: LocalCloud) -> None:
    """The rule on the bus sends the cancellation to the urgent queue: it does not wait behind what it calls off."""
    batch = f"wrong-{uuid.uuid4()}"
    entry = {
        "Source": "test",
        "DetailType": "Contact Transfer Cancel Requested",
        "Detail": json.dumps({"cancelBatchId": batch}),
    }
    cloud.client("events").put_events(Entries=[{**entry, "EventBusName": cloud.outputs["EventBusName"]}])
    key, table = batch_key(cloud.instance_id, batch), cloud.outputs["LedgerTableName"]
    cloud.wait_until(
        lambda: cloud.client("dynamodb").get_item(TableName=table, Key={"pk": {"S": key}}).get("Item"),
        "the ledger has the cancellation",
    )
    request = _request(cloud, batchId=batch)
    _queue(cloud, request)
    ledger_key = contact_key(cloud.instance_id, request["contactId"])
    cloud.wait_until(
        lambda: '"cancelled"' in str(cloud.client("dynamodb").get_item(TableName=table, Key={"pk": {"S": ledger_key}})),
        "the request has ended as cancelled",
    )
    assert not [made for made in cloud.control.transfers() if made["old"] == request["contactId"]]
