"""A held request in the deployed stack: the worker makes the schedule, EventBridge Scheduler sends it, the worker carries it out."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from contact_transfer.request.timestamps import rfc3339
from local.cloud import LocalCloud

pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("cloud")]


def _bring_forward(scheduler: Any, schedule: dict[str, Any], body: str) -> None:
    """Let a schedule fire now, with another body."""
    scheduler.update_schedule(
        GroupName=schedule["GroupName"],
        Name=schedule["Name"],
        ScheduleExpression=f"at({datetime.now(UTC):%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={**schedule["Target"], "Input": body},
    )


def test_a_request_is_held_by_a_schedule_and_carried_out_when_it_fires(cloud: LocalCloud) -> None:
    """An hour is too long for a test: once the schedule is there, it is brought forward, and its time with it."""
    scheduler, seed = cloud.client("scheduler"), cloud.seed
    group = cloud.outputs["EventBusName"]
    task = cloud.client("connect").start_task_contact(
        InstanceId=cloud.instance_id, ContactFlowId=seed["flows"]["Inbound"], Name="t"
    )
    request = {
        "contactId": task["ContactId"],
        "contactFlowId": seed["flows"]["Move to queue"],
        "queueId": seed["queues"]["Billing"],
    }
    body = json.dumps({**request, "notBefore": rfc3339(time.time() + 3600)})
    cloud.client("sqs").send_message(QueueUrl=cloud.outputs["TransferQueueUrl"], MessageBody=body)

    def held() -> list[dict[str, Any]]:
        names = [one["Name"] for one in scheduler.list_schedules(GroupName=group)["Schedules"]]
        found = [scheduler.get_schedule(GroupName=group, Name=name) for name in names]
        return [one for one in found if one["Target"]["Input"] == body]

    cloud.wait_until(held, "a schedule holds the request")
    cloud.wait_until(lambda: not cloud.queue_depth(), "the transfer queue is empty")
    [schedule] = held()
    assert schedule["Target"]["Arn"] == cloud.outputs["TransferQueueArn"]
    assert not [one for one in cloud.control.transfers() if one["old"] == task["ContactId"]]
    _bring_forward(scheduler, schedule, json.dumps(request))
    cloud.wait_until(
        lambda: [one for one in cloud.control.transfers() if one["old"] == task["ContactId"]], "the contact has moved"
    )
    cloud.wait_until(lambda: not scheduler.list_schedules(GroupName=group)["Schedules"], "the schedule is gone")
