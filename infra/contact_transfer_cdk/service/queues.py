"""The queues of the two lanes and their dead-letter queue: encrypted, TLS only, kept when the stack goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from contact_transfer.request.lanes import Lane
from contact_transfer_cdk.policies.keys import producers
from contact_transfer_cdk.policies.retention import KEPT
from contact_transfer_cdk.settings.model import DeploymentSettings


class Queues(Construct):
    """``transfers`` and ``urgent`` are where requests wait, one for each lane; ``dead_letters`` is where every failure ends."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: DeploymentSettings,
        key: kms.IKey,
        rule_arns: Mapping[Lane, Sequence[str]],
    ) -> None:
        """``rule_arns``: the rules that send to each lane's queue."""
        super().__init__(scope, id_)
        self._settings, self._key = settings, key
        names = (f"{settings.prefix}-transfers", f"{settings.prefix}-urgent")
        self.dead_letters = self._dead_letters(names)
        self.transfers, self.urgent = self._lane("Transfers", names[0]), self._lane("Urgent", names[1])
        admit_rules(self.transfers, rule_arns[Lane.NORMAL])
        admit_rules(self.urgent, rule_arns[Lane.URGENT])
        undelivered = [arn for arns in rule_arns.values() for arn in arns]
        admit_rules(self.dead_letters, undelivered)

    @property
    def lanes(self) -> tuple[sqs.Queue, sqs.Queue]:
        """The queues that feed the worker."""
        return self.transfers, self.urgent

    def _dead_letters(self, names: tuple[str, str]) -> sqs.Queue:
        # It says which queues may use it, and they refer to it: their names close no circle.
        sources = [
            sqs.Queue.from_queue_arn(self, id_, self._settings.place.arn("sqs", name))
            for id_, name in zip(("Source", "UrgentSource"), names, strict=True)
        ]
        by_queue = sqs.RedrivePermission.BY_QUEUE
        return encrypted_queue(
            self,
            "DeadLetters",
            self._key,
            self._settings.sizing.dead_letter_retention_days,
            redrive_allow_policy=sqs.RedriveAllowPolicy(redrive_permission=by_queue, source_queues=sources),
        )

    def _lane(self, id_: str, name: str) -> sqs.Queue:
        sizing = self._settings.sizing
        queue = encrypted_queue(
            self,
            id_,
            self._key,
            sizing.transfer_retention_days,
            queue_name=name,
            visibility_timeout=Duration.seconds(sizing.visibility_timeout_seconds),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=sizing.maximum_receive_count
            ),
        )
        if self._settings.producer_principals:
            queue.add_to_resource_policy(
                iam.PolicyStatement(
                    sid="Producers",
                    principals=producers(self._settings),
                    actions=["sqs:SendMessage", "sqs:GetQueueUrl"],
                    resources=[queue.queue_arn],
                )
            )
        return queue


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
