"""The comparison of template and deployed state: a faithful deployment passes, each kind of loss is found."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from local.aws import Aws
from tests.local.compare import Comparison, compare, gaps
from tests.local.compare.alike import alike

pytestmark = pytest.mark.xdist_group("emulator")

TEMPLATE: dict[str, Any] = {
    "Resources": {
        "Key": {
            "Type": "AWS::KMS::Key",
            "Properties": {
                "Description": "of the queues",
                "EnableKeyRotation": True,
                "KeyPolicy": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": "kms:*",
                            "Resource": "*",
                            "Principal": {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}},
                        }
                    ],
                },
            },
        },
        "Queue": {
            "Type": "AWS::SQS::Queue",
            "Properties": {"VisibilityTimeout": 77, "KmsMasterKeyId": {"Fn::GetAtt": ["Key", "Arn"]}},
        },
        "QueuePolicy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {
                "Queues": [{"Ref": "Queue"}],
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Deny",
                            "Action": ["sqs:SendMessage"],
                            "Principal": {"AWS": "*"},
                            "Resource": {"Fn::GetAtt": ["Queue", "Arn"]},
                            "Condition": {"Bool": {"aws:SecureTransport": False}},
                        }
                    ],
                },
            },
        },
        "Bus": {
            "Type": "AWS::Events::EventBus",
            "Properties": {"Name": {"Fn::Join": ["-", ["bus", {"Ref": "AWS::StackName"}]]}},
        },
        "Archive": {
            "Type": "AWS::Events::Archive",
            "Properties": {
                "SourceArn": {"Fn::GetAtt": ["Bus", "Arn"]},
                "RetentionDays": 5,
                "EventPattern": {"source": ["a"]},
            },
        },
        "Association": {
            "Type": "AWS::Connect::IntegrationAssociation",
            "Properties": {
                "InstanceId": "arn:aws:connect:eu-central-1:111122223333:instance/i",
                "IntegrationType": "LAMBDA_FUNCTION",
                "IntegrationArn": "arn:aws:lambda:eu-central-1:111122223333:function:f",
            },
        },
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventBusName": {"Ref": "Bus"},
                "EventPattern": {"detail-type": ["Contact Transfer Requested"]},
                "State": "ENABLED",
                "Targets": [{"Id": "Target0", "Arn": {"Fn::GetAtt": ["Queue", "Arn"]}}],
            },
        },
    }
}


@dataclass
class Deployed:
    aws: Aws
    stack: str

    def compare(self, template: dict[str, Any] = TEMPLATE) -> Comparison:
        return compare(template, self.stack, self.aws)

    def id_of(self, logical_id: str) -> str:
        answer = self.aws.client("cloudformation").describe_stack_resource(
            StackName=self.stack, LogicalResourceId=logical_id
        )
        return str(answer["StackResourceDetail"]["PhysicalResourceId"])


@pytest.fixture
def deployed(aws: Aws) -> Iterator[Deployed]:
    stack = f"s{uuid.uuid4().hex[:8]}"
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName=stack, TemplateBody=json.dumps(TEMPLATE))
    cloudformation.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 1})
    yield Deployed(aws, stack)
    cloudformation.delete_stack(StackName=stack)


def test_a_faithful_deployment_has_no_difference(deployed: Deployed) -> None:
    result = deployed.compare()
    assert result.differences == []
    assert result.compared == sum(len(one["Properties"]) for one in TEMPLATE["Resources"].values())


def test_a_changed_attribute_is_one_line_that_names_resource_property_and_both_values(deployed: Deployed) -> None:
    sqs = deployed.aws.client("sqs")
    sqs.set_queue_attributes(QueueUrl=deployed.id_of("Queue"), Attributes={"VisibilityTimeout": "30"})
    assert deployed.compare().differences == ["Queue (AWS::SQS::Queue) VisibilityTimeout: template 77, deployed 30"]


def test_a_lost_policy_a_lost_target_and_a_lost_archive_are_found(deployed: Deployed) -> None:
    deployed.aws.client("sqs").set_queue_attributes(QueueUrl=deployed.id_of("Queue"), Attributes={"Policy": ""})
    events = deployed.aws.client("events")
    bus, rule = deployed.id_of("Bus"), deployed.id_of("Rule").rsplit("|", 1)[-1]
    events.remove_targets(Rule=rule, EventBusName=bus, Ids=["Target0"])
    events.delete_archive(ArchiveName=deployed.id_of("Archive"))
    lines = "\n".join(deployed.compare().differences)
    assert "QueuePolicy (AWS::SQS::QueuePolicy) PolicyDocument" in lines
    assert "Rule (AWS::Events::Rule) Targets" in lines
    assert "Archive (AWS::Events::Archive): cannot be read back" in lines


def test_a_resource_that_was_never_made_is_found(deployed: Deployed) -> None:
    more = {"Resources": {**TEMPLATE["Resources"], "Second": {"Type": "AWS::SQS::Queue", "Properties": {}}}}
    assert deployed.compare(more).differences == ["Second (AWS::SQS::Queue): not deployed"]


def test_a_known_gap_is_reported_and_a_closed_one_is_stale(deployed: Deployed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(gaps.GAPS, ("AWS::SQS::Queue", "VisibilityTimeout"), "for this test")
    result = deployed.compare()
    assert not result.good
    assert any("VisibilityTimeout" in line for line in result.stale)
    sqs = deployed.aws.client("sqs")
    sqs.set_queue_attributes(QueueUrl=deployed.id_of("Queue"), Attributes={"VisibilityTimeout": "30"})
    result = deployed.compare()
    assert result.known == ["AWS::SQS::Queue VisibilityTimeout: for this test"]
    assert result.differences == []


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        (5, "5", True),
        (True, "true", True),
        (["a"], "a", True),
        (["a", "b"], ["b", "a"], True),
        (["a"], ["a", "b"], False),
        ({"a": 1}, '{"a": 1, "b": 2}', True),
        ({"a": 1, "b": 2}, {"a": 1}, False),
        ("a", None, False),
        ([], None, False),
    ],
)
def test_what_counts_as_the_same(wanted: Any, found: Any, same: bool) -> None:  # noqa: FBT001 - pytest hands it in by name
    assert alike(wanted, found) is same
