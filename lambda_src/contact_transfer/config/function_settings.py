"""The settings of the functions beside the worker, typed: of each, its rows of ``settings_table``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from contact_transfer.config.codec import Environment
from contact_transfer.config.setting import Function
from contact_transfer.config.settings_table import default
from contact_transfer.config.worker_settings import DEFAULT_CHANNELS


@dataclass(frozen=True)
class FlowSettings(Environment):
    """``instance_arns`` is never empty. The allowed lists hold ids, never ARNs; an empty list allows all.

    ``routes``: as the worker's; a request may name one.
    """

    FUNCTION: ClassVar = Function.FLOW

    instance_arns: tuple[str, ...]
    transfer_queue_url: str
    urgent_queue_url: str
    allowed_channels: frozenset[str] = DEFAULT_CHANNELS
    allowed_contact_flow_ids: frozenset[str] = frozenset()
    allowed_queue_ids: frozenset[str] = frozenset()
    allowed_user_ids: frozenset[str] = frozenset()
    routes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class ConfirmSettings(Environment):
    """``confirm_within_minutes``: how long a transfer may stay silent; 0: for ever."""

    FUNCTION: ClassVar = Function.CONFIRM

    instance_arns: tuple[str, ...]
    confirmation_queue_url: str
    event_bus_name: str
    ledger_table_name: str
    confirm_within_minutes: float = default("confirmWithinMinutes")
    ledger_days: float = default("ledgerDays")


@dataclass(frozen=True)
class SweepSettings(Environment):
    """``instance_arns`` is never empty. ``allowed_channels``: of contacts of other channels, no transfer is asked for."""

    FUNCTION: ClassVar = Function.SWEEP

    instance_arns: tuple[str, ...]
    transfer_queue_url: str
    urgent_queue_url: str
    allowed_channels: frozenset[str] = DEFAULT_CHANNELS
