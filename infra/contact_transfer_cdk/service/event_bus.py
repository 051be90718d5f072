"""The deployment's bus, the rules that take requests from it to the queues of their lanes, and the archive of requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from contact_transfer.messaging.event_bus import SOURCE
from contact_transfer.request.event_types import CANCEL_REQUESTED, REQUESTED
from contact_transfer.request.lanes import Lane
from contact_transfer_cdk.policies.bus import bus_policy
from contact_transfer_cdk.service.queue_rule import Destination, queue_rule
from contact_transfer_cdk.service.rules import bus_name, cancellation_rule_name, rule_name
from contact_transfer_cdk.settings.model import DeploymentSettings


def archive_name(settings: DeploymentSettings) -> str:
    """The deployment's alone: an archive's name has at most 48 characters, and EventBridge names a rule of its own after it."""
    return settings.prefix


class EventBus(Construct):
    """``bus`` takes requests from other sources and carries the worker's outcomes."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: DeploymentSettings,
        to: Mapping[Lane, Destination],
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
            policy=bus_policy(settings, [role.role_arn for role in roles]),
        )
        self._rules(settings, to)
        self._archive(settings, archive_key)

    def _rules(self, settings: DeploymentSettings, to: Mapping[Lane, Destination]) -> None:
        queue_rule(
            self,
            "Requests",
            name=rule_name(settings, Lane.NORMAL),
            description="Transfer requests to the transfer queue",
            # Together with the other rule's: every request, whatever its priority is. A wrong one must be refused, not lost.
            pattern=_pattern(REQUESTED, [{"exists": False}, {"anything-but": [str(Lane.URGENT)]}]),
            to=to[Lane.NORMAL],
            bus=self.bus,
        )
        queue_rule(
            self,
            "UrgentRequests",
            name=rule_name(settings, Lane.URGENT),
            description="Urgent transfer requests to the urgent queue",
            pattern=_pattern(REQUESTED, [str(Lane.URGENT)]),
            to=to[Lane.URGENT],
            bus=self.bus,
        )
        queue_rule(
            self,
            "Cancellations",
            name=cancellation_rule_name(settings),
            description="Cancellations to the urgent queue: they must not wait behind what they call off",
            pattern=_pattern(CANCEL_REQUESTED),
            to=to[Lane.URGENT],
            bus=self.bus,
        )

    def _archive(self, settings: DeploymentSettings, key: kms.IKey) -> None:
        events.CfnArchive(
            self,
            "Archive",
            archive_name=archive_name(settings),
            description="Requests that came over the bus, to be replayed",
            source_arn=self.bus.attr_arn,
            # No cancellations: one that is replayed would end what is sent under the name by then.
            event_pattern=_pattern(REQUESTED),
            kms_key_identifier=key.key_arn,
            retention_days=Duration.days(settings.sizing.archive_retention_days).to_days(),
        )


def _pattern(detail_type: str, priority: list[Any] | None = None) -> dict[str, Any]:
    # Without an asterisk a wildcard is an exact match: one condition for both, because alternatives would be joined by "or".
    pattern: dict[str, Any] = {
        "detail-type": [detail_type],
        "source": [{"anything-but": {"wildcard": [SOURCE, "aws.*"]}}],
    }
    return pattern if priority is None else {**pattern, "detail": {"priority": priority}}
