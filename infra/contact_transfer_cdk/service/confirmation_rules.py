"""Which events tell whether a transfer arrived: names, patterns and ARNs of the confirmation's rules. No CDK in here."""

from __future__ import annotations

from typing import Any

from contact_transfer.confirmation.contact_events import ARRIVALS, ENDS
from contact_transfer.messaging.event_bus import SOURCE
from contact_transfer.request.event_types import SUCCEEDED
from contact_transfer_cdk.settings.model import DeploymentSettings
from contact_transfer_cdk.settings.route_pattern import CONTACT_EVENTS

#: AWS services publish their events on it.
DEFAULT_BUS = "default"


def arrivals_name(settings: DeploymentSettings) -> str:
    """The rule for contact events, on the account's default bus."""
    return f"{settings.prefix}-arrivals"


def announced_name(settings: DeploymentSettings) -> str:
    """The rule for announced transfers, on the deployment's bus; only with ``confirmWithinMinutes``."""
    return f"{settings.prefix}-announced"


def confirmation_rules(settings: DeploymentSettings) -> list[tuple[str, str]]:
    """Every rule that sends to the confirmation queue, each as its bus and its name."""
    announced = [(settings.prefix, announced_name(settings))] if settings.confirm_within_minutes else []
    return [(DEFAULT_BUS, arrivals_name(settings)), *announced]


def confirmation_rule_arns(settings: DeploymentSettings) -> list[str]:
    """The same as ARNs, in which the default bus is not named."""
    paths = [name if bus == DEFAULT_BUS else f"{bus}/{name}" for bus, name in confirmation_rules(settings)]
    return [settings.place.arn("events", f"rule/{path}") for path in paths]


def arrivals_pattern(settings: DeploymentSettings) -> dict[str, Any]:
    """Contact events of contacts that follow another one: those of all other contacts cost nothing.

    Of an instance that has a replica, both Regions publish events: the same instance id, another Region in the ARN.
    ``initiationMethod`` is left out: that a transfer by the API shows as one there is assumed elsewhere, and the ledger knows
    which contacts are ours.
    """
    return {
        "source": ["aws.connect"],
        "detail-type": list(CONTACT_EVENTS),
        "detail": {
            "eventType": [*ARRIVALS, *ENDS],
            "previousContactId": [{"exists": True}],
            "channel": [{"equals-ignore-case": channel} for channel in sorted(settings.allowed_channels)],
            "instanceArn": [{"suffix": f":instance/{i.id}"} for i in settings.instances],
        },
    }


def announced_pattern() -> dict[str, Any]:
    """Transfers that the worker announced."""
    return {"source": [SOURCE], "detail-type": [SUCCEEDED]}
