"""The worker's settings, typed. The rows of ``settings_table`` for the worker are its attributes, and no others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from contact_transfer.config.codec import Environment
from contact_transfer.config.kinds import DEFAULT_QUOTAS, Quota, SettingsError
from contact_transfer.config.setting import Function
from contact_transfer.config.settings_table import default

__all__ = ["DEFAULT_CHANNELS", "DEFAULT_QUOTAS", "Quota", "Settings", "SettingsError"]

DEFAULT_CHANNELS: frozenset[str] = default("allowedChannels")


@dataclass(frozen=True)
class Settings(Environment):
    """Everything a deployment decides that the worker needs to know.

    ``instance_arns`` is never empty. The allowed lists hold ids, never ARNs; an empty list allows all.
    ``quotas`` has a value for each Connect operation the worker calls except TransferContact, whose quota is
    ``transfers_per_second`` and ``burst``. All quotas are the account's; each worker takes its share.
    ``routes``: how often each may move one tree of contacts, by its name.
    """

    FUNCTION: ClassVar = Function.WORKER

    instance_arns: tuple[str, ...]
    transfer_queue_url: str
    urgent_queue_url: str
    dead_letter_queue_url: str
    event_bus_name: str
    ledger_table_name: str
    schedule_group_name: str
    schedule_role_arn: str
    transfers_per_second: float = default("transfersPerSecond")
    burst: float = default("burst")
    quotas: Mapping[str, Quota] = field(default_factory=lambda: dict(DEFAULT_QUOTAS))
    maximum_concurrency: int = default("maximumConcurrency")
    allowed_channels: frozenset[str] = DEFAULT_CHANNELS
    allowed_contact_flow_ids: frozenset[str] = frozenset()
    allowed_queue_ids: frozenset[str] = frozenset()
    allowed_user_ids: frozenset[str] = frozenset()
    retry_for_hours: float = default("retryForHours")
    settle_minutes: float = default("settleMinutes")
    when_in_doubt: str = default("whenInDoubt")
    ledger_days: float = default("ledgerDays")
    routes: Mapping[str, int] = field(default_factory=dict)
