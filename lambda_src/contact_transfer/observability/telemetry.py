"""What the functions write: log lines and metrics, all of them in one place.

Log lines are those of Powertools' Logger. Metrics are CloudWatch's embedded metric format: lines of the same log, which have no
level, so the application log level of the functions must stay at INFO or lower. No log line holds a body, an unknown field, a
message attribute or ``reason``.
"""

from __future__ import annotations

import json
import traceback
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import Metrics

from contact_transfer.observability.metrics import (
    CLASS_DIMENSION,
    DIMENSIONS,
    OPERATIONS,
    SERVICE,
    WAITING,
    Metric,
)
from contact_transfer.request.timestamps import rfc3339
from contact_transfer.transfer.failure_codes import FailureClass
from contact_transfer.transfer.outcome import (
    CancellationRecorded,
    Cancelled,
    Cause,
    Deferred,
    Failed,
    Held,
    MessageOutcome,
    Moved,
    Skipped,
    Transferred,
)

#: The words of an outcome's line.
_EVENTS: Mapping[type[MessageOutcome], str] = {
    Transferred: "transferred",
    Failed: "failed",
    Skipped: "skipped",
    Cancelled: "cancelled",
    CancellationRecorded: "cancellation recorded",
    Deferred: "deferred",
    Moved: "moved",
    Held: "held",
}
_VALUES = 100  # what one entry of the embedded metric format holds of a metric
#: Made once; ``json.dumps`` makes one for each text when it is not to use its defaults.
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str)


