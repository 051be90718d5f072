"""Routes that cannot work with the rest of a deployment's settings, each refused with one sentence."""

from __future__ import annotations

from collections.abc import Iterator

from contact_transfer_cdk.settings.model import DeploymentSettings
from contact_transfer_cdk.settings.route_settings import Route

#: Characters of a rule's name. Source: EventBridge API reference, PutRule.
LONGEST_RULE_NAME = 64


def route_rule_name(settings: DeploymentSettings, route: Route) -> str:
    """The rule of a route, on the default bus of the account."""
    return f"{settings.prefix}-route-{route.name}"


def complaints(settings: DeploymentSettings) -> Iterator[str]:
    """Everything that cannot work, a sentence each."""
    for route in settings.routes:
        name = route_rule_name(settings, route)
        if len(name) > LONGEST_RULE_NAME:
            yield (
                f"route '{route.name}': its rule '{name}' has {len(name)} characters and EventBridge takes"
                f" {LONGEST_RULE_NAME}: shorten the route's or the deployment's name."
            )
        yield from _lists(settings, route)
        yield from _channels(settings, route)


def _lists(settings: DeploymentSettings, route: Route) -> Iterator[str]:
    for key, given, allowed in (
        ("allowedContactFlowIds", route.contact_flow_id, settings.allowed_contact_flow_ids),
        ("allowedQueueIds", route.queue_id, settings.allowed_queue_ids),
        ("allowedUserIds", route.user_id, settings.allowed_user_ids),
    ):
        if given is not None and allowed and given not in allowed:
            yield f"route '{route.name}': '{given}' is not among '{key}', so every one of its requests would fail: add it there."


def _channels(settings: DeploymentSettings, route: Route) -> Iterator[str]:
    """A route for a channel that the deployment does not transfer."""
    given = route.when.get("detail", {}).get("channel", [])
    for channel in given if isinstance(given, list) else []:
        if isinstance(channel, str) and channel.upper() not in settings.allowed_channels:
            yield (
                f"route '{route.name}': '{channel}' is not among 'allowedChannels', so every one of its requests would fail: add"
                " it there."
            )
