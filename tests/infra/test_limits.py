"""The largest deployment that is accepted: every name, list and policy of it fits into what AWS takes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from contact_transfer_cdk.errors import DeploymentError
from contact_transfer_cdk.node import use_node
from contact_transfer_cdk.settings.deployment import parse
from contact_transfer_cdk.settings.policy_checks import POLICY_BYTES, queue_policy_bytes
from contact_transfer_cdk.settings.route_settings import MOST

from .conftest import INSTANCE, OTHER, Assembly

NAME = "production-eu-central-1-and-more"
#: Characters of what the template names or describes. Sources: the services' API references; the archive has the least.
LONGEST: Mapping[str, Mapping[str, int]] = {
    "AWS::CloudWatch::Alarm": {"AlarmName": 255, "AlarmDescription": 1024},
    "AWS::CloudWatch::CompositeAlarm": {"AlarmName": 255, "AlarmDescription": 1024},
    "AWS::CloudWatch::Dashboard": {"DashboardName": 255},
    "AWS::DynamoDB::Table": {"TableName": 255},
    "AWS::DynamoDB::GlobalTable": {"TableName": 255},
    "AWS::Events::Archive": {"ArchiveName": 48, "Description": 512},
    "AWS::Events::EventBus": {"Name": 256, "Description": 512},
    "AWS::Events::Rule": {"Name": 64, "Description": 512},
    "AWS::IAM::ManagedPolicy": {"ManagedPolicyName": 128, "Description": 1000},
    "AWS::IAM::Policy": {"PolicyName": 128},
    "AWS::IAM::Role": {"RoleName": 64, "Description": 1000},
    "AWS::KMS::Alias": {"AliasName": 256},
    "AWS::KMS::Key": {"Description": 8192},
    "AWS::Lambda::Function": {"FunctionName": 64, "Description": 256},
    "AWS::Logs::LogGroup": {"LogGroupName": 512},
    "AWS::Logs::QueryDefinition": {"Name": 255},
    "AWS::Scheduler::ScheduleGroup": {"Name": 64},
    "AWS::SNS::Topic": {"TopicName": 256, "DisplayName": 100},
    "AWS::SQS::Queue": {"QueueName": 80},
}
#: Texts whose key ends in "Name" and which name something that is not of this resource.
OTHERS = {"MetricName"}
#: As many as are taken beside so many routes: one more account would be refused, by its bytes.
ROLES = [f"arn:aws:iam::{number:012d}:role/producer/{'r' * 19}" for number in range(47)]
FLOWS = ["flow-1", *(f"{number:08d}-0000-4000-8000-000000000000" for number in range(60))]

pytestmark = [pytest.mark.synth, pytest.mark.xdist_group("synth")]


def _route(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "when": {"detail-type": ["Amazon Connect Contact Event"], "detail": {"eventType": ["QUEUED"]}},
        "transfer": {"contactFlowId": "flow-1", "queueId": "queue-1"},
    }


def _content() -> dict[str, Any]:
    routes = [_route(f"{name}{number}") for number in range(MOST // 2) for name in ("night-", "night")]
    lists = {"producerPrincipals": ROLES, "allowedContactFlowIds": FLOWS}
    return {"instanceArns": [INSTANCE, OTHER], "confirmWithinMinutes": 30, "routes": routes, **lists}


@pytest.fixture(scope="module")
def largest(synthesize: Callable[..., Assembly]) -> Assembly:
    """A name of 32 characters, and as many routes as are taken, named as alike as can be."""
    assert len(NAME) == 32
    return synthesize("largest", _content(), NAME)


def test_every_name_and_description_fits(largest: Assembly) -> None:
    texts = [
        (resource["Type"], key, value)
        for resource in largest.template["Resources"].values()
        for key, value in resource.get("Properties", {}).items()
        if isinstance(value, str) and key.endswith(("Name", "Description")) and key not in OTHERS
    ]
    assert {kind for kind, _, _ in texts} > {"AWS::Events::Archive", "AWS::SQS::Queue", "AWS::CloudWatch::Alarm"}
    assert [(kind, key, value) for kind, key, value in texts if len(value) > LONGEST[kind][key]] == []
    assert len(largest.one("Events::Archive")["ArchiveName"]) == 48
    assert len(largest.template["Resources"]) <= 500


def test_no_widget_has_more_alarms_than_it_shows_and_every_alarm_is_on_one(largest: Assembly) -> None:
    from contact_transfer_cdk.monitoring.dashboard import ALARMS_OF_A_WIDGET  # noqa: PLC0415 - loads the CDK

    body = largest.one("CloudWatch::Dashboard")["DashboardBody"]["Fn::Join"][1]
    text = "".join(json.dumps(part).replace('"', "'") if isinstance(part, dict) else part for part in body)
    shown = [widget["properties"]["alarms"] for widget in json.loads(text)["widgets"] if widget["type"] == "alarm"]
    assert all(1 <= len(alarms) <= ALARMS_OF_A_WIDGET for alarms in shown)
    alarms = largest.of_type("CloudWatch::Alarm") | largest.of_type("CloudWatch::CompositeAlarm")
    assert len(alarms) > ALARMS_OF_A_WIDGET
    assert {arn for alarms in shown for arn in alarms} == {str({"Fn::GetAtt": [name, "Arn"]}) for name in alarms}


def test_every_alarm_has_a_construct_of_its_own() -> None:
    use_node()
    from contact_transfer_cdk.monitoring.observability import construct_id  # noqa: PLC0415 - loads the CDK

    routes = ("night1", "night-1", "night_1", "nightB", "night-b", "night-B", "night--b", "night.b")
    assert len({construct_id(f"events-failed-route-{name}") for name in routes}) == len(routes)
    assert construct_id("dead-letters") == "DeadLetters"


def _written(policy: Any) -> int:
    """Bytes of a policy whose references are ARNs: of the transfer queue, or roles of the longest names."""
    queue = f"arn:aws:sqs:us-east-1:000000000000:ContactTransfer-{NAME}-transfers"
    role = f"arn:aws:iam::000000000000:role/{'r' * 64}"

    def written(part: Any) -> Any:
        if isinstance(part, list):
            return [written(item) for item in part]
        if not isinstance(part, dict):
            return part
        if "Fn::GetAtt" in part:
            return queue if "Queue" in part["Fn::GetAtt"][0] else role
        return {key: written(value) for key, value in part.items()}

    return len(json.dumps(written(policy), separators=(",", ":")))


def test_the_policies_fit_and_the_queues_is_as_large_as_was_reckoned(largest: Assembly) -> None:
    lanes = [_written(largest.one("SQS::QueuePolicy", name)["PolicyDocument"]) for name in ("Transfers", "Urgent")]
    reckoned = queue_policy_bytes(parse(NAME, _content()))
    assert max(lanes) == reckoned
    assert _written(largest.one("SQS::QueuePolicy", "QueuesDeadLetters")["PolicyDocument"]) <= POLICY_BYTES
    assert POLICY_BYTES - 100 < reckoned <= POLICY_BYTES
    assert _written(largest.one("Events::EventBus")["Policy"]) <= 10_240
    assert all(_written(key["Properties"]["KeyPolicy"]) <= 32_768 for key in largest.of_type("KMS::Key").values())


def test_producers_that_do_not_fit_into_the_queues_policy_are_refused() -> None:
    with pytest.raises(
        DeploymentError, match=r"make a queue policy of 8,\d\d\d bytes and SQS takes 8,192: name accounts"
    ):
        parse(NAME, _content() | {"producerPrincipals": [*ROLES, "arn:aws:iam::999999999999:role/" + "r" * 64]})
    accounts = [f"{number:012d}" for number in range(49)]
    assert parse("test", {"instanceArns": [INSTANCE], "producerPrincipals": accounts[:48]})
    with pytest.raises(DeploymentError, match=r"has 49 entries and a queue's policy has room for 48 principals"):
        parse("test", {"instanceArns": [INSTANCE], "producerPrincipals": accounts})


def test_the_worker_may_use_every_flow_by_policies_that_iam_takes(largest: Assembly) -> None:
    inline = [p["Properties"] for name, p in largest.of_type("IAM::Policy").items() if "Worker" in name]
    managed = [p["Properties"] for name, p in largest.of_type("IAM::ManagedPolicy").items() if "Worker" in name]
    assert sum(_written(policy["PolicyDocument"]) for policy in inline) <= 10_240
    assert all(_written(policy["PolicyDocument"]) <= 6144 for policy in managed)
    statements = [s for policy in [*inline, *managed] for s in policy["PolicyDocument"]["Statement"]]
    found = [arn for s in statements if s.get("Sid", "").startswith("Flows") for arn in s["Resource"]]
    assert sorted(found) == sorted(
        f"{instance}/contact-flow/{flow}" for instance in (INSTANCE, OTHER) for flow in FLOWS
    )
    depends = largest.one_resource("Lambda::Function", "Worker")["DependsOn"]
    assert {name for name in largest.of_type("IAM::ManagedPolicy") if "Worker" in name} < set(depends)
    assert [plugin["violations"] for plugin in largest.report()["pluginReports"]] == [[]]


def test_more_flows_than_a_roles_policies_have_room_for_are_refused() -> None:
    instances = [INSTANCE[:-2] + f"{number:02d}" for number in range(8)]
    with pytest.raises(
        DeploymentError, match=r"of 8 instances take 1\d IAM policies and a role has 10: name fewer flows"
    ):
        parse("test", {"instanceArns": instances, "allowedContactFlowIds": FLOWS})
