"""What the functions read from their environment, and nobody else reads the environment.

The stack writes these variables (``to_environment``) and the functions parse them (``from_environment``): one class, so that
the two cannot drift apart. A value that cannot be parsed stops the function at its start, with the variable's name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from contact_transfer.config.environment import Quota, Reader, SettingsError, join

__all__ = ["DEFAULT_CHANNELS", "DEFAULT_QUOTAS", "Quota", "Settings", "SettingsError"]


#: Amazon Connect's default quotas per account and Region. Source: "Amazon Connect service quotas", API throttling quotas.
DEFAULT_QUOTAS: Mapping[str, Quota] = {
    "DescribeContact": Quota(10, 15),
    "DescribeContactFlow": Quota(2, 5),
    "ListAssociatedContacts": Quota(2, 5),
}
DEFAULT_CHANNELS = frozenset({"TASK", "EMAIL"})


@dataclass(frozen=True)
class Settings:
    """Everything a deployment decides that the worker needs to know.

    ``instance_arns`` is never empty. The allowed lists hold ids, never ARNs; an empty list allows all.
    ``quotas`` has a value for each Connect operation the worker calls except TransferContact, whose quota is
    ``transfers_per_second`` and ``burst``. All quotas are the account's; each worker takes its share.
    ``routes``: how often each may move one tree of contacts, by its name.
    """

    instance_arns: tuple[str, ...]
    transfer_queue_url: str
    dead_letter_queue_url: str
    event_bus_name: str
    ledger_table_name: str
    transfers_per_second: float = 2.0
    burst: float = 5.0
    quotas: Mapping[str, Quota] = field(default_factory=lambda: dict(DEFAULT_QUOTAS))
    maximum_concurrency: int = 2
    allowed_channels: frozenset[str] = DEFAULT_CHANNELS
    allowed_contact_flow_ids: frozenset[str] = frozenset()
    allowed_queue_ids: frozenset[str] = frozenset()
    allowed_user_ids: frozenset[str] = frozenset()
    retry_for_hours: float = 24.0
    settle_minutes: float = 15.0
    ledger_days: float = 400.0
    routes: Mapping[str, int] = field(default_factory=dict)

    def to_environment(self) -> dict[str, str]:
        """Return the environment that ``from_environment`` turns back into these settings."""
        return {
            "INSTANCE_ARNS": ",".join(self.instance_arns),
            "TRANSFER_QUEUE_URL": self.transfer_queue_url,
            "DEAD_LETTER_QUEUE_URL": self.dead_letter_queue_url,
            "EVENT_BUS_NAME": self.event_bus_name,
            "LEDGER_TABLE_NAME": self.ledger_table_name,
            "TRANSFERS_PER_SECOND": f"{self.transfers_per_second:g}",
            "BURST": f"{self.burst:g}",
            "QUOTAS": json.dumps({name: {"rate": q.rate, "burst": q.burst} for name, q in sorted(self.quotas.items())}),
            "MAXIMUM_CONCURRENCY": str(self.maximum_concurrency),
            "ALLOWED_CHANNELS": join(self.allowed_channels),
            "ALLOWED_CONTACT_FLOW_IDS": join(self.allowed_contact_flow_ids),
            "ALLOWED_QUEUE_IDS": join(self.allowed_queue_ids),
            "ALLOWED_USER_IDS": join(self.allowed_user_ids),
            "RETRY_FOR_HOURS": f"{self.retry_for_hours:g}",
            "SETTLE_MINUTES": f"{self.settle_minutes:g}",
            "LEDGER_DAYS": f"{self.ledger_days:g}",
            "ROUTES": ",".join(f"{name}={most}" for name, most in sorted(self.routes.items())),
        }

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Settings:
        """Parse the worker's environment. Raise ``SettingsError`` naming the first variable that is missing or wrong."""
        read = Reader(environment)
        return cls(
            instance_arns=read.instances("INSTANCE_ARNS"),
            transfer_queue_url=read.text("TRANSFER_QUEUE_URL"),
            dead_letter_queue_url=read.text("DEAD_LETTER_QUEUE_URL"),
            event_bus_name=read.text("EVENT_BUS_NAME"),
            ledger_table_name=read.text("LEDGER_TABLE_NAME"),
            transfers_per_second=read.number("TRANSFERS_PER_SECOND"),
            burst=read.number("BURST"),
            quotas={**DEFAULT_QUOTAS, **read.quotas("QUOTAS")},
            maximum_concurrency=int(read.number("MAXIMUM_CONCURRENCY")),
            allowed_channels=frozenset(read.items("ALLOWED_CHANNELS")),
            allowed_contact_flow_ids=frozenset(read.items("ALLOWED_CONTACT_FLOW_IDS")),
            allowed_queue_ids=frozenset(read.items("ALLOWED_QUEUE_IDS")),
            allowed_user_ids=frozenset(read.items("ALLOWED_USER_IDS")),
            retry_for_hours=read.number("RETRY_FOR_HOURS"),
            settle_minutes=read.number("SETTLE_MINUTES"),
            ledger_days=read.number("LEDGER_DAYS"),
            routes=read.counts("ROUTES"),
        )
