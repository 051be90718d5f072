"""The transfer queue's policy, which names every rule and every producer, must fit into what SQS takes.

The key's policy and the bus's hold the same lists, and may be larger.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from infra.route_checks import route_rule_name

if TYPE_CHECKING:
    from infra.settings import DeploymentSettings

#: Source: Amazon SQS quotas, "Amazon SQS policy quotas".
POLICY_BYTES = 8192
#: The same page has 50; one stands for everybody, who must use TLS, and one is EventBridge.
MOST_PRODUCERS = 48
#: The three statements without what varies: the queue's ARN, the rules', the principals'.
_FRAME_BYTES = 480
_SEPARATOR = len('"",')


def complaints(settings: DeploymentSettings) -> Iterator[str]:
    """Everything that cannot work, a sentence each."""
    producers, routes = len(settings.producer_principals), len(settings.routes)
    if producers > MOST_PRODUCERS:
        yield (
            f"'producerPrincipals' has {producers} entries and a queue's policy has room for {MOST_PRODUCERS} principals: name accounts"
            " instead of their roles and users, and let IAM policies there say who."
        )
    size = queue_policy_bytes(settings)
    if size > POLICY_BYTES:
        yield (
            f"The rules of {routes} route(s) and {producers} 'producerPrincipals' make a queue policy of {size:,} bytes and SQS takes"
            f" {POLICY_BYTES:,}: name accounts instead of their roles and users, or have fewer routes."
        )


def queue_policy_bytes(settings: DeploymentSettings) -> int:
    """What the policy has once its references are written out, or a little more."""
    place, prefix = settings.place, settings.prefix
    rules = [f"{prefix}/{prefix}-requests", *(route_rule_name(settings, route) for route in settings.routes)]
    arns = [place.arn("events", f"rule/{rule}") for rule in rules]
    root = f"arn:{place.partition}:iam::{'0' * 12}:root"
    principals = [root if name.isdigit() else name for name in settings.producer_principals]
    queue = 3 * len(place.arn("sqs", f"{prefix}-transfers"))
    return _FRAME_BYTES + queue + sum(len(text.encode()) + _SEPARATOR for text in (*arns, *principals))
