"""Every deployment runs on this machine: whatever account its ARNs name, with two instances, with its own lists and routes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from local.cloud import LocalCloud
from local.serve import contacts, exports, guide
from tests.local.compare import compare
from tests.local.deployments import FIRST, QUEUE, SECOND, SECOND_FLOW, SECOND_QUEUE, TWO_INSTANCES

pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("two-instances")]


@pytest.fixture(scope="module")
def two() -> Iterator[LocalCloud]:
    with LocalCloud("local", {**TWO_INSTANCES, "settleMinutes": 0.1}, wait=1) as running:
        running.control.set_quota("*", None)
        yield running


def _task(cloud: LocalCloud, arn: str) -> str:
    instance = arn.rsplit("/", 1)[-1]
    flow = cloud.seeds[arn]["flows"]["Inbound"]
    answer = cloud.client("connect").start_task_contact(InstanceId=instance, ContactFlowId=flow, Name="t")
    return str(answer["ContactId"])


def _moved(cloud: LocalCloud, contact: str) -> dict[str, Any]:
    made = cloud.wait_until(
        lambda: [one for one in cloud.control.transfers() if one["old"] == contact], f"{contact} is transferred"
    )
    return dict(made[0])


def test_account_and_region_are_those_of_the_file(two: LocalCloud) -> None:
    identity = two.client("sts").get_caller_identity()
    assert identity["Account"] == "123456789012"
    assert "eu-central-1" in two.client("lambda").meta.region_name
    assert two.outputs["FlowFunctionArn"].startswith("arn:aws:lambda:eu-central-1:123456789012:function:")


def test_a_stack_of_two_instances_is_what_its_template_says(two: LocalCloud) -> None:
    found = compare(two.assembly.template, two.assembly.stack_name, two.aws)
    assert (found.differences, found.stale) == ([], [])


@pytest.mark.parametrize(("arn", "flow", "queue"), [(FIRST, None, QUEUE), (SECOND, SECOND_FLOW, SECOND_QUEUE)])
def test_a_request_of_either_instance_moves_its_contact(two: LocalCloud, arn: str, flow: str, queue: str) -> None:
    contact = _task(two, arn)
    flow = flow or TWO_INSTANCES["allowedContactFlowIds"][0]
    request = {"instanceId": arn, "contactId": contact, "contactFlowId": flow, "queueId": queue}
    two.client("sqs").send_message(QueueUrl=two.outputs["TransferQueueUrl"], MessageBody=json.dumps(request))
    assert _moved(two, contact)["queue_id"] == queue


def test_the_deployments_own_route_fires_for_its_instance(two: LocalCloud) -> None:
    contact = _task(two, SECOND)
    extra = {"queueInfo": {"queueArn": f"{SECOND}/queue/overflow"}}
    two.control.others("announce", contact_id=contact, event_type="QUEUED", extra=extra)
    assert _moved(two, contact)["queue_id"] == SECOND_QUEUE


def test_what_serve_prints_works_with_the_deployments_own_lists(two: LocalCloud) -> None:
    (first, *_) = tasks = contacts(two)
    texts = dict(guide(two, tasks))
    example = texts["send a request to the queue, in Python (.venv/bin/python)"]
    environment = {"PATH": os.environ["PATH"], **exports(two, tasks)}
    ran = subprocess.run(  # noqa: S603 - our own text
        [sys.executable, "-c", example], env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert _moved(two, first)["queue_id"] == QUEUE
    assert f"{SECOND}/queue/{SECOND_QUEUE}" in texts["and what the settings name"]
