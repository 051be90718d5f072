"""Held requests: a group of EventBridge Scheduler for their schedules, and the role with which it sends them.

Group and role are kept when the stack goes, as the queues are: a request that is held then still reaches the queue that is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from contact_transfer_cdk.policies.permissions import scheduled_sending
from contact_transfer_cdk.policies.retention import KEPT
from contact_transfer_cdk.settings.model import DeploymentSettings


def group_name(settings: DeploymentSettings) -> str:
    """Fixed, because the role's policy names the group, and an update must find the schedules in it."""
    return settings.prefix


def group_arn(settings: DeploymentSettings) -> str:
    """The ARN of the deployment's schedule group."""
    return settings.place.arn("scheduler", f"schedule-group/{group_name(settings)}")


def schedules_arn(settings: DeploymentSettings) -> str:
    """Every schedule of the group."""
    return settings.place.arn("scheduler", f"schedule/{group_name(settings)}/*")


class Schedules(Construct):
    """``group`` holds the schedules; ``role`` is what EventBridge Scheduler sends with."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: DeploymentSettings,
        queues: Sequence[sqs.IQueue],
        key: kms.IKey,
    ) -> None:
        """``queues``: those that it may send to. ``key``: what encrypts them."""
        super().__init__(scope, id_)
        self.group = scheduler.CfnScheduleGroup(self, "Group", name=group_name(settings))
        self.group.apply_removal_policy(KEPT)
        place = settings.place
        self.role = iam.Role(
            self,
            "Role",
            # Source: EventBridge Scheduler user guide, "Confused deputy prevention": the group's ARN, never a schedule's.
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": place.account},
                    "ArnEquals": {"aws:SourceArn": group_arn(settings)},
                },
            ),
            description=f"{settings.prefix}: sends held requests when they are due",
            inline_policies={"Send": iam.PolicyDocument(statements=scheduled_sending(queues, key, place.region))},
        )
        self.role.apply_removal_policy(KEPT)
