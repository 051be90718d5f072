"""A deployment's settings, typed. ``settings.deployment`` reads and checks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contact_transfer.config.function_settings import ConfirmSettings, FlowSettings, SweepSettings
from contact_transfer.config.setting import Function
from contact_transfer.config.settings_table import of_function
from contact_transfer.config.worker_settings import Quota, Settings
from contact_transfer_cdk.settings.alarm_settings import AlarmSetting, AlarmTopics
from contact_transfer_cdk.settings.arns import Instance, Place
from contact_transfer_cdk.settings.route_settings import Route
from contact_transfer_cdk.settings.sizing import Sizing


@dataclass(frozen=True)
class DeploymentSettings:
    """Everything that one deployment decides. Lists hold ids, never ARNs; an empty list allows all.

    ``transfers_per_second``, ``burst`` and ``quotas`` are this deployment's part: its ``quota_share`` has been applied.
    """

    name: str
    instances: tuple[Instance, ...]
    transfers_per_second: float
    burst: float
    quotas: Mapping[str, Quota]
    quota_share: float
    maximum_concurrency: int
    allowed_channels: frozenset[str]
    allowed_contact_flow_ids: frozenset[str]
    allowed_queue_ids: frozenset[str]
    allowed_user_ids: frozenset[str]
    retry_for_hours: float
    settle_minutes: float
    when_in_doubt: str
    probe_file: str | None
    ledger_days: float
    producer_principals: tuple[str, ...]
    alarm_email: str | None
    alarm_topics: AlarmTopics
    alarms: Mapping[str, AlarmSetting]
    runbook_url: str | None
    log_level: str
    log_retention_days: int
    tags: Mapping[str, str]
    permissions_boundary: str | None
    queue_key_arn: str | None
    data_key_arn: str | None
    confirm_within_minutes: float
    routes: tuple[Route, ...]
    sizing: Sizing

    @property
    def prefix(self) -> str:
        """What the stack is called, and every name in it begins with."""
        return f"ContactTransfer-{self.name}"

    @property
    def contact_routes(self) -> tuple[Route, ...]:
        """The routes whose events name a contact."""
        return tuple(route for route in self.routes if route.sweep is None)

    @property
    def sweeping_routes(self) -> tuple[Route, ...]:
        """The routes whose events name queues."""
        return tuple(route for route in self.routes if route.sweep is not None)

    @property
    def place(self) -> Place:
        """The account and Region of the stack: those of the instances."""
        return self.instances[0].place

    def for_worker(self, **by_the_stack: Any) -> Settings:
        """What the worker gets to know; its environment is ``to_environment()`` of this.

        Args:
            by_the_stack: the settings that no file has, by their attributes.
        """
        return Settings(**by_the_stack, **self._for(Function.WORKER))

    def for_flows(self, transfer_queue_url: str, urgent_queue_url: str) -> FlowSettings:
        """What the flow function gets to know."""
        return FlowSettings(
            transfer_queue_url=transfer_queue_url, urgent_queue_url=urgent_queue_url, **self._for(Function.FLOW)
        )

    def for_sweeps(self, transfer_queue_url: str, urgent_queue_url: str) -> SweepSettings:
        """What the sweep function gets to know."""
        return SweepSettings(
            transfer_queue_url=transfer_queue_url, urgent_queue_url=urgent_queue_url, **self._for(Function.SWEEP)
        )

    def for_confirmation(self, queue_url: str, bus_name: str, table_name: str) -> ConfirmSettings:
        """What the confirmation function gets to know."""
        return ConfirmSettings(
            confirmation_queue_url=queue_url,
            event_bus_name=bus_name,
            ledger_table_name=table_name,
            **self._for(Function.CONFIRM),
        )

    def _for(self, function: Function) -> dict[str, Any]:
        """What the file says for a function, by the function's own names."""
        different = {
            "instance_arns": tuple(instance.arn for instance in self.instances),
            "routes": {route.name: route.most for route in self.routes},
        }
        names = [row.attribute for row in of_function(function) if row.in_file]
        return {name: different[name] if name in different else getattr(self, name) for name in names}
