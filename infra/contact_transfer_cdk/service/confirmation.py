"""Confirmation: whether transferred contacts arrive. A queue of its own, a function of its own, and the rules that feed them.

The worker has no part in it: a transfer costs it no call more.
"""

from __future__ import annotations

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from contact_transfer_cdk.policies import permissions
from contact_transfer_cdk.service.confirmation_rules import (
    announced_name,
    announced_pattern,
    arrivals_name,
    arrivals_pattern,
    confirmation_rule_arns,
)
from contact_transfer_cdk.service.function import Function, Shape
from contact_transfer_cdk.service.ledger import Ledger
from contact_transfer_cdk.service.queue_rule import Destination, queue_rule
from contact_transfer_cdk.service.queues import admit_rules, encrypted_queue
from contact_transfer_cdk.settings.model import DeploymentSettings

HANDLER = "contact_transfer.confirm.handler"


class Confirmation(Function):
    """``role`` exists before the function: the bus names it. ``queue`` takes the events, ``dead_letters`` what could not be worked on."""

    def __init__(
        self, scope: Construct, id_: str, *, settings: DeploymentSettings, queues_key: kms.IKey, log_key: kms.IKey
    ) -> None:
        super().__init__(scope, id_, name="confirmation", settings=settings, log_key=log_key)
        self._queues_key = queues_key
        sizing = settings.sizing
        self.dead_letters = encrypted_queue(self, "Failed", queues_key, sizing.dead_letter_retention_days)
        self.queue = encrypted_queue(
            self,
            "Events",
            queues_key,
            sizing.confirmation_retention_days,
            visibility_timeout=Duration.seconds(6 * sizing.confirmation_timeout_seconds),
            dead_letter_queue=sqs.DeadLetterQueue(
                queue=self.dead_letters, max_receive_count=sizing.confirmation_receive_count
            ),
        )
        for queue in (self.queue, self.dead_letters):
            admit_rules(queue, confirmation_rule_arns(settings))

    def deploy(
        self, code: lambda_.Code, ledger: Ledger, data_key: kms.IKey, bus: events.CfnEventBus
    ) -> lambda_.Function:
        """Make the function, feed it, and let the rules send."""
        settings, sizing = self.settings, self.settings.sizing
        region = settings.place.region
        self.allow(
            *permissions.receiving_statements(self.queue, self._queues_key, region),
            *permissions.ledger_statements(ledger.table, data_key, region),
            permissions.bus_statement(bus.attr_arn),
        )
        environment = settings.for_confirmation(self.queue.queue_url, settings.prefix, ledger.table.table_name)
        shape = Shape(
            handler=HANDLER,
            description="Tells which transferred contacts reach a queue or an agent, and which do not",
            memory_mb=sizing.confirmation_memory_mb,
            timeout_seconds=sizing.confirmation_timeout_seconds,
        )
        function = self.make(code, environment.to_environment(), shape)
        lambda_.EventSourceMapping(
            self,
            "Mapping",
            target=function,
            event_source_arn=self.queue.queue_arn,
            batch_size=sizing.confirmation_batch_size,
            max_concurrency=2,
            report_batch_item_failures=True,
        )
        self._rules(bus)
        return function

    def _rules(self, bus: events.CfnEventBus) -> None:
        settings = self.settings
        to = Destination("ConfirmationQueue", self.queue, self.dead_letters)
        queue_rule(
            self,
            "Arrivals",
            name=arrivals_name(settings),
            description="Contact events of contacts that follow another one, to the confirmation queue",
            pattern=arrivals_pattern(settings),
            to=to,
        )
        if settings.confirm_within_minutes:
            queue_rule(
                self,
                "Announced",
                name=announced_name(settings),
                description="Announced transfers to the confirmation queue, to notice those that stay silent",
                pattern=announced_pattern(),
                to=to,
                bus=bus,
            )
