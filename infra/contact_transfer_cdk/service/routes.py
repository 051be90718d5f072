"""Routes: rules on the account's default bus that turn Connect's events into requests, without code.

Each request is written by the rule's input transformer; what is wrong with one shows in the dead-letter queue, as with any
other producer.
"""

from __future__ import annotations

import json

from aws_cdk import aws_events as events
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from contact_transfer_cdk.service.doors import RETRY_ATTEMPTS, RETRY_SECONDS
from contact_transfer_cdk.settings.deployment import DeploymentSettings
from contact_transfer_cdk.settings.route_checks import route_rule_name
from contact_transfer_cdk.settings.route_settings import Route


def route_rule_arns(settings: DeploymentSettings) -> list[str]:
    """The rules of all routes: on the default bus, whose name is no part of a rule's ARN."""
    return [settings.place.arn("events", f"rule/{route_rule_name(settings, route)}") for route in settings.routes]


class Routes(Construct):
    """``rules`` by the routes' names."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: DeploymentSettings,
        transfers: sqs.IQueue,
        dead_letters: sqs.IQueue,
    ) -> None:
        super().__init__(scope, id_)
        self.rules = {
            route.name: events.CfnRule(
                self,
                f"Route{number}",
                name=route_rule_name(settings, route),
                description=f"Route {route.name}: events of Amazon Connect to the transfer queue",
                event_pattern=route.pattern(settings.instances),
                state="ENABLED",
                targets=[target("TransferQueue", transfers, dead_letters, transformer(route))],
            )
            for number, route in enumerate(settings.routes, 1)
        }


def transformer(route: Route) -> events.CfnRule.InputTransformerProperty:
    """Writes the request. A contact event names its contact by id, an event of Connect's Rules by ARN alone.

    The placeholders stand without quotes: EventBridge then writes their values as JSON.
    """
    fixed = {
        "contactFlowId": route.contact_flow_id,
        "queueId": route.queue_id,
        "userId": route.user_id,
        "route": route.name,
    }
    rest = json.dumps({key: value for key, value in fixed.items() if value is not None})[1:]
    return events.CfnRule.InputTransformerProperty(
        input_paths_map={
            "instance": "$.detail.instanceArn",
            "contact": "$.detail.contactArn" if route.of_rules else "$.detail.contactId",
        },
        input_template=f'{{"instanceId": <instance>, "contactId": <contact>, {rest}',
    )


def target(
    id_: str,
    queue: sqs.IQueue,
    dead_letters: sqs.IQueue,
    transform: events.CfnRule.InputTransformerProperty | None = None,
) -> events.CfnRule.TargetProperty:
    """A queue that EventBridge tries to reach for a day; then the event goes to the dead-letter queue."""
    return events.CfnRule.TargetProperty(
        id=id_,
        arn=queue.queue_arn,
        input_transformer=transform,
        retry_policy=events.CfnRule.RetryPolicyProperty(
            maximum_event_age_in_seconds=RETRY_SECONDS, maximum_retry_attempts=RETRY_ATTEMPTS
        ),
        dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=dead_letters.queue_arn),
    )
