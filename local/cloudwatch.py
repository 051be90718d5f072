"""CloudWatch's part of the local cloud: log lines, the metrics in them, and the metrics that AWS makes of its services.

The emulator has the log groups, the metrics and the alarms, but nothing that fills them. This carries the functions' lines
to their log group, turns the embedded metric format into metrics, counts errors and durations as Lambda does, and tells the
queues' depths as SQS does (each minute there, every few seconds here). ``ApproximateAgeOfOldestMessage`` is left out: no
call shows it.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

EVERY_SECONDS = 1.0
_DEPTHS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")
_LOG_BATCH = 500
_METRIC_BATCH = 500


class CloudWatch:
    """Fills logs and metrics until it is stopped. ``log``: the function's lines; ``queues``: their URLs.

    ``group``: the log group.
    """

    def __init__(self, clients: Mapping[str, Any], log: Path, function: str, group: str, queues: Sequence[str]) -> None:
        self._clients = clients
        self._log = log
        self._function = function
        self._group = group
        self._queues = queues
        self._read = 0
        self._stream = f"local/{int(time.time())}"
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="cloudwatch")

    def start(self) -> None:
        """Create the log stream and start to publish."""
        self._clients["logs"].create_log_stream(logGroupName=self._group, logStreamName=self._stream)
        self._thread.start()

    def stop(self) -> None:
        """Carry nothing further. Safe to call again."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join(5)

    def _run(self) -> None:
        while not self._ended.wait(EVERY_SECONDS):
            try:
                self.carry()
            except (BotoCoreError, ClientError):
                self._ended.wait(EVERY_SECONDS)  # what could not be carried is read again

    def carry(self) -> None:
        """Carry what is new."""
        lines, until = self._new_lines()
        for begin in range(0, len(lines), _LOG_BATCH):
            events = [{"timestamp": _now(), "message": text} for text in lines[begin : begin + _LOG_BATCH]]
            self._clients["logs"].put_log_events(logGroupName=self._group, logStreamName=self._stream, logEvents=events)
        self._read = until
        found: dict[str, list[dict[str, Any]]] = {"AWS/SQS": list(self._depths())}
        for text in lines:
            for namespace, data in self._metrics_of(text):
                found.setdefault(namespace, []).extend(data)
        for namespace, data in found.items():
            self._put(namespace, data)

    def _new_lines(self) -> tuple[list[str], int]:
        if not self._log.exists():
            return [], 0
        with self._log.open("rb") as file:
            file.seek(self._read)
            content = file.read()
        whole = content[: content.rfind(b"\n") + 1]
        return [line for line in whole.decode(errors="replace").splitlines() if line], self._read + len(whole)

    def _metrics_of(self, text: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
        try:
            line = json.loads(text)
        except ValueError:
            return
        if not isinstance(line, dict):
            return
        for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
            yield directive["Namespace"], list(embedded(line, directive))
        if line.get("type") == "platform.report":
            yield "AWS/Lambda", list(reported(line["record"], self._function))

    def _depths(self) -> Iterator[dict[str, Any]]:
        for url in self._queues:
            answer = self._clients["sqs"].get_queue_attributes(QueueUrl=url, AttributeNames=list(_DEPTHS))
            names = ("ApproximateNumberOfMessagesVisible", *_DEPTHS[1:])
            for name, attribute in zip(names, _DEPTHS, strict=True):
                value = float(answer["Attributes"].get(attribute, 0))
                yield _datum(name, {"QueueName": url.rsplit("/", 1)[-1]}, [value], "Count")

    def _put(self, namespace: str, data: list[dict[str, Any]]) -> None:
        for begin in range(0, len(data), _METRIC_BATCH):
            self._clients["cloudwatch"].put_metric_data(
                Namespace=namespace, MetricData=data[begin : begin + _METRIC_BATCH]
            )


def embedded(line: Mapping[str, Any], directive: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The metrics of one directive of a line in the embedded metric format. Source: CloudWatch user guide, its specification."""
    for names in directive["Dimensions"]:
        dimensions = {name: str(line[name]) for name in names}
        for metric in directive["Metrics"]:
            value = line[metric["Name"]]
            values = [float(one) for one in (value if isinstance(value, list) else [value])]
            yield _datum(metric["Name"], dimensions, values, metric.get("Unit", "None"))


def reported(record: Mapping[str, Any], function: str) -> Iterator[dict[str, Any]]:
    """Lambda's own metrics of one invocation of ``function``, from the ``record`` of its end."""
    given = {"FunctionName": function}
    yield _datum("Invocations", given, [1.0], "Count")
    yield _datum("Errors", given, [0.0 if record.get("status") == "success" else 1.0], "Count")
    yield _datum("Duration", given, [float(record.get("metrics", {}).get("durationMs", 0))], "Milliseconds")


def _datum(name: str, dimensions: Mapping[str, str], values: list[float], unit: str) -> dict[str, Any]:
    given = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    return {"MetricName": name, "Dimensions": given, "Values": values, "Unit": unit}


def _now() -> int:
    return round(time.time() * 1000)
