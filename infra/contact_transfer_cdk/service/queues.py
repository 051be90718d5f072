"""The transfer queue and its dead-letter queue: encrypted, TLS only, kept when the stack goes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from contact_transfer_cdk.policies.keys import producers
from contact_transfer_cdk.policies.retention import KEPT
from contact_transfer_cdk.settings.model import DeploymentSettings


class Queues(Construct):
    """``transfers`` is where every request waits; ``dead_letters`` where every failure ends."""

    def __init__(
        self, scope: Construct, id_: str, *, settings: DeploymentSettings, key: kms.IKey, rule_arns: Sequence[str]
    ) -> None:
        super().__init__(scope, id_)
        sizing = settings.sizing
        # The dead-letter queue says which queue may use it, and that queue refers to it: the name closes no circle.
        name = f"{settings.prefix}-transfers"
        source = sqs.Queue.from_queue_arn(self, "Source", settings.place.arn("sqs", name))
        self.dead_letters = encrypted_queue(
            self,
            "DeadLetters",
            key,
            sizing.dead_letter_retention_days,
            redrive_allow_policy=sqs.RedriveAllowPolicy(
                redrive_permission=sqs.RedrivePermission.BY_QUEUE, source_queues=[source]
            ),
        )
        self.transfers = encrypted_queue(
            self,
            "Transfers",
            key,
            sizing.transfer_retention_days,
            queue_name=name,
            visibility_timeout=Duration.seconds(sizing.visibility_timeout_seconds),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=sizing.maximum_receive_count
            ),
        )
        admit_rules(self.transfers, rule_arns)
        admit_rules(self.dead_letters, rule_arns)  # what EventBridge could not deliver
        self._admit_producers(settings)

    def _admit_producers(self, settings: DeploymentSettings) -> None:
        if not settings.producer_principals:
            return
        self.transfers.add_to_resource_policy(
            iam.PolicyStatement(
                sid="Producers",
                principals=producers(settings),
                actions=["sqs:SendMessage", "sqs:GetQueueUrl"],
                resources=[self.transfers.queue_arn],
            )
        )


def encrypted_queue(scope: Construct, id_: str, key: kms.IKey, retention_days: int, **more: Any) -> sqs.Queue:
    """A queue that is encrypted with ``key``, takes TLS only, and outlives the stack; ``more`` goes to ``sqs.Queue``."""
    return sqs.Queue(
        scope,
        id_,
        encryption=sqs.QueueEncryption.KMS,
        encryption_master_key=key,
        data_key_reuse=Duration.hours(1),
        enforce_ssl=True,
        retention_period=Duration.days(retention_days),
        removal_policy=KEPT,
        **more,
    )


def admit_rules(queue: sqs.Queue, rule_arns: Sequence[str]) -> None:
    """Let EventBridge send to the queue for these rules and no others (the CDK's own target leaves the rule out)."""
    queue.add_to_resource_policy(
        iam.PolicyStatement(
            sid="EventBridgeRules",
            principals=[iam.ServicePrincipal("events.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[queue.queue_arn],
            conditions={"ArnEquals": {"aws:SourceArn": list(rule_arns)}},
        )
    )
