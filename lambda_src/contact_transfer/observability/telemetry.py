"""What the functions tell: the names of all metrics and log keys, in one place, and how they are written.

Metrics are CloudWatch's embedded metric format, written to the log by Powertools. Each is counted with the dimension
``service`` alone, which is the deployment's name (that of its bus): an account may have several. Those of ``DIMENSIONS`` are
counted once more by their reason, of which there are few (``reasons``). No log line holds a body, an unknown field, a message
attribute or ``reason``.
"""

from __future__ import annotations

import traceback
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit, single_metric

from contact_transfer.config.worker_settings import DEFAULT_QUOTAS
from contact_transfer.observability.lines import ENCODER
from contact_transfer.transfer.outcome import Cause, Deferred, Failed, FailureCode, Outcome, Transferred

SERVICE = "contact-transfer"
NAMESPACE = "ContactTransfer"


class Metric(StrEnum):
    """Every metric. Counts, but for those whose names say seconds."""

    TRANSFERRED = "Transferred"
    REPEATED = "Repeated"  # a message whose request had been transferred before
    FAILED = "Failed"  # by FailureCode
    DEFERRED = "Deferred"  # by Cause
    THROTTLED = "Throttled"  # by Operation
    CONFIRMED = "Confirmed"  # the new contact reached a queue or an agent
    UNCONFIRMED = "Unconfirmed"  # it did not, in the time that confirmations have
    LEDGER_CONFLICT = "LedgerConflict"  # one contact, two transfers
    REQUEST_TO_TRANSFER = "RequestToTransferSeconds"
    TRANSFER_TO_CONFIRMATION = "TransferToConfirmationSeconds"
    REQUEST_TO_CONFIRMATION = "RequestToConfirmationSeconds"
    REQUEST_AGE = "RequestAgeSeconds"  # of every request that was worked on, whatever came of it
    PACED_WAIT = "PacedWaitSeconds"


#: The dimension by which a metric is counted once more.
DIMENSIONS = {Metric.FAILED: "FailureCode", Metric.DEFERRED: "Cause", Metric.THROTTLED: "Operation"}
_VALUES = 100  # what one entry of the embedded metric format holds of a metric
#: The operations of Connect that the worker calls.
OPERATIONS = ("TransferContact", *DEFAULT_QUOTAS)


def reasons(metric: Metric) -> list[str]:
    """Every value that the metric's own dimension can have; empty when it has none."""
    values: dict[Metric, Iterable[str]] = {
        Metric.FAILED: list(FailureCode),
        Metric.DEFERRED: list(Cause),
        Metric.THROTTLED: OPERATIONS,
    }
    return [str(value) for value in values.get(metric, ())]


