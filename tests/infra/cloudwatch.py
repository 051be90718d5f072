"""CloudWatch in small: metrics as samples over virtual time, and which alarms of a template ring on them, and when.

Source: Amazon CloudWatch user guide, "Using Amazon CloudWatch alarms", "Evaluating an alarm" and "treating missing data".
Periods follow one another without a gap (assumed). Where they begin is not documented, so every minute is tried.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

STATISTICS: Mapping[str, Callable[[Sequence[float]], float]] = {"Sum": sum, "Maximum": max, "Minimum": min}
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {"GreaterThanThreshold": lambda value, limit: value > limit}
#: A metric's name and dimensions. A queue, a function or a rule is known by its place in the stack.
Series = tuple[str, frozenset[tuple[str, str]]]


def series(metric: str, **dimensions: str) -> Series:
    """The series of a metric with those dimensions and no others."""
    return metric, frozenset(dimensions.items())


@dataclass
class Metrics:
    """Samples of every series: time in seconds, and value."""

    samples: defaultdict[Series, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

    def put(self, of: Series, time: float, *values: float) -> None:
        """Add values that were written at ``time``."""
        self.samples[of].extend((time, value) for value in values)

    def put_embedded(self, line: Mapping[str, Any], time: float) -> None:
        """Add what a line in the embedded metric format says. Its own time stamp is of the machine that runs the test."""
        for directive in line["_aws"]["CloudWatchMetrics"]:
            for names in directive["Dimensions"]:
                of = {name: line[name] for name in names}
                for definition in directive["Metrics"]:
                    value = line[definition["Name"]]
                    values = value if isinstance(value, list) else [value]
                    self.put(series(definition["Name"], **of), time, *values)


@dataclass(frozen=True)
class Alarm:
    """An alarm as the template defines it. ``page``: whether it wakes somebody."""

    name: str
    page: bool
    of: Series
    properties: Mapping[str, Any]

    def rings_after(self, metrics: Metrics, lasts: float) -> float | None:
        """Seconds from 0 until it rings at the latest, wherever its periods begin. None: it does not ring within ``lasts``.

        Raise ``AssertionError`` when it depends on where its periods begin whether it rings at all.
        """
        period = int(self.properties["Period"])
        rung = [self._rings_at(metrics, lasts, float(shift)) for shift in range(0, period, 60)]
        if all(at is None for at in rung):
            return None
        assert None not in rung, f"{self.name} rings or not, depending on where its periods begin"
        return max(at for at in rung if at is not None)

    def _rings_at(self, metrics: Metrics, lasts: float, shift: float) -> float | None:
        """The end of the period in which enough of the latest periods are beyond the threshold. Missing data are not."""
        given = self.properties
        assert given["TreatMissingData"] == "notBreaching"
        period, looked_at = int(given["Period"]), int(given["EvaluationPeriods"])
        beyond, statistic = COMPARISONS[given["ComparisonOperator"]], STATISTICS[given["Statistic"]]
        values: defaultdict[int, list[float]] = defaultdict(list)
        for time, value in metrics.samples.get(self.of, ()):
            values[math.floor((time + shift) / period)].append(value)
        breaching = {at for at, those in values.items() if beyond(statistic(those), float(given["Threshold"]))}
        for at in range(math.ceil((lasts + shift) / period)):
            if sum(at - back in breaching for back in range(looked_at)) >= given.get("DatapointsToAlarm", looked_at):
                return (at + 1) * period - shift
        return None


def alarms_of(resources: Mapping[str, Any]) -> list[Alarm]:
    """All alarms of a template."""
    found = [resource["Properties"] for resource in resources.values() if resource["Type"] == "AWS::CloudWatch::Alarm"]
    return [_alarm(properties, resources) for properties in found]


def _alarm(properties: Mapping[str, Any], resources: Mapping[str, Any]) -> Alarm:
    [action] = properties["AlarmActions"]
    topic = resources[action["Ref"]]["Properties"]["TopicName"]
    dimensions = {one["Name"]: _place(one["Value"]) for one in properties["Dimensions"]}
    name = properties["AlarmName"].removeprefix("ContactTransfer-local-")
    return Alarm(name, topic.endswith("-page"), series(properties["MetricName"], **dimensions), properties)


def _place(value: Any) -> str:
    """A name as it is; of a reference, the resource's place in the stack without the hash behind it."""
    if isinstance(value, str):
        return value
    logical_id = str(value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0])
    return re.sub(r"[0-9A-F]{8}$", "", logical_id).removeprefix("ContactTransfer")