class Telemetry:
    """One invocation after the other: collects, and writes at the end of each."""

    def __init__(self, logger: Logger, metrics: Metrics) -> None:
        self._logger = logger
        self._metrics = metrics
        self._counts: Counter[tuple[Metric, str]] = Counter()
        self._classes: Counter[str] = Counter()
        self._seconds: defaultdict[Metric, list[float]] = defaultdict(list)

    def begin(self, invocation: str) -> None:
        """All lines of the invocation carry its id."""
        self._logger.append_keys(function_request_id=invocation)

    def outcome(
        self,
        outcome: MessageOutcome,
        *,
        seconds: float,
        waited: float | None,
        tried: float | None = None,
        **keys: Any,
    ) -> None:
        """Write one line for what became of one message, and count it.

        Args:
            outcome: what became of it.
            seconds: how long the work on it took.
            waited: seconds since the message was sent; None when unknown.
            tried: seconds since the message was first received; None when unknown.
            keys: further keys of the line.

        """
        fields = {**keys, "seconds": round(seconds, 3), "waited": None if waited is None else round(waited, 3)}
        fields["correlation_id"] = keys.get("requestName") or keys.get("messageId")
        if waited is not None:
            self._seconds[Metric.REQUEST_AGE].append(waited)
        self._count(outcome, waited, tried)
        write = self._logger.warning if isinstance(outcome, Failed) else self._logger.info
        write(_EVENTS[type(outcome)], extra=_keys(outcome) | fields)

    def _count(self, outcome: MessageOutcome, waited: float | None, tried: float | None) -> None:
        match outcome:
            case Transferred():
                self._transferred(outcome, waited)
            case Failed():
                self._counts[Metric.FAILED, outcome.code] += 1
                self._classes[_failure_class(outcome)] += 1
            case Skipped():
                self._counts[Metric.SKIPPED, outcome.reason] += 1
            case Deferred():
                self._deferred(outcome, tried)
            case Cancelled():
                self._counts[Metric.CANCELLED, ""] += 1
            case Moved():
                self._counts[Metric.MOVED, ""] += 1
            case Held():
                self._counts[Metric.HELD, ""] += 1

    def _transferred(self, outcome: Transferred, waited: float | None) -> None:
        self._counts[Metric.REPEATED if outcome.repeated else Metric.TRANSFERRED, ""] += 1
        if waited is not None and not outcome.repeated:
            self._seconds[Metric.REQUEST_TO_TRANSFER].append(waited)

    def _deferred(self, outcome: Deferred, tried: float | None) -> None:
        self._counts[Metric.DEFERRED, outcome.cause] += 1
        if tried is not None and outcome.cause not in WAITING:
            self._seconds[Metric.RETRIED].append(tried)
        if outcome.cause is Cause.THROTTLED:
            operation = outcome.detail.partition(":")[0]
            self._counts[Metric.THROTTLED, operation if operation in OPERATIONS else OPERATIONS[0]] += 1

    def put_off(self, cause: Cause, event: str, **keys: Any) -> None:
        """A message that is no request comes back because something does not work: counted as requests are, by the same causes."""
        self._counts[Metric.DEFERRED, cause] += 1
        self._logger.warning(event, **keys)

    def confirmed(self, since_transfer: float, since_request: float | None, **keys: Any) -> None:
        """The new contact has reached a queue or an agent, ``since_transfer`` and ``since_request`` seconds after these."""
        self._counts[Metric.CONFIRMED, ""] += 1
        self._seconds[Metric.TRANSFER_TO_CONFIRMATION].append(since_transfer)
        fields: dict[str, Any] = {"sinceTransfer": round(since_transfer, 3)}
        if since_request is not None:
            self._seconds[Metric.REQUEST_TO_CONFIRMATION].append(since_request)
            fields["sinceRequest"] = round(since_request, 3)
        self._logger.info("confirmed", **fields, **keys)

    def unconfirmed(self, **keys: Any) -> None:
        """The contact that a transfer made ended before it reached a queue or an agent, or was silent for too long."""
        self._counts[Metric.UNCONFIRMED, ""] += 1
        self._logger.warning("unconfirmed", **keys)

    def ended_in_flow(self, **keys: Any) -> None:
        """The flow of a flow-only transfer ended the new contact: it named no queue and no agent to arrive at."""
        self._counts[Metric.ENDED_IN_FLOW, ""] += 1
        self._logger.info("ended in flow", **keys)

    def conflict(self, name: str, winner: str) -> None:
        """A 200 for a contact that the ledger has as transferred to another contact.

        ``winner``: the request of which the ledger says so.
        """
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
                self._write(_counted(metric, count), {DIMENSIONS[metric]: reason})
        for failure_class, count in self._classes.items():
            self._write(_counted(Metric.FAILED, count), {CLASS_DIMENSION: failure_class})
        self._write_all(totals)
        self._counts.clear()
        self._classes.clear()
        self._seconds.clear()

    def _write_all(self, totals: Mapping[Metric, int]) -> None:
        named = {name: entry for metric, count in totals.items() for name, entry in _counted(metric, count).items()}
        seconds = {metric.value: values for metric, values in self._seconds.items()}
        while named or seconds:
            self._write(named | {name: _entry("Seconds", values[:_VALUES]) for name, values in seconds.items()}, {})
            seconds = {name: rest for name, values in seconds.items() if (rest := values[_VALUES:])}
            named = {}

    def _write(self, entries: Mapping[str, Any], dimensions: Mapping[str, str]) -> None:
        """Hand over all at once: value by value, Powertools checks each again and spells out all before it for its debug log."""
        given = {
            "service": self._metrics.service or SERVICE,
            **{name: str(value) for name, value in dimensions.items()},
        }
        text = _ENCODER.encode(self._metrics.serialize_metric_set(dict(entries), given))
        print(f"{text}\n", end="")  # noqa: T201 - where Powertools writes metrics, too; one write, so that no other process's line comes between


def _failure_class(failed: Failed) -> FailureClass:
    from contact_transfer.transfer.failures import failure  # noqa: PLC0415 - the start does not pay for the table

    known = failure(failed.code)
    return known.failure_class if known else FailureClass.UNKNOWN


def _keys(outcome: MessageOutcome) -> dict[str, Any]:
    """The keys that lines of the outcome's kind have."""
    keys: dict[str, Any] = {"attempts": outcome.attempts}
    match outcome:
        case Transferred():
            keys |= {"newContactId": outcome.new_contact_id, "inferred": outcome.inferred, "repeated": outcome.repeated}
        case Failed():
            keys["failureCode"] = str(outcome.code)
        case Skipped():
            keys["skipReason"] = str(outcome.reason)
        case Deferred():
            keys |= {"cause": str(outcome.cause), "delay": round(outcome.delay), "detail": outcome.detail}
        case Moved():
            keys["lane"] = str(outcome.lane)
        case Held():
            keys["until"] = rfc3339(outcome.until)
    if isinstance(outcome, Transferred | Failed | Skipped | Deferred):
        keys["movedContactId"] = outcome.moved_contact_id
    return keys


def _counted(metric: Metric, count: int) -> dict[str, Any]:
    return {metric.value: _entry("Count", [float(count)])}


def _entry(unit: str, values: list[float]) -> dict[str, Any]:
    return {"Unit": unit, "StorageResolution": 60, "Value": values}
