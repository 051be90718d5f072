"""A deployment in virtual time whose metrics are collected: the real worker writes its own, the queues and the function give theirs."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import replace
from enum import StrEnum
from random import Random
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import Metrics as PowertoolsMetrics

from bench.requests import INSTANCE, INSTANCE_ARN
from contact_transfer import bootstrap
from contact_transfer.observability.metrics import NAMESPACE
from contact_transfer.observability.telemetry import Telemetry
from contact_transfer.transfer.clock import Randomness
from contact_transfer_cdk.settings import sizing as deployed
from local.connect.seed import seed
from local.virtual import Cloud, Context, Fault, Handler, Kit, Layout, Sizing, Weather
from local.virtual import worker as worker_of
from local.virtual.cloud import BEGINS
from local.virtual.weather import Kind
from tests.infra.cloudwatch import Metrics, series

SERVICE = "ContactTransfer-local"
HOUR_SECONDS = 3600.0
#: Every back-off is so much of its longest. With this one, a request is tried last just before its hour is over, and then 15 minutes later.
JITTER = 0.96
#: SQS's age of the oldest message leaves out messages that were received that often. Source: SQS developer guide, "CloudWatch metrics".
LEFT_OUT_FROM_RECEIVES = 3


class Worker(StrEnum):
    """What the worker's function does."""

    WORKS = "works"
    FAILS = "fails"  # raises, whatever it is given
    HANGS = "hangs"  # until its time-out
    DEFECT = "defect"  # works, but for a defect that every message meets


class Scene:
    """Set it with ``fault``, ``request`` and the clients of ``cloud``; then ``run``. Times in seconds from the beginning."""

    def __init__(
        self, worker: Worker = Worker.WORKS, workers: int = 2, recycle_after: int = 100_000, **settings: Any
    ) -> None:
        self.metrics = Metrics()
        self._worker = worker
        self._faults: list[Fault] = []
        self.settings = replace(worker_of.settings(INSTANCE_ARN, bus=SERVICE), **settings)
        sizing = deployed.Sizing()
        runs = Sizing(batch_size=sizing.batch_size, timeout=sizing.worker_timeout_seconds, concurrency=workers)
        runs = replace(runs, recycle_after=recycle_after)
        self.cloud = Cloud(1, Layout(runs, sizing.visibility_timeout_seconds), (), self._environment)
        self.connect = self.cloud.connect
        self.connect.add_instance(INSTANCE_ARN)
        self.seed = seed(self.connect, INSTANCE)
        self.telemetry = self._telemetry()

    def fault(self, service: str, kind: Kind, operation: str = "*", probability: float = 1.0) -> None:
        """Let something go wrong all the time."""
        self._faults.append(Fault(service, kind, operation, probability))

    def at(self, seconds: float, act: Callable[[], None]) -> None:
        """Plan what somebody does."""
        self.cloud.loop.at(BEGINS + seconds, act)

    def contact(self) -> str:
        """Start a task."""
        asked = {"InstanceId": INSTANCE, "ContactFlowId": self.seed.flows["Inbound"], "Name": "a case"}
        return str(self.connect.call("StartTaskContact", **asked)["ContactId"])

    def request(self, at: float = 0.0, lane: str = "normal", **changed: str) -> None:
        """Send a request for a new task, to the queue of a lane."""
        queue = self.cloud.urgent if lane == "urgent" else self.cloud.queue

        def send() -> None:
            fields = {"contactId": self.contact(), "contactFlowId": self.seed.flows["Move to queue"]}
            fields["queueId"] = self.seed.queues["Support"]
            queue.send(json.dumps(fields | changed))

        self.at(at, send)

    def requests(self, every: float, until: float, **changed: str) -> None:
        """Send one request after the other."""
        for number in range(int(until / every)):
            self.request(number * every, **changed)

    def run(self, lasts: float) -> Metrics:
        """Let time pass; collect what is written and what the queues show each minute."""
        self.cloud.change_weather(Weather(tuple(self._faults), Random(2), BEGINS))  # noqa: S311 - faults of a test
        throttled = [0]
        self._before()
        for minute in range(int(lasts / 60) + 1):
            self.at(minute * 60.0, lambda: self._look(throttled))
        with self._collected():
            self.cloud.loop.run(BEGINS + lasts)
        for run in self.cloud.function.invocations:
            ended = run.ended - BEGINS
            self.metrics.put(_function("Errors"), ended, float(run.how in ("raised", "timed out", "died")))
            self.metrics.put(_function("Duration"), ended, (run.ended - run.began) * 1000)
        return self.metrics

    def _before(self) -> None:
        """An hour in which the queues were empty."""
        for minute in range(-60, 0):
            for queue in ("QueuesDeadLetters", "ConfirmationFailed"):
                self.metrics.put(series("ApproximateNumberOfMessagesVisible", QueueName=queue), minute * 60.0, 0.0)

    def _look(self, throttled: list[int]) -> None:
        cloud, now = self.cloud, self.cloud.loop.now
        for name, queue in (("QueuesTransfers", cloud.queue), ("QueuesUrgent", cloud.urgent)):
            waiting = [one for one in queue.messages if not one.gone and one.receives < LEFT_OUT_FROM_RECEIVES]
            oldest = max((now - one.sent for one in waiting), default=0.0)
            self._put("ApproximateAgeOfOldestMessage", name, oldest)
        self._put("ApproximateNumberOfMessagesVisible", "QueuesDeadLetters", float(cloud.dead_letters.visible))
        struck = cloud.weather.struck["function", Kind.NOT_INVOKED]
        self.metrics.put(_function("Throttles"), now - BEGINS, float(struck - throttled[0]))
        throttled[0] = struck

    def _put(self, metric: str, queue: str, value: float) -> None:
        self.metrics.put(series(metric, QueueName=queue), self.cloud.loop.now - BEGINS, value)

    @contextmanager
    def _collected(self) -> Iterator[None]:
        with redirect_stdout(_Lines(self._line)):
            yield

    def _line(self, text: str) -> None:
        self.metrics.put_embedded(json.loads(text), self.cloud.loop.now - BEGINS)

    @staticmethod
    def _telemetry() -> Telemetry:
        logger = Logger(service="alarm situations", level="CRITICAL")
        return Telemetry(logger, PowertoolsMetrics(namespace=NAMESPACE, service=SERVICE))

    def _environment(self, kit: Kit) -> Handler:
        clock = worker_of.clock(kit)
        randomness = Randomness(random=lambda: JITTER, new_id=kit.new_id)
        batch = bootstrap.batch(self.settings.to_environment(), kit.aws, clock, randomness, self._telemetry())
        if self._worker is Worker.DEFECT:
            batch = replace(batch, service=None)  # type: ignore[arg-type]  # calling it raises
        carry_out = worker_of.handler(batch, clock)

        def handler(event: dict[str, Any], context: Context) -> Any:
            if self._worker is Worker.FAILS:
                raise RuntimeError("a defect that the function does not survive")
            if self._worker is Worker.HANGS:
                kit.sleep(HOUR_SECONDS)
            return carry_out(event, context)

        return handler


class _Lines(io.StringIO):
    """Gives each line to somebody as soon as it is written."""

    def __init__(self, read: Callable[[str], None]) -> None:
        super().__init__()
        self._read = read

    def write(self, text: str) -> int:
        if text.strip():
            self._read(text)
        return len(text)


def _function(metric: str) -> Any:
    return series(metric, FunctionName="WorkerFunction")
