"""An ear on a bus of the local cloud: a queue of its own behind a rule of its own."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from local.cloud import LocalCloud

#: The events that the service itself writes.
OURS: Mapping[str, Any] = {"source": ["contact-transfer"]}


class Listener:
    """Hears every event that matches ``pattern`` from the moment it is made; on the deployment's bus unless another is named.

    EventBridge promises no order, and a test's own event may come after another's: look for what is wanted among all.
    """

    def __init__(self, cloud: LocalCloud, pattern: Mapping[str, Any] = OURS, bus: str = "") -> None:
        self._sqs, self._events = cloud.client("sqs"), cloud.client("events")
        self._name, self._bus = f"listener-{uuid.uuid4().hex[:8]}", bus or cloud.outputs["EventBusName"]
        self._heard: list[dict[str, Any]] = []
        self._url = self._sqs.create_queue(QueueName=self._name)["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self._events.put_rule(Name=self._name, EventBusName=self._bus, EventPattern=json.dumps(pattern))
        self._events.put_targets(Rule=self._name, EventBusName=self._bus, Targets=[{"Id": "q", "Arn": arn}])

    def heard(self) -> list[dict[str, Any]]:
        """Every event that has come so far, whole, in the order of its coming."""
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages"):
            self._heard.extend(json.loads(message["Body"]) for message in messages)
            entries = [{"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(messages)]
            self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)
        return list(self._heard)

    def of(self, contact_id: str, detail_type: str = "") -> list[dict[str, Any]]:
        """What has been heard of a contact, of one type where one is named."""
        return [
            event
            for event in self.heard()
            if event["detail"]["contactId"] == contact_id and detail_type in ("", event["detail-type"])
        ]

    def close(self) -> None:
        """Remove the rule and the queue."""
        self._events.remove_targets(Rule=self._name, EventBusName=self._bus, Ids=["q"])
        self._events.delete_rule(Name=self._name, EventBusName=self._bus)
        self._sqs.delete_queue(QueueUrl=self._url)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
