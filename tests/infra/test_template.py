"""The template says what the contract and the design promise; each test is one promise."""

from __future__ import annotations

import json
import re

import pytest

from .conftest import Assembly

pytestmark = [pytest.mark.synth, pytest.mark.xdist_group("synth")]

KEPT = ("SQS::Queue", "DynamoDB::Table", "KMS::Key")


@pytest.mark.parametrize("kind", KEPT)
def test_queues_table_and_keys_outlive_the_stack(assembly: Assembly, kind: str) -> None:
    policies = [(r["DeletionPolicy"], r["UpdateReplacePolicy"]) for r in assembly.of_type(kind).values()]
    assert policies
    assert set(policies) == {("RetainExceptOnCreate", "Retain")}


def test_the_ledger_pays_per_request_and_can_be_restored_and_forgets(assembly: Assembly) -> None:
    table = assembly.one("DynamoDB::Table")
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["KeySchema"] == [{"AttributeName": "pk", "KeyType": "HASH"}]
    attributes = {one["AttributeName"]: one["AttributeType"] for one in table["AttributeDefinitions"]}
    assert attributes == {"pk": "S", "inDoubtInstance": "S", "inDoubtSince": "N", "batchKey": "S"}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert table["SSESpecification"]["KMSMasterKeyId"]["Fn::GetAtt"][0] == assembly.logical("KMS::Key", "KeysData")
    assert table["DeletionProtectionEnabled"] is True


def test_what_is_likely_to_fail_comes_before_the_protected_table(assembly: Assembly) -> None:
    """A table that is protected from deletion would outlive a first deployment that is rolled back."""
    (name,) = assembly.of_type("DynamoDB::Table")
    before = set(assembly.template["Resources"][name]["DependsOn"])
    for kind in ("Connect::IntegrationAssociation", "Events::EventBus", "Events::Archive"):
        assert set(assembly.of_type(kind)) <= before


def test_contacts_in_doubt_and_those_of_a_batch_are_listed_by_indexes_of_keys_alone(assembly: Assembly) -> None:
    in_doubt, batch = assembly.one("DynamoDB::Table")["GlobalSecondaryIndexes"]
    assert in_doubt == {
        "IndexName": "in-doubt",
        "KeySchema": [
            {"AttributeName": "inDoubtInstance", "KeyType": "HASH"},
            {"AttributeName": "inDoubtSince", "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    assert batch == {
        "IndexName": "batch",
        "KeySchema": [{"AttributeName": "batchKey", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }


REQUESTS = {
    "detail-type": ["Contact Transfer Requested"],
    "source": [{"anything-but": {"wildcard": ["contact-transfer", "aws.*"]}}],
}


def test_the_rules_take_requests_of_every_source_but_the_service_and_aws_each_of_its_lane(assembly: Assembly) -> None:
    """What is not urgent, right or wrong, goes to the transfer queue: nothing is lost between the two."""
    rest = {"priority": [{"exists": False}, {"anything-but": ["urgent"]}]}
    assert assembly.one("Events::Rule", "EventsRequests")["EventPattern"] == {**REQUESTS, "detail": rest}
    urgent = {"priority": ["urgent"]}
    assert assembly.one("Events::Rule", "UrgentRequests")["EventPattern"] == {**REQUESTS, "detail": urgent}


def test_cancellations_do_not_wait_behind_what_they_call_off(assembly: Assembly) -> None:
    rule = assembly.one("Events::Rule", "Cancellations")
    assert rule["EventPattern"] == REQUESTS | {"detail-type": ["Contact Transfer Cancel Requested"]}


@pytest.mark.parametrize(
    ("rule", "queue"), [("EventsRequests", "Transfers"), ("UrgentRequests", "Urgent"), ("Cancellations", "Urgent")]
)
def test_what_eventbridge_cannot_deliver_in_a_day_goes_to_the_dead_letter_queue(
    assembly: Assembly, rule: str, queue: str
) -> None:
    (target,) = assembly.one("Events::Rule", rule)["Targets"]
    assert target["Arn"] == assembly.arn("SQS::Queue", queue)
    assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}
    assert target["DeadLetterConfig"]["Arn"] == assembly.arn("SQS::Queue", "DeadLetters")


def test_the_archive_may_look_at_the_key_as_in_eventbridges_own_example(assembly: Assembly) -> None:
    statements = assembly.one("KMS::Key", "KeysData")["KeyPolicy"]["Statement"]
    (looking,) = [s for s in statements if s["Action"] == "kms:DescribeKey"]
    assert looking["Principal"] == {"Service": "events.amazonaws.com"}
    assert "Condition" not in looking


def test_every_rule_comes_after_the_policies_that_let_it_send(assembly: Assembly) -> None:
    """EventBridge does not retry what is not permitted: a rule that came first would lose its first events."""
    for rule in assembly.of_type("Events::Rule").values():
        (target,) = rule["Properties"]["Targets"]
        queues = [target["Arn"]["Fn::GetAtt"][0], target["DeadLetterConfig"]["Arn"]["Fn::GetAtt"][0]]
        policies = {
            name
            for name, policy in assembly.of_type("SQS::QueuePolicy").items()
            if policy["Properties"]["Queues"][0]["Ref"] in queues
        }
        assert len(policies) == 2
        assert policies <= set(rule["DependsOn"])


def test_nobody_but_worker_and_confirmation_speak_as_the_service_on_the_bus(assembly: Assembly) -> None:
    (statement,) = assembly.one("Events::EventBus")["Policy"]["Statement"]
    roles = [assembly.logical("IAM::Role", name) for name in ("Worker", "Confirmation")]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "events:PutEvents")
    assert statement["Condition"] == {
        "ForAnyValue:StringEquals": {"events:source": "contact-transfer"},
        "ArnNotEquals": {"aws:PrincipalArn": [{"Fn::GetAtt": [role, "Arn"]} for role in roles]},
    }


def test_requests_on_the_bus_are_archived(assembly: Assembly) -> None:
    archive = assembly.one("Events::Archive")
    assert archive["SourceArn"] == assembly.arn("Events::EventBus")
    assert archive["EventPattern"] == REQUESTS
    assert archive["RetentionDays"] == 14
    assert archive["KmsKeyIdentifier"]["Fn::GetAtt"][0] == assembly.logical("KMS::Key", "KeysData")


def test_the_worker_is_an_arm_function_that_traces_and_logs_json_to_its_own_group(assembly: Assembly) -> None:
    function = assembly.one("Lambda::Function", "Worker")
    assert function["Handler"] == "contact_transfer.worker.handler"
    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == ["arm64"]
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert function["LoggingConfig"]["LogFormat"] == "JSON"
    group = assembly.logical("Logs::LogGroup", "Worker")
    assert function["LoggingConfig"]["LogGroup"] == {"Ref": group}
    assert assembly.one("Logs::LogGroup", "Worker")["RetentionInDays"] == 90
    assert assembly.one("Logs::LogGroup", "Worker")["KmsKeyId"]["Fn::GetAtt"][0] == assembly.logical(
        "KMS::Key", "KeysData"
    )


@pytest.mark.parametrize(("name", "queue"), [("WorkerMapping", "Transfers"), ("WorkerUrgentMapping", "Urgent")])
def test_a_mapping_reports_items_and_is_held_by_its_concurrency_and_deletes_nothing_unseen(
    assembly: Assembly, name: str, queue: str
) -> None:
    mapping = assembly.one("Lambda::EventSourceMapping", name)
    assert mapping["BatchSize"] == 1
    assert mapping.get("MaximumBatchingWindowInSeconds", 0) == 0
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 2}
    assert "FilterCriteria" not in mapping
    assert mapping["EventSourceArn"] == assembly.arn("SQS::Queue", queue)


def test_the_mapping_comes_after_the_permissions_that_it_needs(assembly: Assembly) -> None:
    policy = assembly.logical("IAM::Policy", "Worker")
    assert policy in assembly.one_resource("Lambda::Function", "Worker")["DependsOn"]


def test_an_alarm_rings_while_a_dead_letter_is_visible(assembly: Assembly) -> None:
    alarm = assembly.one("CloudWatch::Alarm", "ObservabilityDeadLetters")
    assert alarm["MetricName"] == "ApproximateNumberOfMessagesVisible"
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)
    assert alarm["AlarmName"].startswith("ContactTransfer-local-")


