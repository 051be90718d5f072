"""The two customer-managed keys: one for the queues, one for the rest. Rotated each year, kept when the stack goes.

The settings may name existing keys in their place; docs/deployments.md has what their policies must allow.

Key policies name rules, alarms and log groups by ARNs written by hand: the resources refer to the key, so references back
would close a circle. That is why those resources have fixed names. (The account's own statement, which lets IAM policies
grant the use of the key, comes with the construct.)
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from contact_transfer_cdk.policies.retention import KEPT
from contact_transfer_cdk.settings.model import DeploymentSettings


class Keys(Construct):
    """``queues`` encrypts the queues; ``data`` the ledger, the log groups, the archive and the alarms' topic."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: DeploymentSettings,
        rule_arns: Sequence[str],
        archive_bus_arn: str,
    ) -> None:
        super().__init__(scope, id_)
        self._settings = settings
        self.queues = self._key("Queues", "queues", settings.queue_key_arn)
        self.data = self._key("Data", "ledger, logs, archive, alarms", settings.data_key_arn)
        if settings.queue_key_arn is None:
            self.queues.add_alias(f"alias/{settings.prefix}-queues")
        self._admit_rules(rule_arns)
        self._admit_producers()
        self._admit_archive(archive_bus_arn)
        self._admit_logs()
        self._admit_alarms()

    def _key(self, id_: str, what: str, existing_arn: str | None) -> kms.IKey:
        if existing_arn is not None:  # its policy is its owner's: what the methods below add to it goes nowhere
            return kms.Key.from_key_arn(self, id_, existing_arn)
        return kms.Key(
            self,
            id_,
            description=f"{self._settings.prefix}: {what}",
            enable_key_rotation=True,
            removal_policy=KEPT,
        )

    def _admit_rules(self, rule_arns: Sequence[str]) -> None:
        """EventBridge writes to encrypted queues for exactly these rules."""
        self.queues.add_to_resource_policy(
            iam.PolicyStatement(
                sid="EventBridgeRules",
                principals=[iam.ServicePrincipal("events.amazonaws.com")],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],  # in a key policy: this key
                conditions={"ArnEquals": {"aws:SourceArn": list(rule_arns)}},
            )
        )

    def _admit_producers(self) -> None:
        """Named producers use the key through SQS alone; sending takes both actions."""
        if not self._settings.producer_principals:
            return
        self.queues.add_to_resource_policy(
            iam.PolicyStatement(
                sid="ProducersViaSqs",
                principals=producers(self._settings),
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions={"StringEquals": {"kms:ViaService": f"sqs.{self._settings.place.region}.amazonaws.com"}},
            )
        )

    def _admit_archive(self, bus_arn: str) -> None:
        """Source: EventBridge user guide, "Encrypting archives": its context holds the bus; DescribeKey has none."""
        service = iam.ServicePrincipal("events.amazonaws.com")
        self.data.add_to_resource_policy(
            iam.PolicyStatement(
                sid="EventBridgeArchive",
                principals=[service],
                actions=["kms:GenerateDataKey", "kms:Decrypt", "kms:ReEncrypt*"],
                resources=["*"],
                conditions={"StringEquals": {"kms:EncryptionContext:aws:events:event-bus:arn": bus_arn}},
            )
        )
        self.data.add_to_resource_policy(
            iam.PolicyStatement(
                sid="EventBridgeLooksAtTheKey",
                principals=[service],
                actions=["kms:DescribeKey"],
                resources=["*"],
            )
        )

    def _admit_logs(self) -> None:
        """CloudWatch Logs, for the log groups of this deployment."""
        place = self._settings.place
        self.data.add_to_resource_policy(
            iam.PolicyStatement(
                sid="LogGroups",
                principals=[iam.ServicePrincipal(f"logs.{place.region}.amazonaws.com")],
                actions=["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"],
                resources=["*"],
                conditions={
                    "ArnLike": {
                        "kms:EncryptionContext:aws:logs:arn": place.arn(
                            "logs", f"log-group:{log_group_name(self._settings, '*')}"
                        )
                    }
                },
            )
        )

    def _admit_alarms(self) -> None:
        """CloudWatch publishes to an encrypted topic for the alarms of this deployment, which all begin with its name.

        Assumed: whether KMS receives the alarm's ARN is not documented, so the condition holds only where it does. The topic's own
        policy names the alarms in any case.
        """
        self.data.add_to_resource_policy(
            iam.PolicyStatement(
                sid="Alarms",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=["*"],
                conditions={
                    "ArnLikeIfExists": {
                        "aws:SourceArn": self._settings.place.arn("cloudwatch", f"alarm:{self._settings.prefix}-*")
                    }
                },
            )
        )


def log_group_name(settings: DeploymentSettings, function: str) -> str:
    """The log group of ``function``, one of the deployment's."""
    return f"/contact-transfer/{settings.name}/{function}"


def producers(settings: DeploymentSettings) -> list[iam.IPrincipal]:
    """The named producers as principals: an account id stands for whom that account lets."""
    return [
        iam.AccountPrincipal(principal) if principal.isdigit() else iam.ArnPrincipal(principal)
        for principal in settings.producer_principals
    ]
