"""botocore's client methods, as far as the worker and the plain consumers beside it use them, over the virtual wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from local.virtual import queue as queues
from local.virtual.bus import Bus
from local.virtual.connect import ConnectClient
from local.virtual.dynamodb import Table
from local.virtual.queue import Queue
from local.virtual.scheduler import Scheduler
from local.virtual.weather import Kind
from local.virtual.wire import Patience, Sender


class DynamoDb:
    """The two calls on items of the one table."""

    def __init__(self, sender: Sender, patience: Patience, table: Table) -> None:
        self._sender = sender
        self._patience = patience
        self._table = table

    def call(
        self, operation: str, act: Callable[[Any, dict[str, Any]], dict[str, Any]], asked: dict[str, Any]
    ) -> dict[str, Any]:
        """Make a call that the table carries out as ``act`` says."""
        answer: dict[str, Any] = self._sender.call(
            "dynamodb", operation, self._patience, lambda: act(self._table, asked)
        )
        return answer

    def put_item(self, **asked: Any) -> Any:
        """Write an item as DynamoDB does."""
        return self.call("PutItem", Table.put_item, asked)

    def get_item(self, **asked: Any) -> Any:
        """Read an item as DynamoDB does."""
        return self.call("GetItem", Table.get_item, asked)


class Sqs:
    """What the functions call on their queues, each found by its URL."""

    def __init__(self, sender: Sender, patience: Patience, queues: Mapping[str, Queue]) -> None:
        self._sender = sender
        self._patience = patience
        self._queues = queues

    def send_message(self, **asked: Any) -> Any:
        """Send a message as SQS does, to the queue whose URL is given."""
        queue = self._queues[asked["QueueUrl"]]
        return self._sender.call("sqs", "SendMessage", self._patience, lambda: queues.send_message(queue, asked))

    def send_message_batch(self, **asked: Any) -> Any:
        """Send messages as SQS does, each by itself."""
        queue = self._queues[asked["QueueUrl"]]

        def act() -> Any:
            return queues.send_message_batch(queue, asked["Entries"], lambda: _partly(self._sender, "sqs"))

        return self._sender.call("sqs", "SendMessageBatch", self._patience, act)

    def get_queue_attributes(self, **asked: Any) -> Any:
        """Count a queue's messages as SQS does, exactly."""
        queue = self._queues[asked["QueueUrl"]]
        return self._sender.call("sqs", "GetQueueAttributes", self._patience, lambda: queues.attributes(queue))

    def change_message_visibility_batch(self, **asked: Any) -> Any:
        """Change visibility timeouts as SQS does, each by itself."""
        queue = self._queues[asked["QueueUrl"]]

        def act() -> Any:
            return queues.change_visibility_batch(queue, asked["Entries"], lambda: _partly(self._sender, "sqs"))

        return self._sender.call("sqs", "ChangeMessageVisibilityBatch", self._patience, act)

    def change_message_visibility(self, **asked: Any) -> Any:
        """Change a visibility timeout as SQS does."""
        queue = self._queues[asked["QueueUrl"]]
        return self._sender.call(
            "sqs",
            "ChangeMessageVisibility",
            self._patience,
            lambda: (queue.change_visibility(asked["ReceiptHandle"], asked["VisibilityTimeout"]) and {}) or {},
        )


class Events:
    """PutEvents on the one bus."""

    def __init__(self, sender: Sender, patience: Patience, bus: Bus) -> None:
        self._sender = sender
        self._patience = patience
        self._bus = bus

    def put_events(self, **asked: Any) -> Any:
        """Publish events as EventBridge does, each by itself."""

        def act() -> Any:
            return self._bus.put_events(asked, lambda: _partly(self._sender, "events"))

        return self._sender.call("events", "PutEvents", self._patience, act)


class SchedulerClient:
    """The worker's two calls to EventBridge Scheduler."""

    def __init__(self, sender: Sender, patience: Patience, scheduler: Scheduler) -> None:
        self._sender = sender
        self._patience = patience
        self._scheduler = scheduler

    def create_schedule(self, **asked: Any) -> Any:
        """CreateSchedule."""
        return self._call("CreateSchedule", lambda: self._scheduler.create(asked))

    def get_schedule(self, **asked: Any) -> Any:
        """GetSchedule."""
        return self._call("GetSchedule", lambda: self._scheduler.get(asked))

    def _call(self, operation: str, act: Callable[[], Any]) -> Any:
        return self._sender.call("scheduler", operation, self._patience, act)


def _partly(sender: Sender, service: str) -> bool:
    struck = sender.weather.own(service, Kind.PARTIAL, sender.loop.now) is not None
    sender.disturbed = sender.disturbed or struck
    return struck


__all__ = ["ConnectClient", "DynamoDb", "Events", "SchedulerClient", "Sqs"]
