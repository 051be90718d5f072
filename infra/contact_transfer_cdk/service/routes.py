"""Routes: rules on the account's default bus that turn Connect's events into requests, without code.

Each request is written by the rule's input transformer; what is wrong with one shows in the dead-letter queue, as with any
other producer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from aws_cdk import aws_events as events
from constructs import Construct

from contact_transfer.request.envelope import AFTER_MINUTES, DETAIL_TYPE, ROUTE_EVENTS
from contact_transfer.request.event_types import REQUESTED
from contact_transfer.request.lanes import Lane
from contact_transfer_cdk.service.queue_rule import Destination, queue_rule
from contact_transfer_cdk.settings.model import DeploymentSettings
from contact_transfer_cdk.settings.route_checks import route_rule_name
from contact_transfer_cdk.settings.route_settings import Route


def route_rule_arns(settings: DeploymentSettings, lane: Lane) -> list[str]:
    """The rules of a lane's routes: on the default bus, whose name is no part of a rule's ARN."""
    routes = [route for route in settings.contact_routes if route.lane is lane]
    return [settings.place.arn("events", f"rule/{route_rule_name(settings, route)}") for route in routes]


class Routes(Construct):
    """``rules`` by the routes' names."""

    def __init__(
        self, scope: Construct, id_: str, *, settings: DeploymentSettings, to: Mapping[Lane, Destination]
    ) -> None:
        super().__init__(scope, id_)
        self.rules = {
            route.name: queue_rule(
                self,
                route.name,  # never its position: a rule that moves to another logical id collides with its own name
                name=route_rule_name(settings, route),
                description=f"Route {route.name}: events of Amazon Connect to the queue of their lane",
                pattern=route.pattern(settings.instances),
                to=to[route.lane],
                transformer=transformer(route),
            )
            for route in settings.contact_routes
        }


def transformer(route: Route) -> events.CfnRule.InputTransformerProperty:
    """Writes the request, as the detail of an event of Connect's: so the ledger can say that a route asked.

    A contact event names its contact by id, an event of Connect's Rules by ARN alone. The placeholders stand without quotes:
    EventBridge then writes their values as JSON. A route with ``afterMinutes`` writes them and the event's time beside the request.
    """
    fixed = {
        "contactFlowId": route.contact_flow_id,
        "queueId": route.queue_id,
        "userId": route.user_id,
        "route": route.name,
        "priority": route.priority,
        "onlyIfWaiting": route.only_if_waiting,
        "onlyIfInQueueId": route.only_if_in_queue_id,
        "follow": route.follow,
    }
    rest = json.dumps({key: value for key, value in fixed.items() if value is not None})[1:]
    held = {} if route.after_minutes is None else {AFTER_MINUTES: route.after_minutes}
    time = ', "time": <time>' if held else ""
    event = json.dumps({DETAIL_TYPE: REQUESTED, "source": ROUTE_EVENTS, **held})[:-1]
    return events.CfnRule.InputTransformerProperty(
        input_paths_map={
            "instance": "$.detail.instanceArn",
            "contact": "$.detail.contactArn" if route.of_rules else "$.detail.contactId",
            **({"time": "$.time"} if held else {}),
        },
        input_template=f'{event}{time}, "detail": {{"instanceId": <instance>, "contactId": <contact>, {rest}}}',
    )
