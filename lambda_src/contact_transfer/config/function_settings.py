"""What the flow function and the confirmation function read from their environment: each what it uses, and no more.

As ``settings.Settings`` for the worker: the stack writes these variables and the functions parse them, by one class.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contact_transfer.config.environment import Reader, join
from contact_transfer.config.worker_settings import DEFAULT_CHANNELS


@dataclass(frozen=True)
class FlowSettings:
    """``instance_arns`` is never empty. The allowed lists hold ids, never ARNs; an empty list allows all."""

    instance_arns: tuple[str, ...]
    transfer_queue_url: str
    allowed_channels: frozenset[str] = DEFAULT_CHANNELS
    allowed_contact_flow_ids: frozenset[str] = frozenset()
    allowed_queue_ids: frozenset[str] = frozenset()
    allowed_user_ids: frozenset[str] = frozenset()
    routes: frozenset[str] = frozenset()

    def to_environment(self) -> dict[str, str]:
        """Return the environment that ``from_environment`` turns back into these settings."""
        return {
            "INSTANCE_ARNS": ",".join(self.instance_arns),
            "TRANSFER_QUEUE_URL": self.transfer_queue_url,
            "ALLOWED_CHANNELS": join(self.allowed_channels),
            "ALLOWED_CONTACT_FLOW_IDS": join(self.allowed_contact_flow_ids),
            "ALLOWED_QUEUE_IDS": join(self.allowed_queue_ids),
            "ALLOWED_USER_IDS": join(self.allowed_user_ids),
            "ROUTES": join(self.routes),
        }

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> FlowSettings:
        """Parse the environment. Raise ``SettingsError`` naming the first variable that is missing or wrong."""
        read = Reader(environment)
        return cls(
            instance_arns=read.instances("INSTANCE_ARNS"),
            transfer_queue_url=read.text("TRANSFER_QUEUE_URL"),
            allowed_channels=frozenset(read.items("ALLOWED_CHANNELS")),
            allowed_contact_flow_ids=frozenset(read.items("ALLOWED_CONTACT_FLOW_IDS")),
            allowed_queue_ids=frozenset(read.items("ALLOWED_QUEUE_IDS")),
            allowed_user_ids=frozenset(read.items("ALLOWED_USER_IDS")),
            routes=frozenset(read.items("ROUTES")),
        )


@dataclass(frozen=True)
class ConfirmSettings:
    """``confirm_within_minutes``: how long a transfer may stay silent; None: for ever."""

    instance_arns: tuple[str, ...]
    confirmation_queue_url: str
    event_bus_name: str
    ledger_table_name: str
    confirm_within_minutes: float | None = None

    def to_environment(self) -> dict[str, str]:
        """Return the environment that ``from_environment`` turns back into these settings."""
        return {
            "INSTANCE_ARNS": ",".join(self.instance_arns),
            "CONFIRMATION_QUEUE_URL": self.confirmation_queue_url,
            "EVENT_BUS_NAME": self.event_bus_name,
            "LEDGER_TABLE_NAME": self.ledger_table_name,
            "CONFIRM_WITHIN_MINUTES": f"{self.confirm_within_minutes or 0:g}",
        }

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> ConfirmSettings:
        """Parse the environment. Raise ``SettingsError`` naming the first variable that is missing or wrong."""
        read = Reader(environment)
        return cls(
            instance_arns=read.instances("INSTANCE_ARNS"),
            confirmation_queue_url=read.text("CONFIRMATION_QUEUE_URL"),
            event_bus_name=read.text("EVENT_BUS_NAME"),
            ledger_table_name=read.text("LEDGER_TABLE_NAME"),
            confirm_within_minutes=read.number_or_none("CONFIRM_WITHIN_MINUTES"),
        )
