"""``transfers doctor`` against the local cloud: what is right, what somebody broke, and what an earlier deployment left."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local.cloud import LocalCloud
from tests.ops.conftest import Centre, Transfers

pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("ops")]


def test_doctor_finds_nothing_bad_in_what_was_just_deployed(centre: Centre, transfers: Transfers) -> None:
    centre.cloud.client("cloudwatch").set_alarm_state(
        AlarmName="ContactTransfer-local-failed-configuration",
        StateValue="OK",
        StateReason="a test before this one rang it",
    )
    findings = {finding["what"]: finding for finding in transfers("doctor", "--json").json}
    good = (
        *("stack", "worker", "worker, urgent lane", "worker's role", "queues' key", "transfer queue", "urgent queue"),
        *("rules of the bus", "rules", "schedule group", "scheduler's role", "sweep function", "dead-letter queue"),
    )
    assert {what: findings[what] for what in good if findings[what]["level"] != "good"} == {}
    assert all(finding["do"] for finding in findings.values() if finding["level"] != "good")


GONE = ("connect:TransferContact", "iam:PassRole")


@contextmanager
def _role_without(cloud: LocalCloud, actions: tuple[str, ...]) -> Iterator[None]:
    """The worker's role lacks the statements with these actions."""
    iam, name = cloud.client("iam"), cloud.outputs["WorkerFunctionName"]
    role = cloud.client("lambda").get_function_configuration(FunctionName=name)["Role"].split("/")[-1]
    policy = iam.list_role_policies(RoleName=role)["PolicyNames"][0]
    kept = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    without = [one for one in kept["Statement"] if not any(action in one["Action"] for action in actions)]
    iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps({**kept, "Statement": without}))
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(kept))


@contextmanager
def _queues_key_without_eventbridge(cloud: LocalCloud) -> Iterator[None]:
    sqs, kms, url = cloud.client("sqs"), cloud.client("kms"), cloud.outputs["TransferQueueUrl"]
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["KmsMasterKeyId"])["Attributes"]
    key = {"KeyId": attributes["KmsMasterKeyId"], "PolicyName": "default"}
    kept = kms.get_key_policy(**key)["Policy"]
    others = [one for one in json.loads(kept)["Statement"] if "events.amazonaws.com" not in str(one["Principal"])]
    kms.put_key_policy(**key, Policy=json.dumps({"Version": "2012-10-17", "Statement": others}))
    try:
        yield
    finally:
        kms.put_key_policy(**key, Policy=kept)


@contextmanager
def _disabled(cloud: LocalCloud, rule: str) -> Iterator[None]:
    given = {"Name": rule, "EventBusName": cloud.outputs["EventBusName"]}
    cloud.client("events").disable_rule(**given)
    try:
        yield
    finally:
        cloud.client("events").enable_rule(**given)


def test_doctor_sees_what_somebody_broke(centre: Centre, transfers: Transfers) -> None:
    cloud, rule = centre.cloud, f"{centre.cloud.outputs['EventBusName']}-cancellations"
    with _role_without(cloud, GONE), _queues_key_without_eventbridge(cloud), _disabled(cloud, rule):
        ran = transfers("doctor", "--json")
    findings = {finding["what"]: finding for finding in ran.json}
    assert ran.status == 1
    assert all(action in findings["worker's role"]["seen"] for action in GONE)
    assert findings["queues' key"]["level"] == "bad"
    assert rule in findings["rules"]["seen"]


def test_doctor_before_the_first_deployment_goes_by_the_settings_file(centre: Centre, transfers: Transfers) -> None:
    ran = transfers("doctor", "--before", "--json")
    assert ran.status == 0
    levels = {finding["what"]: finding["level"] for finding in ran.json}
    assert levels[f"instance {centre.cloud.instance_id}"] == "good"


def test_doctor_before_finds_what_an_earlier_deployment_left(
    centre: Centre, transfers: Transfers, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cloud, name = centre.cloud, "ContactTransfer-field"
    (tmp_path / "deployments").mkdir()
    arn = f"arn:aws:connect:us-east-1:000000000000:instance/{cloud.instance_id}"
    (tmp_path / "deployments" / "field.json").write_text(json.dumps({"instanceArns": [arn]}), "utf-8")
    monkeypatch.chdir(tmp_path)

    def levels() -> dict[str, tuple[str, str]]:
        found = transfers("doctor", "--before", "-d", "field", "--json").json
        return {finding["what"]: (finding["level"], finding["seen"]) for finding in found}

    with _queues(cloud, f"{name}-eu-transfers"):
        clean = levels()
        assert {clean[what][0] for what in clean if what.endswith(" left")} == {"good"}
        assert clean["other deployments"][0] == "bad"  # the one that runs here serves the same instance
        with _queues(cloud, f"{name}-transfers", f"{name}-ContactTransferX"), _others(cloud, name):
            found = levels()
    bad = {what: seen for what, (level, seen) in found.items() if level == "bad" and "left" in what}
    assert set(bad) == {
        "queues left",
        "ledger left",
        "keys left",
        "log groups left",
        "event bus left",
        "schedule group left",
    }
    assert bad["queues left"].endswith(f"{name}-ContactTransferX, {name}-transfers")


@contextmanager
def _queues(cloud: LocalCloud, *names: str) -> Iterator[None]:
    urls = [cloud.client("sqs").create_queue(QueueName=name)["QueueUrl"] for name in names]
    try:
        yield
    finally:
        for url in urls:
            cloud.client("sqs").delete_queue(QueueUrl=url)


@contextmanager
def _others(cloud: LocalCloud, name: str) -> Iterator[None]:
    """A key's alias, a ledger, a log group and a bus, as a stack of this name would leave or have them."""
    keys, tables, group = cloud.client("kms"), cloud.client("dynamodb"), "/contact-transfer/field/worker"
    keys.create_alias(AliasName=f"alias/{name}-queues", TargetKeyId=keys.create_key()["KeyMetadata"]["KeyId"])
    tables.create_table(
        TableName=f"{name}-ContactTransferLedger",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    cloud.client("logs").create_log_group(logGroupName=group)
    cloud.client("events").create_event_bus(Name=name)
    cloud.client("scheduler").create_schedule_group(Name=name)
    try:
        yield
    finally:
        keys.delete_alias(AliasName=f"alias/{name}-queues")
        tables.delete_table(TableName=f"{name}-ContactTransferLedger")
        cloud.client("logs").delete_log_group(logGroupName=group)
        cloud.client("events").delete_event_bus(Name=name)
        cloud.client("scheduler").delete_schedule_group(Name=name)