class Telemetry:
    """One invocation after the other: collects, and writes at the end of each."""

    def __init__(self, logger: Logger, metrics: Metrics) -> None:
        self._logger = logger
        self._metrics = metrics
        self._counts: Counter[tuple[Metric, str]] = Counter()
        self._seconds: defaultdict[Metric, list[float]] = defaultdict(list)

    def begin(self, invocation: str) -> None:
        """All lines of the invocation carry its id."""
        self._logger.append_keys(function_request_id=invocation)

    def outcome(self, outcome: Outcome, *, seconds: float, waited: float | None, **keys: Any) -> None:
        """One line and its counts for what became of one message. ``seconds``: work; ``waited``: since the message was sent."""
        line: dict[str, Any] = {"attempts": outcome.attempts}
        told = {**keys, "seconds": round(seconds, 3), "waited": None if waited is None else round(waited, 3)}
        told["correlation_id"] = keys.get("requestName") or keys.get("messageId")
        if waited is not None:
            self._seconds[Metric.REQUEST_AGE].append(waited)
        match outcome:
            case Transferred():
                self._transferred(outcome, waited)
                line["newContactId"] = outcome.new_contact_id
                line["inferred"] = outcome.inferred
                line["repeated"] = outcome.repeated
                self._logger.info("transferred", extra=line | told)
            case Failed():
                self._counts[Metric.FAILED, outcome.code] += 1
                line["failureCode"] = str(outcome.code)
                self._logger.warning("failed", extra=line | told)
            case Deferred():
                self._deferred(outcome)
                line |= {"cause": str(outcome.cause), "delay": round(outcome.delay), "detail": outcome.detail}
                self._logger.info("deferred", extra=line | told)

    def _transferred(self, outcome: Transferred, waited: float | None) -> None:
        self._counts[Metric.REPEATED if outcome.repeated else Metric.TRANSFERRED, ""] += 1
        if waited is not None and not outcome.repeated:
            self._seconds[Metric.REQUEST_TO_TRANSFER].append(waited)

    def _deferred(self, outcome: Deferred) -> None:
        self._counts[Metric.DEFERRED, outcome.cause] += 1
        if outcome.cause is Cause.THROTTLED:
            operation = outcome.detail.partition(":")[0]
            self._counts[Metric.THROTTLED, operation if operation in OPERATIONS else OPERATIONS[0]] += 1

    def confirmed(self, since_transfer: float, since_request: float | None, **keys: Any) -> None:
        """The contact that a transfer made has reached a queue or an agent, so many seconds after the transfer and the request."""
        self._counts[Metric.CONFIRMED, ""] += 1
        self._seconds[Metric.TRANSFER_TO_CONFIRMATION].append(since_transfer)
        told: dict[str, Any] = {"sinceTransfer": round(since_transfer, 3)}
        if since_request is not None:
            self._seconds[Metric.REQUEST_TO_CONFIRMATION].append(since_request)
            told["sinceRequest"] = round(since_request, 3)
        self._logger.info("confirmed", **told, **keys)

    def unconfirmed(self, **keys: Any) -> None:
        """The contact that a transfer made ended before it reached a queue or an agent, or was silent for too long."""
        self._counts[Metric.UNCONFIRMED, ""] += 1
        self._logger.warning("unconfirmed", **keys)

    def conflict(self, name: str, winner: str) -> None:
        """A 200 for a contact that the ledger has as transferred to another contact."""
        self._counts[Metric.LEDGER_CONFLICT, ""] += 1
        self._logger.error("the contact was transferred twice", requestName=name, winner=winner)

    def trouble(self, event: str, **keys: Any) -> None:
        """Something an operator should see, though nothing is lost by it."""
        self._logger.warning(event, **keys)

    def defect(self, error: BaseException, **keys: Any) -> None:
        """A defect of ours: its kind and its place, but not its words, which may quote a message."""
        frames = traceback.extract_tb(error.__traceback__)[-4:]
        place = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in frames]
        self._logger.error("unexpected", error=type(error).__name__, place=place, **keys)

    def end(self, paced_wait: float = 0.0) -> None:
        """Write the invocation's metrics. ``paced_wait``: seconds spent waiting for tokens."""
        if paced_wait:
            self._seconds[Metric.PACED_WAIT].append(paced_wait)
        totals: Counter[Metric] = Counter()
        for (metric, reason), count in self._counts.items():
            totals[metric] += count
            if metric in DIMENSIONS:
                with single_metric(metric, MetricUnit.Count, count, namespace=NAMESPACE) as by_reason:
                    by_reason.add_dimension("service", self._metrics.service or SERVICE)
                    by_reason.add_dimension(DIMENSIONS[metric], reason)
        self._write(totals)
        self._counts.clear()
        self._seconds.clear()

    def _write(self, totals: Mapping[Metric, int]) -> None:
        """Hand over all at once: value by value, Powertools checks each again and spells out all before it for its debug log."""
        named = {metric.value: _entry("Count", [float(count)]) for metric, count in totals.items()}
        seconds = {metric.value: values for metric, values in self._seconds.items()}
        while named or seconds:
            named |= {name: _entry("Seconds", values[:_VALUES]) for name, values in seconds.items()}
            dimensions = {"service": self._metrics.service or SERVICE}
            print(ENCODER.encode(self._metrics.serialize_metric_set(named, dimensions)))  # noqa: T201 - where Powertools writes metrics, too
            seconds = {name: rest for name, values in seconds.items() if (rest := values[_VALUES:])}
            named = {}


def _entry(unit: str, values: list[float]) -> dict[str, Any]:
    return {"Unit": unit, "StorageResolution": 60, "Value": values}
