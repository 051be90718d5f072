"""Sweeping routes: rules on real-time metric rules of Connect, and the one function that they invoke.

The function is part of the stack only when a route needs it: it alone may search contacts.
"""

from __future__ import annotations

import json

from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from contact_transfer_cdk.policies.permissions import search_statement
from contact_transfer_cdk.service.function import Function, Sending, Shape
from contact_transfer_cdk.settings.route_checks import route_rule_name
from contact_transfer_cdk.settings.route_settings import Route

HANDLER = "contact_transfer.sweep.handler"


class Sweeps(Function):
    """``function`` is invoked by the rules of the sweeping routes."""

    def __init__(self, scope: Construct, id_: str, sending: Sending) -> None:
        super().__init__(scope, id_, name="sweep", settings=sending.settings, log_key=sending.log_key)
        self.allow(search_statement(self.settings), *sending.statements)
        sizing = self.settings.sizing
        shape = Shape(
            handler=HANDLER,
            description="Asks for the transfer of contacts that wait in the queues which a metric rule of Connect names",
            memory_mb=sizing.sweep_memory_mb,
            timeout_seconds=sizing.sweep_timeout_seconds,
        )
        environment = self.settings.for_sweeps(*sending.queue_urls).to_environment()
        self.function = self.make(sending.code, environment, shape)
        for route in self.settings.sweeping_routes:
            self._rule(route)

    def _rule(self, route: Route) -> None:
        rule = events.CfnRule(
            self,
            route.name,  # never its position: a rule that moves to another logical id collides with its own name
            name=route_rule_name(self.settings, route),
            description=f"Route {route.name}: metric rules of Amazon Connect to the sweep function",
            event_pattern=route.pattern(self.settings.instances),
            state="ENABLED",
            targets=[
                events.CfnRule.TargetProperty(
                    id="SweepFunction", arn=self.function.function_arn, input_transformer=sweep_transformer(route)
                )
            ],
        )
        lambda_.CfnPermission(
            self,
            f"Invoke-{route.name}",
            action="lambda:InvokeFunction",
            function_name=self.function.function_arn,
            principal=iam.ServicePrincipal("events.amazonaws.com").service,
            source_account=self.settings.place.account,
            source_arn=rule.attr_arn,
        )


def sweep_transformer(route: Route) -> events.CfnRule.InputTransformerProperty:
    """Writes the sweep function's event. Connect names the queues in ``resources``."""
    sweep = {
        "contactFlowId": route.contact_flow_id,
        "queueId": route.queue_id,
        "userId": route.user_id,
        "priority": route.priority,
        "olderThanMinutes": route.sweep.older_than_minutes if route.sweep else None,
        "limit": route.sweep.limit if route.sweep else None,
    }
    fixed = {"route": route.name, "sweep": {key: value for key, value in sweep.items() if value is not None}}
    return events.CfnRule.InputTransformerProperty(
        input_paths_map={"id": "$.id", "queues": "$.resources"},
        input_template=f'{json.dumps(fixed)[:-1]}, "eventId": <id>, "queueArns": <queues>}}',
    )
