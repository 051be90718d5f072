"""The whole service as one construct: composition only. Import it with ``from contact_transfer_cdk import ContactTransfer``."""

from __future__ import annotations

from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from contact_transfer_cdk.monitoring.alarms import Watched
from contact_transfer_cdk.monitoring.observability import Observability
from contact_transfer_cdk.policies import acknowledgements, permissions
from contact_transfer_cdk.policies.keys import Keys
from contact_transfer_cdk.service.confirmation import Confirmation
from contact_transfer_cdk.service.confirmation_rules import confirmation_rule_arns
from contact_transfer_cdk.service.doors import Doors
from contact_transfer_cdk.service.flow_function import FlowFunction
from contact_transfer_cdk.service.ledger import Ledger
from contact_transfer_cdk.service.queue_rule import Destination
from contact_transfer_cdk.service.queues import Queues
from contact_transfer_cdk.service.routes import Routes, route_rule_arns
from contact_transfer_cdk.service.rules import all_rules, bus_arn, bus_name, rule_arns
from contact_transfer_cdk.service.worker import Worker
from contact_transfer_cdk.settings.deployment import DeploymentSettings


class ContactTransfer(Construct):
    """Queues, bus, ledger, worker, flow function, routes and confirmation of one deployment.

    ``settings`` come from ``settings.deployment.load`` or ``parse``; the stack around it is of their account and Region.
    ``code`` is the asset of ``contact_transfer_cdk.asset.bundling.asset_code``. Queues, table and keys outlive the stack.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: DeploymentSettings, code: lambda_.Code) -> None:
        super().__init__(scope, id_)
        self.settings = settings
        requests = [*rule_arns(settings), *route_rule_arns(settings)]
        rules = [*requests, *confirmation_rule_arns(settings)]
        self.keys = Keys(self, "Keys", settings=settings, rule_arns=rules, archive_bus_arn=bus_arn(settings))
        keys = self.keys
        self.queues = Queues(self, "Queues", settings=settings, key=keys.queues, rule_arns=requests)
        to_transfers = Destination("TransferQueue", self.queues.transfers, self.queues.dead_letters)
        self.ledger = Ledger(self, "Ledger", key=self.keys.data)
        self.worker = Worker(self, "Worker", settings=settings, log_key=self.keys.data)
        self.confirmation = Confirmation(
            self, "Confirmation", settings=settings, queues_key=keys.queues, log_key=keys.data
        )
        self.doors = Doors(
            self,
            "Doors",
            settings=settings,
            to=to_transfers,
            archive_key=self.keys.data,
            roles=[self.worker.role, self.confirmation.role],
        )
        self.routes = Routes(self, "Routes", settings=settings, to=to_transfers)
        self.flow = FlowFunction(
            self,
            "Flow",
            settings=settings,
            code=code,
            transfers=self.queues.transfers,
            queues_key=keys.queues,
            log_key=keys.data,
        )
        self.confirmation_function = self.confirmation.deploy(code, self.ledger, keys.data, self.doors.bus)
        self._permit_worker()
        self.worker_function = self.worker.deploy(code, self._environment(), self.queues.transfers)
        self.observability = Observability(
            self,
            "Observability",
            settings=settings,
            watched=self._watched(),
            log_groups=[self.worker.log_group, self.flow.log_group, self.confirmation.log_group],
            key=self.keys.data,
        )
        acknowledgements.acknowledge(self)

    def _watched(self) -> Watched:
        return Watched(
            transfer_queue=self.queues.transfers.queue_name,
            dead_letter_queue=self.queues.dead_letters.queue_name,
            functions={
                "worker": self.worker_function.function_name,
                "flow": self.flow.function.function_name,
                "confirmation": self.confirmation_function.function_name,
            },
            rules=all_rules(self.settings),
            queues={"confirmation": self.confirmation.dead_letters.queue_name},
        )

    def _permit_worker(self) -> None:
        region = self.settings.place.region
        self.worker.allow(
            *permissions.connect_statements(self.settings),
            *permissions.queue_statements(self.queues.transfers, self.queues.dead_letters, self.keys.queues, region),
            *permissions.ledger_statements(self.ledger.table, self.keys.data, region),
            permissions.bus_statement(self.doors.bus.attr_arn),
        )

    def _environment(self) -> dict[str, str]:
        return self.settings.for_worker(
            self.queues.transfers.queue_url,
            self.queues.dead_letters.queue_url,
            bus_name(self.settings),
            self.ledger.table.table_name,
        ).to_environment()
