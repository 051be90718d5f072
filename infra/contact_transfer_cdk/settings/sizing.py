"""The numbers that fit together: sizes, time-outs and retentions of the stack. Not settings; checked all the same."""

from __future__ import annotations

from dataclasses import dataclass

HOURS_PER_DAY = 24


@dataclass(frozen=True)
class Sizing:
    """Seconds, days and counts of the queues and the worker.

    ``batch_size``: one, so that no worker sits on messages that another one has tokens for.
    ``lease_margin_seconds``: how long a lease in the ledger outlives its worker's invocation, clock skew included.
    ``reserve_seconds``: the end of an invocation, in which a call to Connect could not be over, so none begins.
    ``contact_life_days``: how long a contact can stay open. Amazon Connect lets a task live for up to 90 days
    (``connect:ContactExpiry``); that an e-mail lives no longer is assumed.
    ``flow_timeout_seconds``: what a synchronous call of a flow has at most (Invoke AWS Lambda function block).
    ``mean_backoff_seconds``: full jitter under the cap of 900 seconds.
    """

    batch_size: int = 1
    worker_memory_mb: int = 128
    worker_timeout_seconds: int = 60
    visibility_timeout_seconds: int = 360
    lease_margin_seconds: int = 10
    reserve_seconds: int = 9
    transfer_retention_days: int = 7
    dead_letter_retention_days: int = 14
    maximum_receive_count: int = 1000
    mean_backoff_seconds: int = 450
    contact_life_days: int = 90
    archive_retention_days: int = 14
    flow_memory_mb: int = 256
    flow_timeout_seconds: int = 8
    sweep_memory_mb: int = 256
    sweep_timeout_seconds: int = 300
    confirmation_memory_mb: int = 256
    confirmation_timeout_seconds: int = 30
    confirmation_retention_days: int = 4
    confirmation_batch_size: int = 10
    confirmation_receive_count: int = 100

    @property
    def lease_seconds(self) -> int:
        """How long a lease lasts that is taken when an invocation begins."""
        return self.worker_timeout_seconds + self.lease_margin_seconds
