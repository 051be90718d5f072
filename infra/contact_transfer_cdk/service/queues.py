"""The transfer queue and its dead-letter queue: encrypted, TLS only, kept when the stack goes."""

from __future__ import annotations

from collections.abc import Sequence

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
        source_arn = settings.place.arn("sqs", name)
        self.dead_letters = sqs.Queue(
            self,
            "DeadLetters",
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            data_key_reuse=Duration.hours(1),
            enforce_ssl=True,
            retention_period=Duration.days(sizing.dead_letter_retention_days),
            redrive_allow_policy=sqs.RedriveAllowPolicy(
                redrive_permission=sqs.RedrivePermission.BY_QUEUE,
                source_queues=[sqs.Queue.from_queue_arn(self, "Source", source_arn)],
            ),
            removal_policy=KEPT,
        )
        self.transfers = sqs.Queue(
            self,
            "Transfers",
            queue_name=name,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            data_key_reuse=Duration.hours(1),
            enforce_ssl=True,
            retention_period=Duration.days(sizing.transfer_retention_days),
            visibility_timeout=Duration.seconds(sizing.visibility_timeout_seconds),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=sizing.maximum_receive_count
            ),
            removal_policy=KEPT,
        )
        admit_rules(self.transfers, rule_arns)
        admit_rules(self.dead_letters, rule_arns)  # what EventBridge could not deliver
        if settings.producer_principals:
            self.transfers.add_to_resource_policy(
                iam.PolicyStatement(
                    sid="Producers",
                    principals=producers(settings),
                    actions=["sqs:SendMessage", "sqs:GetQueueUrl"],
                    resources=[self.transfers.queue_arn],
                )
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
