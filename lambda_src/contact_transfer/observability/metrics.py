"""The names of all metrics and of their dimensions.

Every metric is counted with the dimension ``service`` alone, which is the deployment's name (that of its bus): an account may
have several. Those of ``DIMENSIONS`` are counted once more by their reason, of which there are few (``reasons``), and failures
once more by their class. The alarms of ``contact_transfer_cdk.monitoring`` watch these.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from contact_transfer.config.worker_settings import DEFAULT_QUOTAS
from contact_transfer.transfer.failure_codes import FailureCode
from contact_transfer.transfer.outcome import Cause, SkipReason

SERVICE = "contact-transfer"
NAMESPACE = "ContactTransfer"


class Metric(StrEnum):
    """Every metric. Counts, but for those whose names say seconds."""

    TRANSFERRED = "Transferred"
    REPEATED = "Repeated"  # a message whose request had been transferred before
    FAILED = "Failed"  # by FailureCode, and by FailureClass
    SKIPPED = "Skipped"  # by SkipReason
    CANCELLED = "Cancelled"
    DEFERRED = "Deferred"  # by Cause
    THROTTLED = "Throttled"  # by Operation
    MOVED = "Moved"  # a message that went on to the queue of the lane that its request names
    HELD = "Held"  # a message that EventBridge Scheduler sends again when its request is due
    CONFIRMED = "Confirmed"  # the new contact reached a queue or an agent
    UNCONFIRMED = "Unconfirmed"  # it did not, in the time that confirmations have
    ENDED_IN_FLOW = "EndedInFlow"  # a flow-only transfer whose flow ended the contact: nothing was to arrive anywhere
    LEDGER_CONFLICT = "LedgerConflict"  # one contact, two transfers
    REQUEST_TO_TRANSFER = "RequestToTransferSeconds"
    TRANSFER_TO_CONFIRMATION = "TransferToConfirmationSeconds"
    REQUEST_TO_CONFIRMATION = "RequestToConfirmationSeconds"
    REQUEST_AGE = "RequestAgeSeconds"  # since it was sent; of every request that was worked on, whatever came of it
    RETRIED = "RetriedSeconds"  # since its first try; of every request that is deferred because something does not work
    PACED_WAIT = "PacedWaitSeconds"


#: The dimension by which a metric is counted once more.
DIMENSIONS = {
    Metric.FAILED: "FailureCode",
    Metric.SKIPPED: "SkipReason",
    Metric.DEFERRED: "Cause",
    Metric.THROTTLED: "Operation",
}
#: The dimension by which ``Metric.FAILED`` is counted a third time; its values are those of ``FailureClass``.
CLASS_DIMENSION = "FailureClass"
#: Causes of a deferral that are no trouble: the request waits for its turn.
WAITING = frozenset({Cause.PACED, Cause.UNDER_WAY, Cause.NOT_BEFORE})
#: The operations of Connect that the worker calls.
OPERATIONS = ("TransferContact", *DEFAULT_QUOTAS)


def reasons(metric: Metric) -> list[str]:
    """Every value that the metric's own dimension can have; empty when it has none."""
    values: dict[Metric, Iterable[str]] = {
        Metric.FAILED: list(FailureCode),
        Metric.SKIPPED: list(SkipReason),
        Metric.DEFERRED: list(Cause),
        Metric.THROTTLED: OPERATIONS,
    }
    return [str(value) for value in values.get(metric, ())]
