"""The whole service as one construct: composition only. Import it with ``from contact_transfer_cdk import ContactTransfer``."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import CfnOutput, Stack, Tags
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from contact_transfer.request.lanes import Lane
from contact_transfer_cdk.asset.bundling import asset_code
from contact_transfer_cdk.monitoring.alarm import Watched
from contact_transfer_cdk.monitoring.observability import Observability
from contact_transfer_cdk.placement import check_placement
from contact_transfer_cdk.policies import acknowledgements, permissions
from contact_transfer_cdk.policies.keys import Keys
from contact_transfer_cdk.service.confirmation import Confirmation
from contact_transfer_cdk.service.confirmation_rules import confirmation_rule_arns
from contact_transfer_cdk.service.event_bus import EventBus
from contact_transfer_cdk.service.flow_function import FlowFunction
from contact_transfer_cdk.service.function import Function, Sending
from contact_transfer_cdk.service.ledger import Ledger
from contact_transfer_cdk.service.queue_rule import Destination
from contact_transfer_cdk.service.queues import Queues
from contact_transfer_cdk.service.routes import Routes, route_rule_arns
from contact_transfer_cdk.service.rules import all_rules, bus_arn, bus_name, rule_arns
from contact_transfer_cdk.service.schedules import Schedules, schedules_arn
from contact_transfer_cdk.service.sweeps import Sweeps
from contact_transfer_cdk.service.worker import Worker
from contact_transfer_cdk.settings.model import DeploymentSettings


class ContactTransfer(Construct):
    """Queues, bus, ledger, functions, routes, confirmation and alarms of one deployment.

    A stack can hold several, each with settings of another name. Queues, table and keys outlive the stack.

    Args:
        settings: from ``contact_transfer_cdk.load_settings``. The stack must be of their account and Region.
        code: the functions' code; by default it is built from this package.

    Attributes:
        outputs: what operators and producers need, by the names of the stack's outputs. Each is an attribute, too:
            ``outputs["TransferQueueUrl"]`` is ``transfer_queue_url``.

    Raises:
        DeploymentError: the stack is of another account or Region, or of none; or the app has a deployment of that name already.
    """

    def __init__(
        self, scope: Construct, id_: str, *, settings: DeploymentSettings, code: lambda_.Code | None = None
    ) -> None:
        super().__init__(scope, id_)
        self.settings = settings
        check_placement(self, settings)
        self._make_stores()
        self._make_rules()
        self._make_functions(code or asset_code())
        self._watch()
        self._set_outputs()
        self._apply_organisations_rules()

    def _make_stores(self) -> None:
        """Keys, queues, ledger; and the functions' roles, which policies name."""
        settings = self.settings
        requests = {lane: [*rule_arns(settings, lane), *route_rule_arns(settings, lane)] for lane in Lane}
        rules = [*requests[Lane.NORMAL], *requests[Lane.URGENT], *confirmation_rule_arns(settings)]
        self.keys = Keys(self, "Keys", settings=settings, rule_arns=rules, archive_bus_arn=bus_arn(settings))
        queues_key, data_key = self.keys.queues, self.keys.data
        self.queues = Queues(self, "Queues", settings=settings, key=queues_key, rule_arns=requests)
        self.schedules = Schedules(
            self,
            "Schedules",
            settings=settings,
            queues=[*self.queues.lanes, self.queues.dead_letters],
            key=queues_key,
        )
        self.ledger = Ledger(self, "Ledger", key=data_key)
        self.worker = Worker(self, "Worker", settings=settings, log_key=data_key)
        self.confirmation = Confirmation(
            self, "Confirmation", settings=settings, queues_key=queues_key, log_key=data_key
        )

    def _make_rules(self) -> None:
        """The bus and the routes: what sends to the lanes' queues without code."""
        dead_letters = self.queues.dead_letters
        lanes = {
            Lane.NORMAL: Destination("TransferQueue", self.queues.transfers, dead_letters),
            Lane.URGENT: Destination("UrgentQueue", self.queues.urgent, dead_letters),
        }
        roles = [self.worker.role, self.confirmation.role]
        self.events = EventBus(
            self, "Events", settings=self.settings, to=lanes, archive_key=self.keys.data, roles=roles
        )
        self.routes = Routes(self, "Routes", settings=self.settings, to=lanes)

    def _make_functions(self, code: lambda_.Code) -> None:
        sending = Sending(self.settings, code, self.queues, self.keys.queues, self.keys.data)
        self.flow = FlowFunction(self, "Flow", sending)
        self.sweeps = Sweeps(self, "Sweeps", sending) if self.settings.sweeping_routes else None
        self.confirmation_function = self.confirmation.deploy(code, self.ledger, self.keys.data, self.events.bus)
        self._permit_worker()
        # A protected table cannot be deleted when a first deployment is rolled back: what is likely to fail comes before it.
        self.ledger.node.add_dependency(self.flow, self.events, self.routes)
        self.worker_function = self.worker.deploy(code, self._environment(), self.queues)

    @property
    def _functions(self) -> list[tuple[str, Function, lambda_.Function]]:
        """Every function by its name, with its role and log group, and the function itself."""
        found: list[tuple[str, Function, lambda_.Function]] = [
            ("worker", self.worker, self.worker_function),
            ("flow", self.flow, self.flow.function),
            ("confirmation", self.confirmation, self.confirmation_function),
        ]
        return found if self.sweeps is None else [*found, ("sweep", self.sweeps, self.sweeps.function)]

    def _watch(self) -> None:
        self.observability = Observability(
            self,
            "Observability",
            settings=self.settings,
            watched=self._watched(),
            log_groups=[made.log_group for _, made, _ in self._functions],
            key=self.keys.data,
        )

    def _watched(self) -> Watched:
        return Watched(
            transfer_queue=self.queues.transfers.queue_name,
            urgent_queue=self.queues.urgent.queue_name,
            dead_letter_queue=self.queues.dead_letters.queue_name,
            functions={name: function.function_name for name, _, function in self._functions},
            rules=all_rules(self.settings),
            queues={"confirmation": self.confirmation.dead_letters.queue_name},
        )

    def _permit_worker(self) -> None:
        region = self.settings.place.region
        self.worker.allow(
            *permissions.connect_statements(self.settings),
            *permissions.queue_statements(self.queues.lanes, self.queues.dead_letters, self.keys.queues, region),
            *permissions.ledger_statements(self.ledger.table, self.keys.data, region),
            *permissions.schedule_statements(schedules_arn(self.settings), self.schedules.role.role_arn),
            permissions.bus_statement(self.events.bus.attr_arn),
        )

    def _environment(self) -> dict[str, str]:
        return self.settings.for_worker(
            transfer_queue_url=self.queues.transfers.queue_url,
            urgent_queue_url=self.queues.urgent.queue_url,
            dead_letter_queue_url=self.queues.dead_letters.queue_url,
            event_bus_name=bus_name(self.settings),
            ledger_table_name=self.ledger.table.table_name,
            schedule_group_name=self.schedules.group.ref,
            schedule_role_arn=self.schedules.role.role_arn,
        ).to_environment()

    def _set_outputs(self) -> None:
        self.transfer_queue_url = self.queues.transfers.queue_url
        self.transfer_queue_arn = self.queues.transfers.queue_arn
        self.urgent_queue_url = self.queues.urgent.queue_url
        self.urgent_queue_arn = self.queues.urgent.queue_arn
        self.dead_letter_queue_url = self.queues.dead_letters.queue_url
        self.confirmation_dead_letter_queue_url = self.confirmation.dead_letters.queue_url
        self.queue_key_arn = self.keys.queues.key_arn
        self.event_bus_name = self.events.bus.ref
        self.event_bus_arn = self.events.bus.attr_arn
        self.ledger_table_name = self.ledger.table.table_name
        self.ledger_table_arn = self.ledger.table.table_arn
        self.worker_function_name = self.worker_function.function_name
        self.flow_function_arn = self.flow.function.function_arn

    @property
    def outputs(self) -> Mapping[str, str]:
        """The values of the stack's outputs by their names; tokens until the stack is deployed."""
        return {
            "TransferQueueUrl": self.transfer_queue_url,
            "TransferQueueArn": self.transfer_queue_arn,
            "UrgentQueueUrl": self.urgent_queue_url,
            "UrgentQueueArn": self.urgent_queue_arn,
            "DeadLetterQueueUrl": self.dead_letter_queue_url,
            "ConfirmationDeadLetterQueueUrl": self.confirmation_dead_letter_queue_url,
            "QueueKeyArn": self.queue_key_arn,
            "EventBusName": self.event_bus_name,
            "EventBusArn": self.event_bus_arn,
            "LedgerTableName": self.ledger_table_name,
            "LedgerTableArn": self.ledger_table_arn,
            "WorkerFunctionName": self.worker_function_name,
            "FlowFunctionArn": self.flow_function_arn,
        }

    def add_outputs(self, prefix: str = "") -> None:
        """Make them outputs of the stack, by which ``transfers`` and producers find the deployment.

        Args:
            prefix: before each name; needed for all but one of several deployments in one stack.
        """
        for name, value in self.outputs.items():
            CfnOutput(Stack.of(self), f"{prefix}{name}", value=value)

    def _apply_organisations_rules(self) -> None:
        for key, value in self.settings.tags.items():
            Tags.of(self).add(key, value)
        if boundary := self.settings.permissions_boundary:
            policy = iam.ManagedPolicy.from_managed_policy_arn(self, "PermissionsBoundary", boundary)
            iam.PermissionsBoundary.of(self).apply(policy)
        functions = {made.role: function for _, made, function in self._functions}
        acknowledgements.acknowledge(self.settings, self.worker.role, functions)
