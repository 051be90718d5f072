"""A sweep end to end in the local cloud: Connect's metric rule, its route, the sweep function, the worker; and by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.cloud import LocalCloud
from transfers_cli.main import run

pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("cloud")]


def _waiting(cloud: LocalCloud, queue: str, count: int) -> list[str]:
    """Tasks that wait in a queue."""
    made = []
    for number in range(count):
        answer = cloud.client("connect").start_task_contact(
            InstanceId=cloud.instance_id, ContactFlowId=cloud.seed["flows"]["Inbound"], Name=f"task {number}"
        )
        made.append(str(answer["ContactId"]))
        cloud.control.others("place", contact_id=made[-1], queue_id=cloud.seed["queues"][queue])
    return made


def _moved(cloud: LocalCloud, contacts: list[str]) -> list[dict[str, Any]]:
    return [one for one in cloud.control.transfers() if one["by"] == "TransferContact" and one["old"] in contacts]


def test_a_metric_rule_of_connect_moves_what_waits_in_its_queue(cloud: LocalCloud) -> None:
    contacts = _waiting(cloud, "Supervisors", 3)
    queue_arn = f"{cloud.instance_arns[0]}/queue/{cloud.seed['queues']['Supervisors']}"
    event = {
        "Source": "aws.connect",
        "DetailType": "Metrics Rules Matched",
        "Detail": json.dumps({"actionName": "OVERFLOW"}),
        "Resources": [cloud.instance_arns[0], queue_arn],
    }
    cloud.aws.put_service_events([event, event])
    cloud.wait_until(lambda: len(_moved(cloud, contacts)) == 3, "every waiting contact moved")
    cloud.wait_until(lambda: not cloud.queue_depth(), "the transfer queue is empty")
    assert sorted(one["old"] for one in _moved(cloud, contacts)) == sorted(contacts)
    assert {one["queue_id"] for one in _moved(cloud, contacts)} == {cloud.seed["queues"]["Billing"]}


def test_an_operator_sees_what_waits_and_moves_it(
    cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in cloud.environment().items():
        monkeypatch.setenv(name, value)
    contacts = _waiting(cloud, "Supervisors", 3)
    queues, flow = cloud.seed["queues"], cloud.seed["flows"]["Move to queue"]
    command = ["sweep", "--from-queue", queues["Supervisors"], "--to-queue", queues["Billing"], "--flow", flow]
    assert run([*command, "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert all(contact in shown for contact in contacts)
    assert "3 contacts would be moved; nothing was sent." in shown
    assert run([*command, "--limit", "2", "--yes", "--json"]) == 0
    swept = json.loads(capsys.readouterr().out)
    assert [one["contactId"] for one in swept["contacts"]] == contacts[:2]
    cloud.wait_until(lambda: len(_moved(cloud, contacts)) == 2, "the two oldest moved")
    assert run([*command, "--older-than", "1h"]) == 3
    assert run([*command, "--to-user", cloud.seed["users"]["ana"]]) == 2
    assert run(["sweep", "--from-queue", queues["Billing"], "--to-queue", queues["Billing"], "--flow", flow]) == 2
