"""The EventBridge door: the deployment's bus, who may put events on it, the rule to the transfer queue, the archive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from contact_transfer.request.event_types import REQUESTED
from contact_transfer_cdk.service.queue_rule import Destination, queue_rule
from contact_transfer_cdk.service.rules import bus_arn, bus_name, rule_name
from contact_transfer_cdk.settings.model import DeploymentSettings

SOURCE = "contact-transfer"


def archive_name(settings: DeploymentSettings) -> str:
    """The deployment's alone: an archive's name has at most 48 characters, and EventBridge names a rule of its own after it."""
    return settings.prefix


class Doors(Construct):
    """``bus`` takes requests from other sources and carries the worker's outcomes."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: DeploymentSettings,
        to: Destination,
        archive_key: kms.IKey,
        roles: Sequence[iam.IRole],
    ) -> None:
        """``roles``: who speaks as the service."""
        super().__init__(scope, id_)
        # The policy is part of the bus, so there is no moment in which the bus exists without it.
        self.bus = events.CfnEventBus(
            self,
            "Bus",
            name=bus_name(settings),
            description="Contact transfers: requests and outcomes",
            policy=_bus_policy(settings, [role.role_arn for role in roles]),
        )
        self.rule = queue_rule(
            self,
            "Requests",
            name=rule_name(settings),
            description="Transfer requests to the transfer queue",
            pattern=_pattern(),
            to=to,
            bus=self.bus,
        )
        events.CfnArchive(
            self,
            "Archive",
            archive_name=archive_name(settings),
            description="Requests that came over the bus, to be replayed",
            source_arn=self.bus.attr_arn,
            event_pattern=_pattern(),
            kms_key_identifier=archive_key.key_arn,
            retention_days=Duration.days(settings.sizing.archive_retention_days).to_days(),
        )


def _pattern() -> dict[str, Any]:
    # Without an asterisk a wildcard is an exact match: one condition for both, because alternatives would be joined by "or".
    return {"detail-type": [REQUESTED], "source": [{"anything-but": {"wildcard": [SOURCE, "aws.*"]}}]}


def _bus_policy(settings: DeploymentSettings, role_arns: Sequence[str]) -> dict[str, Any]:
    """Nobody but these roles speaks as the service; named producers may ask for transfers and nothing else."""
    statements: list[dict[str, Any]] = [
        {
            "Sid": "OutcomesFromTheServiceAlone",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "events:PutEvents",
            "Resource": bus_arn(settings),
            "Condition": {
                # The key holds the sources of all entries of a call: one of them is enough for the refusal.
                "ForAnyValue:StringEquals": {"events:source": SOURCE},
                "ArnNotEquals": {"aws:PrincipalArn": list(role_arns)},
            },
        }
    ]
    if settings.producer_principals:
        statements.append(
            {
                "Sid": "RequestsFromProducers",
                "Effect": "Allow",
                "Principal": {"AWS": [_principal_arn(settings, name) for name in settings.producer_principals]},
                "Action": "events:PutEvents",
                "Resource": bus_arn(settings),
                # One or more entries, all of this type. (Assumed: the key holds the types of all entries of a call.)
                "Condition": {
                    "ForAllValues:StringEquals": {"events:detail-type": REQUESTED},
                    "Null": {"events:detail-type": "false"},
                },
            }
        )
    return {"Version": "2012-10-17", "Statement": statements}


def _principal_arn(settings: DeploymentSettings, name: str) -> str:
    return f"arn:{settings.place.partition}:iam::{name}:root" if name.isdigit() else name
