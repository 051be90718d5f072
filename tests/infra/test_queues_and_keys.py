"""The queues and keys of the template: what they keep, and whom they let in."""

from __future__ import annotations

import pytest

from .conftest import Assembly

pytestmark = [pytest.mark.synth, pytest.mark.xdist_group("synth")]

RULE = "arn:aws:events:us-east-1:000000000000:rule/ContactTransfer-local/ContactTransfer-local-requests"
URGENT_RULE = "arn:aws:events:us-east-1:000000000000:rule/ContactTransfer-local/ContactTransfer-local-urgent-requests"
CANCELLATIONS = "arn:aws:events:us-east-1:000000000000:rule/ContactTransfer-local/ContactTransfer-local-cancellations"
ARRIVALS = "arn:aws:events:us-east-1:000000000000:rule/ContactTransfer-local-arrivals"


@pytest.mark.parametrize("name", ["Transfers", "Urgent"])
def test_a_lanes_queue_waits_seven_days_and_gives_up_after_a_thousand_receives(assembly: Assembly, name: str) -> None:
    queue = assembly.one("SQS::Queue", name)
    assert queue["MessageRetentionPeriod"] == 7 * 86400
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 1000
    dead = assembly.logical("SQS::Queue", "DeadLetters")
    assert queue["RedrivePolicy"]["deadLetterTargetArn"] == {"Fn::GetAtt": [dead, "Arn"]}


def test_the_lanes_queues_differ_in_nothing_but_their_names(assembly: Assembly) -> None:
    normal, urgent = (assembly.one("SQS::Queue", name) for name in ("Transfers", "Urgent"))
    assert (normal["QueueName"], urgent["QueueName"]) == (
        "ContactTransfer-local-transfers",
        "ContactTransfer-local-urgent",
    )
    assert {**normal, "QueueName": ""} == {**urgent, "QueueName": ""}


def test_the_dead_letter_queue_keeps_fourteen_days_and_serves_the_lanes_queues_alone(assembly: Assembly) -> None:
    queue = assembly.one("SQS::Queue", "DeadLetters")
    sources = [assembly.one("SQS::Queue", name)["QueueName"] for name in ("Transfers", "Urgent")]
    assert queue["MessageRetentionPeriod"] == 14 * 86400
    assert queue["RedriveAllowPolicy"] == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": [f"arn:aws:sqs:us-east-1:000000000000:{source}" for source in sources],
    }


@pytest.mark.parametrize("name", ["Transfers", "Urgent", "DeadLetters"])
def test_queues_are_encrypted_with_their_own_key_and_reuse_data_keys_for_an_hour(assembly: Assembly, name: str) -> None:
    queue = assembly.one("SQS::Queue", name)
    assert queue["KmsMasterKeyId"] == assembly.arn("KMS::Key", "KeysQueues")
    assert queue["KmsDataKeyReusePeriodSeconds"] == 3600


@pytest.mark.parametrize("name", ["Transfers", "Urgent", "DeadLetters"])
def test_queues_take_tls_only(assembly: Assembly, name: str) -> None:
    statements = assembly.one("SQS::QueuePolicy", name)["PolicyDocument"]["Statement"]
    refusals = [s for s in statements if s["Effect"] == "Deny"]
    assert [(s["Action"], s["Principal"], s["Condition"]) for s in refusals] == [
        ("sqs:*", {"AWS": "*"}, {"Bool": {"aws:SecureTransport": "false"}})
    ]


SENDERS = {
    "Transfers": [RULE],
    "Urgent": [URGENT_RULE, CANCELLATIONS],
    "DeadLetters": [RULE, URGENT_RULE, CANCELLATIONS],
}


@pytest.mark.parametrize("name", SENDERS)
def test_eventbridge_sends_to_a_queue_for_its_own_rules_alone(assembly: Assembly, name: str) -> None:
    allowed = [
        s for s in assembly.one("SQS::QueuePolicy", name)["PolicyDocument"]["Statement"] if s["Effect"] == "Allow"
    ]
    assert [(s["Action"], s["Principal"], s["Condition"]) for s in allowed] == [
        ("sqs:SendMessage", {"Service": "events.amazonaws.com"}, {"ArnEquals": {"aws:SourceArn": SENDERS[name]}})
    ]


def test_the_rules_arn_in_the_policies_is_the_rules(assembly: Assembly) -> None:
    bus = assembly.one("Events::EventBus")
    for arn, name in ((RULE, "EventsRequests"), (URGENT_RULE, "UrgentRequests"), (CANCELLATIONS, "Cancellations")):
        rule = assembly.one("Events::Rule", name)
        assert arn.endswith(f":rule/{bus['Name']}/{rule['Name']}")
        assert rule["EventBusName"] == {"Ref": assembly.logical("Events::EventBus")}


def test_the_queues_key_lets_in_the_account_and_eventbridge_and_nobody_else(assembly: Assembly) -> None:
    root, rules = assembly.one("KMS::Key", "KeysQueues")["KeyPolicy"]["Statement"]
    assert root["Principal"] == {"AWS": "arn:aws:iam::000000000000:root"}
    assert rules["Principal"] == {"Service": "events.amazonaws.com"}
    assert rules["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    assert rules["Condition"] == {"ArnEquals": {"aws:SourceArn": [RULE, URGENT_RULE, CANCELLATIONS, ARRIVALS]}}


def test_the_data_key_lets_in_archive_logs_and_alarms_of_this_deployment(assembly: Assembly) -> None:
    policy = assembly.one("KMS::Key", "KeysData")["KeyPolicy"]
    conditions = {s["Sid"]: s["Condition"] for s in policy["Statement"] if "Condition" in s}
    place = "us-east-1:000000000000"
    bus = {"kms:EncryptionContext:aws:events:event-bus:arn": f"arn:aws:events:{place}:event-bus/ContactTransfer-local"}
    logs = {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{place}:log-group:/contact-transfer/local/*"}
    alarms = {"aws:SourceArn": f"arn:aws:cloudwatch:{place}:alarm:ContactTransfer-local-*"}
    assert conditions == {
        "EventBridgeArchive": {"StringEquals": bus},
        "LogGroups": {"ArnLike": logs},
        "Alarms": {"ArnLikeIfExists": alarms},
    }


def test_every_key_is_rotated(assembly: Assembly) -> None:
    assert [k["Properties"]["EnableKeyRotation"] for k in assembly.of_type("KMS::Key").values()] == [True, True]
