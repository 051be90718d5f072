"""A rule of EventBridge that sends what it matches to one queue: what all rules of the deployment are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_events as events
from aws_cdk import aws_sqs as sqs
from constructs import Construct

#: EventBridge's own maximum: 24 hours and 185 attempts. After them the event goes to the dead-letter queue.
RETRY_SECONDS = 24 * 3600
RETRY_ATTEMPTS = 185


@dataclass(frozen=True)
class Destination:
    """``queue`` takes the events; ``dead_letters`` those that could not be delivered. ``name`` identifies the target in its rule."""

    name: str
    queue: sqs.Queue
    dead_letters: sqs.Queue


def queue_rule(
    scope: Construct,
    id_: str,
    *,
    name: str,
    description: str,
    pattern: Mapping[str, Any],
    to: Destination,
    bus: events.CfnEventBus | None = None,
    transformer: events.CfnRule.InputTransformerProperty | None = None,
) -> events.CfnRule:
    """Make a rule on ``bus``, or on the account's default bus.

    It comes after the policies of both queues: EventBridge does not retry a delivery that is not permitted.
    ``description``: what a person reads in the console.
    """
    rule = events.CfnRule(
        scope,
        id_,
        name=name,
        description=description,
        event_bus_name=None if bus is None else bus.ref,
        event_pattern=dict(pattern),
        state="ENABLED",
        targets=[_target(to, transformer)],
    )
    for queue in (to.queue, to.dead_letters):
        rule.node.add_dependency(queue.node.find_child("Policy"))
    return rule


def _target(
    to: Destination, transformer: events.CfnRule.InputTransformerProperty | None
) -> events.CfnRule.TargetProperty:
    return events.CfnRule.TargetProperty(
        id=to.name,
        arn=to.queue.queue_arn,
        input_transformer=transformer,
        retry_policy=events.CfnRule.RetryPolicyProperty(
            maximum_event_age_in_seconds=RETRY_SECONDS, maximum_retry_attempts=RETRY_ATTEMPTS
        ),
        dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=to.dead_letters.queue_arn),
    )
