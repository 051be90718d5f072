"""What a settings file changes in the template."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from .conftest import INSTANCE, OTHER, Assembly

pytestmark = [pytest.mark.synth, pytest.mark.xdist_group("synth")]

Synthesize = Callable[[str, Mapping[str, Any]], Assembly]
ROLE = "arn:aws:iam::111111111111:role/producer"
ACCOUNT = "222222222222"


@pytest.fixture(scope="module")
def rich(synthesize: Synthesize) -> Assembly:
    return synthesize(
        "rich",
        {
            "instanceArns": [INSTANCE, OTHER],
            "allowedContactFlowIds": ["flow-1", f"{INSTANCE}/contact-flow/flow-2"],
            "producerPrincipals": [ROLE, ACCOUNT],
            "transfersPerSecond": 9,
            "quotas": {"ListAssociatedContacts": {"rate": 10, "burst": 10}},
        },
    )


def _by_sid(document: Any) -> dict[str, Any]:
    return {statement["Sid"]: statement for statement in document["Statement"] if "Sid" in statement}


def test_several_instances_share_one_deployment_and_nothing_else_is_permitted(rich: Assembly) -> None:
    statements = _by_sid(rich.one("IAM::Policy", "Worker")["PolicyDocument"])
    assert statements["Instances"]["Resource"] == [INSTANCE, OTHER]
    assert statements["Contacts"]["Resource"] == [f"{INSTANCE}/contact/*", f"{OTHER}/contact/*"]
    variables = rich.one("Lambda::Function", "Worker")["Environment"]["Variables"]
    assert variables["INSTANCE_ARNS"] == f"{INSTANCE},{OTHER}"


def test_named_flows_are_the_only_ones_permitted(rich: Assembly) -> None:
    flows = _by_sid(rich.one("IAM::Policy", "Worker")["PolicyDocument"])["Flows"]
    expected = [f"{instance}/contact-flow/{flow}" for instance in (INSTANCE, OTHER) for flow in ("flow-1", "flow-2")]
    assert sorted(flows["Resource"]) == sorted(expected)
    assert flows["Action"] == ["connect:DescribeContactFlow", "connect:TransferContact"]


@pytest.mark.parametrize("queue", ["Transfers", "Urgent"])
def test_producers_may_send_to_the_lanes_queues_and_nothing_more(rich: Assembly, queue: str) -> None:
    statement = _by_sid(rich.one("SQS::QueuePolicy", queue)["PolicyDocument"])["Producers"]
    assert sorted(statement["Action"]) == ["sqs:GetQueueUrl", "sqs:SendMessage"]
    assert sorted(statement["Principal"]["AWS"]) == sorted([ROLE, f"arn:aws:iam::{ACCOUNT}:root"])
    assert "Producers" not in _by_sid(rich.one("SQS::QueuePolicy", "DeadLetters")["PolicyDocument"])


def test_producers_use_the_queues_key_through_sqs_alone(rich: Assembly) -> None:
    statement = _by_sid(rich.one("KMS::Key", "KeysQueues")["KeyPolicy"])["ProducersViaSqs"]
    assert sorted(statement["Action"]) == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert statement["Condition"] == {"StringEquals": {"kms:ViaService": "sqs.us-east-1.amazonaws.com"}}
    assert sorted(statement["Principal"]["AWS"]) == sorted([ROLE, f"arn:aws:iam::{ACCOUNT}:root"])
    assert "ProducersViaSqs" not in _by_sid(rich.one("KMS::Key", "KeysData")["KeyPolicy"])


def test_producers_put_requests_and_cancellations_on_the_bus_and_no_other_detail_type(rich: Assembly) -> None:
    statement = _by_sid(rich.one("Events::EventBus")["Policy"])["RequestsFromProducers"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "events:PutEvents")
    assert statement["Principal"] == {"AWS": [ROLE, f"arn:aws:iam::{ACCOUNT}:root"]}
    assert statement["Condition"] == {
        "ForAllValues:StringEquals": {
            "events:detail-type": ["Contact Transfer Requested", "Contact Transfer Cancel Requested"]
        },
        "Null": {"events:detail-type": "false"},
    }
    assert statement["Resource"].endswith(":event-bus/ContactTransfer-variant")


def test_more_pace_is_more_workers_on_both_sides(rich: Assembly) -> None:
    mappings = [m["Properties"] for name, m in rich.of_type("Lambda::EventSourceMapping").items() if "Worker" in name]
    assert [mapping["ScalingConfig"]["MaximumConcurrency"] for mapping in mappings] == [5, 5]
    variables = rich.one("Lambda::Function", "Worker")["Environment"]["Variables"]
    assert (variables["MAXIMUM_CONCURRENCY"], variables["TRANSFERS_PER_SECOND"]) == ("5", "9")


def test_no_acknowledgement_is_stale_when_flows_are_named(rich: Assembly) -> None:
    found = [found for plugin in rich.report()["pluginReports"] for found in plugin["suppressedViolations"]]
    assert {(f["acknowledgedAt"], f["acknowledgedId"]) for f in found} == rich.acknowledgements()
    assert not [id_ for _, id_ in rich.acknowledgements() if "contact-flow" in id_]


def test_another_partition_and_region_is_carried_through(synthesize: Synthesize) -> None:
    arn = "arn:aws-us-gov:connect:us-gov-west-1:123456789012:instance/11111111-2222-4333-8444-555555555555"
    made = synthesize("gov", {"instanceArns": [arn], "producerPrincipals": [ACCOUNT]})
    policy = made.one("Events::EventBus")["Policy"]
    assert _by_sid(policy)["RequestsFromProducers"]["Principal"] == {"AWS": [f"arn:aws-us-gov:iam::{ACCOUNT}:root"]}
    rules = _by_sid(made.one("SQS::QueuePolicy", "Transfers")["PolicyDocument"])["EventBridgeRules"]
    assert rules["Condition"]["ArnEquals"]["aws:SourceArn"][0].startswith("arn:aws-us-gov:events:us-gov-west-1:")
    producers = _by_sid(made.one("SQS::QueuePolicy", "Transfers")["PolicyDocument"])["Producers"]
    assert producers["Principal"] == {"AWS": f"arn:aws-us-gov:iam::{ACCOUNT}:root"}