def test_outputs_are_the_contracts(assembly: Assembly) -> None:
    queue, urgent = (assembly.logical("SQS::Queue", name) for name in ("Transfers", "Urgent"))
    outputs = {name: output["Value"] for name, output in assembly.template["Outputs"].items()}
    bus, table = assembly.logical("Events::EventBus"), assembly.logical("DynamoDB::Table")
    failed = assembly.logical("SQS::Queue", "ConfirmationFailed")
    assert outputs == {
        "EventBusArn": {"Fn::GetAtt": [bus, "Arn"]},
        "QueueKeyArn": assembly.arn("KMS::Key", "KeysQueues"),
        "LedgerTableArn": {"Fn::GetAtt": [table, "Arn"]},
        "ConfirmationDeadLetterQueueUrl": {"Ref": failed},
        "TransferQueueUrl": {"Ref": queue},
        "TransferQueueArn": {"Fn::GetAtt": [queue, "Arn"]},
        "UrgentQueueUrl": {"Ref": urgent},
        "UrgentQueueArn": {"Fn::GetAtt": [urgent, "Arn"]},
        "DeadLetterQueueUrl": {"Ref": assembly.logical("SQS::Queue", "DeadLetters")},
        "EventBusName": {"Ref": bus},
        "LedgerTableName": {"Ref": table},
        "WorkerFunctionName": {"Ref": assembly.logical("Lambda::Function", "Worker")},
        "FlowFunctionArn": assembly.arn("Lambda::Function", "Flow"),
    }


def test_the_queues_key_has_an_alias_that_names_the_deployment(assembly: Assembly) -> None:
    alias = assembly.one("KMS::Alias")
    assert alias["AliasName"] == "alias/ContactTransfer-local-queues"
    assert alias["TargetKeyId"] == assembly.arn("KMS::Key", "KeysQueues")


def test_there_is_no_custom_resource(assembly: Assembly) -> None:
    kinds = {resource["Type"] for resource in assembly.template["Resources"].values()}
    assert not [kind for kind in kinds if kind.startswith("Custom::") or "CustomResource" in kind]
    assert len(assembly.of_type("Lambda::Function")) == 3


def test_no_permission_is_a_wildcard_but_those_with_a_reason(assembly: Assembly) -> None:
    texts = re.findall(r'"([^"]*\*)"', json.dumps(assembly.one("IAM::Policy", "Worker")["PolicyDocument"]))
    instance = "arn:aws:connect:us-east-1:000000000000:instance/3f1c2b9e-5a7d-4c1e-9b60-8d2f4e6a7c11"
    schedules = "arn:aws:scheduler:us-east-1:000000000000:schedule/ContactTransfer-local/*"
    assert sorted(texts) == sorted(["*", f"{instance}/contact/*", f"{instance}/contact-flow/*", schedules])
