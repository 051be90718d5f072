"""The control address and its client, and the simulator as a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from local.connect.control import Control, ControlError
from local.connect.model.faults import FaultKind


def start(service: Any, boto: Any) -> str:
    given = {"InstanceId": service.ids.instance_id, "ContactFlowId": service.ids.flows["Inbound"]}
    return str(boto.start_task_contact(**given, Name="a task", Description="private")["ContactId"])


def test_it_explains_itself(service: Any) -> None:
    shown = httpx.get(f"{service.url}/_control/").json()
    assert set(shown["faults"]) == {str(kind) for kind in FaultKind}
    assert "TransferContact" in shown["simulated"]
    for line in shown["paths"]:
        path = line.split()[1].split("?")[0].replace("{id}", "x").replace("{number}", "1")
        assert httpx.options(f"{service.url}{path}").status_code == 405, path  # known, though not by this method


def test_state_and_contacts_are_true_and_hold_no_personal_data(service: Any, boto: Any) -> None:
    service.control.set_switches(end_shown_after=100)
    task = start(service, boto)
    service.control.others("end", contact_id=task)
    assert not service.control.contact(task)["active"]
    assert "private" not in str(service.control.contact(task))
    state = service.control.state()
    assert (state["contacts"], state["active_contacts"]) == (1, 0)
    assert {flow["Name"] for flow in state["flows"]} == set(service.ids.flows)


def test_history_and_stats(service: Any, boto: Any) -> None:
    task = start(service, boto)
    service.control.others("transfer", contact_id=task, queue_id=service.ids.queues["Billing"])
    [transfer] = service.control.transfers()
    assert (transfer["old"], transfer["by"]) == (task, "agent")
    assert [call["operation"] for call in service.control.calls()] == ["StartTaskContact"]
    assert service.control.calls(after=1) == []
    assert service.control.stats()["calls"] == {"StartTaskContact": {"200": 1}}
    assert service.control.stats()["transferred_twice"] == []


def test_others_act_by_themselves_at_their_time(service: Any, boto: Any) -> None:
    task = start(service, boto)
    before = len(service.simulator.events)
    queue = service.ids.queues["Overflow"]
    service.control.others("transfer", contact_id=task, queue_id=queue, in_seconds=0.2)
    assert service.control.events(after=before, wait=10)  # the server's own pulse carries it out, no call does
    assert service.control.transfers()[0]["queue_id"] == queue


def test_a_course_is_set_and_shows_in_events(service: Any, boto: Any) -> None:
    service.control.others("set_course", resource_id=service.ids.queues["Support"], course="fails")
    before = len(service.simulator.events)
    answer = boto.transfer_contact(
        InstanceId=service.ids.instance_id,
        ContactId=start(service, boto),
        ContactFlowId=service.ids.flows["Move to queue"],
        QueueId=service.ids.queues["Support"],
    )
    events = service.control.events(after=before)
    assert [e["number"] for e in events] == list(range(before + 1, before + len(events) + 1))
    shown = [e["type"] for e in events if e["entry"]["Detail"]["contactId"] == answer["ContactId"]]
    assert shown == ["INITIATED", "DISCONNECTED", "COMPLETED"]


def test_quotas_and_the_active_task_quota(service: Any, boto: Any) -> None:
    service.control.set_active_task_quota(service.ids.instance_id, 0)
    with pytest.raises(boto.exceptions.ServiceQuotaExceededException):
        start(service, boto)
    service.control.set_quota("*", 7)
    assert service.simulator.connect.quotas.as_dict() == {"*": {"rate": 7, "burst": 7}}


def test_faults_are_listed_and_cleared(service: Any) -> None:
    service.control.add_fault("reset", operation="TransferContact", probability=0.1)
    [fault] = httpx.get(f"{service.url}/_control/faults").json().values()
    assert (fault["kind"], fault["probability"]) == ("reset", 0.1)
    service.control.clear_faults()
    assert httpx.get(f"{service.url}/_control/faults").json() == {}


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        ("POST", "/faults", {"kind": "sometimes"}, "sometimes"),
        ("POST", "/faults", {"kind": "reset", "chance": 1}, "chance"),
        ("PATCH", "/switches", {"token_reply": 1}, "token_reply"),
        ("PATCH", "/quotas", {"TransferContact": 5}, "TransferContact"),
        ("PATCH", "/quotas", {"TransferContact": {"rate": 0}}, "above 0"),
        ("PUT", "/instances/x/active-tasks", {"quota": "many"}, "number of tasks"),
        ("PUT", "/instances/x/active-tasks", {"quota": 1}, "No such instance"),
        ("POST", "/others", {"do": "dance"}, "do must be one of"),
        ("POST", "/others", {"do": "end", "contact_id": "c"}, "Nothing has the id"),
        ("POST", "/others", {"do": "end"}, "contact_id"),
        ("POST", "/others", {"do": "set_course", "resource_id": "r", "course": "sideways"}, "sideways"),
        ("POST", "/others", {"do": "end", "contact_id": "c", "in_seconds": "soon"}, "soon"),
        ("POST", "/seed", {}, "instance_id"),
        ("GET", "/contacts/c", None, "No such contact"),
        ("GET", "/events?after=x", None, "after must be a number"),
        ("POST", "/others", [], "JSON object"),
    ],
)
def test_a_bad_control_call_is_refused_with_its_reason(
    service: Any, method: str, path: str, body: Any, says: str
) -> None:
    answer = httpx.request(method, f"{service.url}/_control{path}", json=body)
    assert 400 <= answer.status_code < 500
    assert says in answer.json()["error"]


def test_the_client_raises_the_reason(service: Any) -> None:
    with pytest.raises(ControlError, match="unknown switch: nonsense"):
        service.control.set_switches(nonsense=True)


def test_reset_starts_afresh_and_events_go_on(service: Any, boto: Any) -> None:
    task = start(service, boto)
    numbered = len(service.simulator.events)
    service.control.add_fault("reset")
    service.control.reset()
    assert service.control.state()["contacts"] == 0
    with pytest.raises(boto.exceptions.ResourceNotFoundException):
        boto.describe_contact(InstanceId=service.ids.instance_id, ContactId=task)
    start(service, boto)
    assert service.control.events()[numbered]["number"] == numbered + 1


def test_as_a_process_it_prints_its_url_and_serves_the_instances_it_was_given(tmp_path: Path) -> None:
    arns = [f"arn:aws:connect:us-east-1:123456789012:instance/{name}" for name in ("one", "two")]
    ready = tmp_path / "ready"
    command = [sys.executable, "-m", "local.connect", "--seed-data", "--quota", "*=none", "--quota", "StopContact=3/4"]
    command += ["--ready-file", str(ready), "--instance-arn", arns[0], "--instance-arn", arns[1]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert url.startswith("http://127.0.0.1:")
            client = boto3.client(
                "connect", endpoint_url=url, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
            )
            for name, arn in zip(("one", "two"), arns, strict=True):
                assert client.describe_instance(InstanceId=name)["Instance"]["Arn"] == arn
                assert client.list_users(InstanceId=arn)["UserSummaryList"]
            with Control(url) as control:
                assert set(control.seed("one")["flows"]) >= {"Inbound", "Move to queue"}
            assert httpx.get(f"{url}/_control/quotas").json() == {"*": None, "StopContact": {"rate": 3, "burst": 4}}
        finally:
            process.send_signal(signal.SIGTERM)
        process.wait(20)
    assert ready.read_text() == url + "\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["--instance-arn", "nonsense"], "not the ARN"), (["--quota", "TransferContact=fast"], "OPERATION=RATE/BURST")],
)
def test_bad_arguments_are_one_sentence_and_end_non_zero(arguments: list[str], says: str) -> None:
    command = [sys.executable, "-m", "local.connect", *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)  # noqa: S603 - our own command
    assert ended.returncode == 2
    assert says in ended.stderr
    assert "Traceback" not in ended.stderr
