"""The rules that send to the deployment's queues, by bus and name. No CDK in here."""

from __future__ import annotations

from contact_transfer.request.lanes import Lane
from contact_transfer_cdk.service.confirmation_rules import DEFAULT_BUS, confirmation_rules
from contact_transfer_cdk.settings.model import DeploymentSettings
from contact_transfer_cdk.settings.route_checks import route_rule_name


def bus_name(settings: DeploymentSettings) -> str:
    """Fixed, because the keys' policies name the bus and its rules."""
    return settings.prefix


def bus_arn(settings: DeploymentSettings) -> str:
    """The ARN of the deployment's bus."""
    return settings.place.arn("events", f"event-bus/{bus_name(settings)}")


def rule_name(settings: DeploymentSettings, lane: Lane) -> str:
    """The rule that turns a lane's events into messages of its queue."""
    return f"{settings.prefix}-urgent-requests" if lane is Lane.URGENT else f"{settings.prefix}-requests"


def cancellation_rule_name(settings: DeploymentSettings) -> str:
    """The rule that turns cancellations into messages of the urgent queue: they must not wait behind what they call off."""
    return f"{settings.prefix}-cancellations"


def rule_arns(settings: DeploymentSettings, lane: Lane) -> list[str]:
    """Every rule of the deployment's bus that sends to a lane's queue."""
    names = [rule_name(settings, lane)]
    if lane is Lane.URGENT:
        names.append(cancellation_rule_name(settings))
    return [settings.place.arn("events", f"rule/{bus_name(settings)}/{name}") for name in names]


def all_rules(settings: DeploymentSettings) -> tuple[tuple[str, str], ...]:
    """Every rule of the deployment, each as its bus and its name."""
    return (
        *((bus_name(settings), rule_name(settings, lane)) for lane in Lane),
        (bus_name(settings), cancellation_rule_name(settings)),
        *((DEFAULT_BUS, route_rule_name(settings, route)) for route in settings.contact_routes),
        *confirmation_rules(settings),
    )
