"""The rules that send to the deployment's queues, by bus and name. No CDK in here."""

from __future__ import annotations

from contact_transfer_cdk.service.confirmation_rules import DEFAULT_BUS, confirmation_rules
from contact_transfer_cdk.settings.model import DeploymentSettings
from contact_transfer_cdk.settings.route_checks import route_rule_name


def bus_name(settings: DeploymentSettings) -> str:
    """Fixed, because the keys' policies name the bus and its rules."""
    return settings.prefix


def bus_arn(settings: DeploymentSettings) -> str:
    """The ARN of the deployment's bus."""
    return settings.place.arn("events", f"event-bus/{bus_name(settings)}")


def rule_name(settings: DeploymentSettings) -> str:
    """The rule that turns events into messages of the transfer queue."""
    return f"{settings.prefix}-requests"


def rule_arns(settings: DeploymentSettings) -> list[str]:
    """Every rule that sends to the deployment's queues."""
    return [settings.place.arn("events", f"rule/{bus_name(settings)}/{rule_name(settings)}")]


def all_rules(settings: DeploymentSettings) -> tuple[tuple[str, str], ...]:
    """Every rule of the deployment, each as its bus and its name."""
    return (
        (bus_name(settings), rule_name(settings)),
        *((DEFAULT_BUS, route_rule_name(settings, route)) for route in settings.routes),
        *confirmation_rules(settings),
    )
