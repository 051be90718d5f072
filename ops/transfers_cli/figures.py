"""The live figures of a deployment: queues as they are, and the last minutes as CloudWatch counted them.

CloudWatch shows a minute's figures shortly after the worker wrote them, so rates lag by up to a minute; the queues do not.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError

from contact_transfer.observability.metrics import DIMENSIONS, NAMESPACE, Metric, reasons
from contact_transfer.request.arn import parse_instance
from transfers_cli.alarms import own_alarms
from transfers_cli.deployment import Deployment
from transfers_cli.held import schedule_names
from transfers_cli.ledger import LedgerReader

MINUTES = 30
#: Held requests that are counted, at most: each hundred takes a call.
MOST_HELD = 1000
_QUERIES = 500  # metrics that one GetMetricData takes


@dataclass(frozen=True)
class Figures:
    """``waiting`` and ``in_flight``: of both lanes; ``urgent``: of them, those that wait in the urgent one.

    ``held``: requests that EventBridge Scheduler keeps, as far as they were counted. ``in_doubt``: contacts of which it is not known
    whether they were transferred. None: not known, since the one who asks may not ask.
    ``minutes``: the values of each counted metric, oldest first, the minute under way last. ``by_reason``: their sums.
    ``failed``: how many requests did, in the time that is shown.
    """

    at: float
    running: bool
    waiting: int
    in_flight: int
    failed: int
    pace: float
    urgent: int = 0
    held: int | None = None
    in_doubt: int | None = None
    minutes: Mapping[str, Sequence[float]] = field(default_factory=dict)
    by_reason: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    ringing: Sequence[str] = ()

    def total(self, metric: Metric) -> float:
        """The sum over the time shown."""
        return sum(self.minutes.get(metric, ()))

    @property
    def rate(self) -> float:
        """Transfers a second, over the last full minute or the one under way, whichever shows more."""
        return max(self.minutes.get(Metric.TRANSFERRED, [0.0])[-2:], default=0.0) / 60

    @property
    def oldest(self) -> float | None:
        """Seconds that the oldest request had waited, of those lately seen by the worker or by SQS."""
        seen = [*self.minutes.get("oldest", ())[-3:], *self.minutes.get(Metric.REQUEST_AGE, ())[-3:]]
        return max(seen) if self.waiting + self.in_flight and any(seen) else None

    def as_dict(self) -> dict[str, Any]:
        """For scripts."""
        return {
            "running": self.running,
            "waiting": self.waiting,
            "urgentWaiting": self.urgent,
            "held": self.held,
            "inDoubt": self.in_doubt,
            "inFlight": self.in_flight,
            "failedWaiting": self.failed,
            "oldestSeconds": self.oldest,
            "transfersPerSecond": round(self.rate, 3),
            "shareOfQuota": round(self.rate / self.pace, 3),
            "lastMinutes": MINUTES,
            "totals": {metric: self.total(metric) for metric in _COUNTED},
            "byReason": self.by_reason,
            "alarms": list(self.ringing),
        }


_COUNTED = (
    Metric.TRANSFERRED,
    Metric.REPEATED,
    Metric.FAILED,
    Metric.DEFERRED,
    Metric.THROTTLED,
    Metric.CONFIRMED,
    Metric.UNCONFIRMED,
    Metric.LEDGER_CONFLICT,
)


class Watching:
    """Reads figures; those of CloudWatch, which cost money, no more often than every ``every`` seconds, for the last ``minutes``."""

    def __init__(self, found: Deployment, every: float = 15.0, minutes: int = MINUTES) -> None:
        self._found = found
        self._every = every
        self._minutes = minutes
        self._asked = float("-inf")
        self._counted: dict[str, list[float]] = {}
        self._by_reason: dict[str, dict[str, float]] = {}
        self._ringing: list[str] = []
        self._held: int | None = None
        self._in_doubt: int | None = None

    def figures(self) -> Figures:
        """The figures now."""
        if time.monotonic() - self._asked >= self._every:
            self._ask_cloudwatch()
            self._held = _held(self._found)
            self._in_doubt = _in_doubt(self._found)
            self._asked = time.monotonic()
        names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
        queue = self._found.waiting(*names)
        states = {
            self._found.aws("lambda").get_event_source_mapping(UUID=mapping["UUID"])["State"]
            for mapping in self._found.mappings
        }
        return Figures(
            at=time.time(),
            running=states <= {"Enabled", "Enabling"},
            waiting=queue[names[0]],
            urgent=self._found.queue("UrgentQueueUrl", names[0])[names[0]],
            held=self._held,
            in_doubt=self._in_doubt,
            in_flight=queue[names[1]],
            failed=sum(self._found.queue("DeadLetterQueueUrl", *names).values()),
            pace=self._found.settings.transfers_per_second,
            minutes=self._counted,
            by_reason=self._by_reason,
            ringing=self._ringing,
        )

    def _ask_cloudwatch(self) -> None:
        ends = (int(time.time()) // 60 + 1) * 60
        begins = ends - self._minutes * 60
        asked = list(_queries(self._found))
        found: dict[str, list[float]] = {}
        for start in range(0, len(asked), _QUERIES):
            queries = [query for _, query in asked[start : start + _QUERIES]]
            pages = self._found.aws("cloudwatch").get_paginator("get_metric_data")
            for page in pages.paginate(MetricDataQueries=queries, StartTime=begins, EndTime=ends):
                for one in page["MetricDataResults"]:
                    _add(found.setdefault(one["Id"], [0.0] * self._minutes), one, begins)
        whole = {query["Id"]: name for (name, reason), query in asked if not reason}
        self._counted = {whole[key]: values for key, values in found.items() if key in whole}
        self._by_reason = {}
        for (name, reason), query in asked:
            if reason and (count := sum(found.get(query["Id"], ()))):
                self._by_reason.setdefault(name, {})[reason] = count
        self._ringing = sorted(name for name, _ in own_alarms(self._found, ringing=True))


def _held(found: Deployment) -> int | None:
    try:
        return sum(1 for _ in islice(schedule_names(found), MOST_HELD))
    except ClientError:  # the rest is worth watching without the right to list schedules
        return None


def _in_doubt(found: Deployment) -> int | None:
    reader = LedgerReader(found)
    try:
        return sum(reader.count_in_doubt(parse_instance(arn).instance_id) for arn in found.settings.instance_arns)
    except ClientError:  # the rest is worth watching without the right to read the ledger
        return None


def _add(values: list[float], result: Mapping[str, Any], begins: float) -> None:
    for moment, value in zip(result["Timestamps"], result["Values"], strict=True):
        minute = int((moment.timestamp() - begins) // 60)
        if 0 <= minute < len(values):
            values[minute] += float(value)


def _queries(found: Deployment) -> Iterator[tuple[tuple[str, str], dict[str, Any]]]:
    """(name, reason) and the query for it. Each metric is asked for by name: a search would not show what is new at once."""
    service = {"service": found.output("EventBusName")}
    wanted: list[tuple[str, str, str, str, dict[str, str], str]] = [
        (metric, "", NAMESPACE, metric, service, "Sum") for metric in _COUNTED
    ]
    wanted.append((Metric.REQUEST_AGE, "", NAMESPACE, Metric.REQUEST_AGE, service, "Maximum"))
    queue = {"QueueName": found.output("TransferQueueUrl").rsplit("/", 1)[-1]}
    wanted.append(("oldest", "", "AWS/SQS", "ApproximateAgeOfOldestMessage", queue, "Maximum"))
    for metric, dimension in DIMENSIONS.items():
        wanted += [
            (metric, reason, NAMESPACE, metric, {**service, dimension: reason}, "Sum") for reason in reasons(metric)
        ]
    for number, (name, reason, namespace, metric_name, dimensions, statistic) in enumerate(wanted):
        given = [{"Name": key, "Value": value} for key, value in dimensions.items()]
        metric_given = {"Namespace": namespace, "MetricName": str(metric_name), "Dimensions": given}
        yield (
            (str(name), reason),
            {"Id": f"m{number}", "MetricStat": {"Metric": metric_given, "Period": 60, "Stat": statistic}},
        )
