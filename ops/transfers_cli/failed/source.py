"""The two dead-letter queues: that of requests, and that of the confirmation function. Each says where a redrive sends.

What EventBridge could not deliver was *sent* to a dead-letter queue and has no source of its own, so the destination is always
named: for a request the queue of its lane; for contact events the confirmation queue, which is the queue that this dead-letter
queue serves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

import typer

from contact_transfer.request.lanes import Lane
from transfers_cli.deployment import Deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.failed.looking import Looking
from transfers_cli.failed.parked import Parked

REQUESTS, CONFIRMATION = "DeadLetterQueueUrl", "ConfirmationDeadLetterQueueUrl"

Confirmation = Annotated[
    bool,
    typer.Option(
        "--confirmation",
        help="The contact events that could not be processed or delivered, in the confirmation function's own dead-letter queue.",
    ),
]


@dataclass(frozen=True)
class Source:
    """One of the dead-letter queues. ``noun``: what its messages are."""

    found: Deployment
    output: str
    noun: str

    @classmethod
    def of(cls, found: Deployment, *, confirmation: bool) -> Source:
        """Return the dead-letter queue of the worker, or that of the ``confirmation``."""
        return cls(found, CONFIRMATION, "contact event") if confirmation else cls(found, REQUESTS, "request")

    @property
    def url(self) -> str:
        """URL of the dead-letter queue."""
        return self.found.output(self.output)

    def target_of(self, message: Parked) -> str:
        """The queue that a redrive sends the message to: that of the lane which its request names, or which gave it up."""
        if self.output != REQUESTS:
            return self.target_url
        urgent = message.priority == Lane.URGENT
        if message.priority is None and message.given_up_by is not None:
            urgent = message.given_up_by == self.found.output("UrgentQueueArn")
        return self.found.output("UrgentQueueUrl") if urgent else self.target_url

    @cached_property
    def target_url(self) -> str:
        """The queue that a redrive of everything sends to. Raise ``Stop`` when the stack has none."""
        if self.output == REQUESTS:
            return self.found.output("TransferQueueUrl")
        arn = self.found.queue_arn(self.url)
        served = next((url for url in self._queues() if arn in self._redrive_policy(url)), None)
        if served is None:
            raise Stop(f"No queue of {self.found.stack} has {self.url} as its dead-letter queue: deploy.", Exit.NOT_ALL)
        return served

    def _queues(self) -> list[str]:
        pages = (
            self.found.aws("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.found.stack)
        )
        resources = [one for page in pages for one in page["StackResourceSummaries"]]
        return [one["PhysicalResourceId"] for one in resources if one["ResourceType"] == "AWS::SQS::Queue"]

    def _redrive_policy(self, url: str) -> str:
        asked = self.found.aws("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])
        return str(asked.get("Attributes", {}).get("RedrivePolicy", ""))

    def look(self, hold: int | None = None) -> Looking:
        """A fresh look at the queue; ``hold`` as ``Looking`` has it."""
        return Looking(self.found.aws("sqs"), self.url, hold)
