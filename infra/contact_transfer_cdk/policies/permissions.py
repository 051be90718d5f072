"""What the worker's role may do: its own calls, on the named things. Written by hand, because grants of the CDK give more."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs

from contact_transfer_cdk.policies.calls import (
    CONFIRM_CALLS,
    FLOW_CALLS,
    MAPPING_CALLS,
    SWEEP_CALLS,
    WORKER_CALLS,
    Calls,
    action,
)
from contact_transfer_cdk.settings.model import DeploymentSettings
from contact_transfer_cdk.settings.policy_checks import flow_arns

# What DynamoDB does with the key for a caller that reads and writes the table. Source: DynamoDB developer guide, "Authorizing use
# of your customer managed key"; its wildcards are written out.
_TABLE_KEY_ACTIONS = ("Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo")


def connect_statements(settings: DeploymentSettings) -> list[iam.PolicyStatement]:
    """TransferContact is authorized on contact, flow and instance, all three; there is no resource for queue or agent.

    Contacts cannot be named beforehand, so each instance's contacts are ``contact/*``; its flows are named when the
    deployment lists the allowed ones.
    """
    return [
        _allow(
            "Contacts",
            ["connect:DescribeContact", "connect:ListAssociatedContacts", "connect:TransferContact"],
            [instance.within("contact", "*") for instance in settings.instances],
        ),
        *(
            _allow(f"Flows{number or ''}", ["connect:DescribeContactFlow", "connect:TransferContact"], arns)
            for number, arns in enumerate(flow_arns(settings))
        ),
        _allow("Instances", ["connect:TransferContact"], [instance.arn for instance in settings.instances]),
    ]


def queue_statements(
    lanes: Sequence[sqs.IQueue], dead_letters: sqs.IQueue, key: kms.IKey, region: str
) -> list[iam.PolicyStatement]:
    """Receive from the lanes' queues, change visibility there, see what waits there, and send: to the dead-letter queue, and what
    came through the other lane to its own. (A mapping needs ``sqs:GetQueueAttributes``, as the worker's look does.)
    """
    own = [queue.queue_arn for queue in lanes]
    return [
        _allow("LaneQueues", [*MAPPING_CALLS, "sqs:ChangeMessageVisibility"], own),
        _allow("Sending", ["sqs:SendMessage"], [*own, dead_letters.queue_arn]),
        _via("QueuesKey", ["kms:Decrypt", "kms:GenerateDataKey"], key, f"sqs.{region}.amazonaws.com"),
    ]


def sending_statements(lanes: Sequence[sqs.IQueue], key: kms.IKey, region: str) -> list[iam.PolicyStatement]:
    """Send to the lanes' queues."""
    return [
        _allow("LaneQueues", _actions("sqs", FLOW_CALLS), [queue.queue_arn for queue in lanes]),
        _via("QueuesKey", ["kms:Decrypt", "kms:GenerateDataKey"], key, f"sqs.{region}.amazonaws.com"),
    ]


def search_statement(settings: DeploymentSettings) -> iam.PolicyStatement:
    """Search contacts of the deployment's instances. Source: service authorization reference, SearchContacts."""
    return _allow("Search", _actions("connect", SWEEP_CALLS), [instance.arn for instance in settings.instances])


def receiving_statements(queue: sqs.IQueue, key: kms.IKey, region: str) -> list[iam.PolicyStatement]:
    """Receive from the confirmation queue and change visibility there."""
    return [
        _allow("ConfirmationQueue", [*MAPPING_CALLS, *_actions("sqs", CONFIRM_CALLS)], [queue.queue_arn]),
        _via("QueuesKey", ["kms:Decrypt"], key, f"sqs.{region}.amazonaws.com"),
    ]


def ledger_statements(table: dynamodb.ITable, key: kms.IKey, region: str) -> list[iam.PolicyStatement]:
    """Read and replace single items; nothing of the index, which only operators read."""
    actions = [f"dynamodb:{call}" for call in sorted(WORKER_CALLS["dynamodb"])]
    return [
        _allow("Ledger", actions, [table.table_arn]),
        _via("LedgerKey", [f"kms:{action}" for action in _TABLE_KEY_ACTIONS], key, f"dynamodb.{region}.amazonaws.com"),
    ]


def schedule_statements(schedules_arn: str, role_arn: str) -> list[iam.PolicyStatement]:
    """Make schedules in the deployment's group, and hand EventBridge Scheduler the role that they send with."""
    return [
        _allow("Schedules", _actions("scheduler", WORKER_CALLS), [schedules_arn]),
        iam.PolicyStatement(
            sid="ScheduleRole",
            actions=["iam:PassRole"],
            resources=[role_arn],
            conditions={"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}},
        ),
    ]


def scheduled_sending(queues: Sequence[sqs.IQueue], key: kms.IKey, region: str) -> list[iam.PolicyStatement]:
    """What EventBridge Scheduler may do for the deployment: send to these queues."""
    return [
        _allow("Queues", ["sqs:SendMessage"], [queue.queue_arn for queue in queues]),
        _via("QueuesKey", ["kms:Decrypt", "kms:GenerateDataKey"], key, f"sqs.{region}.amazonaws.com"),
    ]


def bus_statement(bus_arn: str) -> iam.PolicyStatement:
    """Publish outcomes on the deployment's bus."""
    return _allow("Outcomes", ["events:PutEvents"], [bus_arn])


def log_statement(group: logs.ILogGroup) -> iam.PolicyStatement:
    """Write to the function's own log group, which the stack made."""
    return _allow("Logs", ["logs:CreateLogStream", "logs:PutLogEvents"], [group.log_group_arn])


def _actions(service: str, calls: Calls) -> list[str]:
    return [action(service, call) for call in sorted(calls[service])]


def _allow(sid: str, actions: list[str], resources: list[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(sid=sid, actions=actions, resources=resources)


def _via(sid: str, actions: list[str], key: kms.IKey, service: str) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid=sid, actions=actions, resources=[key.key_arn], conditions={"StringEquals": {"kms:ViaService": service}}
    )
