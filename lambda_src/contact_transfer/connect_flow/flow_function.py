"""The source for Connect flows: checks and stores a request, and answers the flow what happened.

    ACCEPTED   the request is in the queue of its lane
    REJECTED   it can never be carried out as written; nothing is queued
    raises     it could not be stored: the flow takes its error branch, after Connect's own retries

Connect repeats a failed call with the same payload and no id of its own. The request's name comes from the request alone, so
repeats are one request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from contact_transfer.config.function_settings import FlowSettings
from contact_transfer.connect_flow.flow_event import read_flow_event
from contact_transfer.request.lanes import Lane
from contact_transfer.request.parser import Refused
from contact_transfer.request.source import Source, mark
from contact_transfer.transfer.clock import Clock


class NotStored(Exception):
    """The queue did not take the request, or its answer was lost."""


class LaneQueues:
    """Where requests wait, each lane's in a queue of its own, through a botocore SQS client."""

    def __init__(self, client: Any, settings: FlowSettings) -> None:
        self._client = client
        self._urls = {Lane.NORMAL: settings.transfer_queue_url, Lane.URGENT: settings.urgent_queue_url}

    def send(self, body: str, lane: Lane) -> None:
        """Store a request. Raise ``NotStored``."""
        try:
            answer = self._client.send_message(
                QueueUrl=self._urls[lane], MessageBody=body, MessageAttributes=mark(Source.FLOW)
            )
        except ClientError as error:
            raise NotStored(str(error.response.get("Error", {}).get("Code", "Unknown"))) from error
        except BotoCoreError as error:
            raise NotStored(type(error).__name__) from error
        if not answer.get("MessageId"):  # somebody in between has answered
            raise NotStored("an answer without MessageId")


@dataclass(frozen=True)
class FlowDoor:
    """Answers invocations of flows."""

    queues: LaneQueues
    settings: FlowSettings
    logger: Logger
    clock: Clock

    def invoke(self, event: Any) -> dict[str, str]:
        """Answer a flat map of texts, as a flow can read it. Raise ``NotStored``."""
        try:
            asked = read_flow_event(event, self.settings, self.clock.now())
        except Refused as refused:
            failed = refused.failed
            self.logger.warning("rejected", failureCode=str(failed.code), contactId=refused.known.get("contactId"))
            return {"status": "REJECTED", "failureCode": str(failed.code), "failureMessage": failed.message}
        name = asked.request.name
        keys: dict[str, Any] = {"requestName": name, "contactId": asked.request.contact_id, "correlation_id": name}
        try:
            self.queues.send(asked.body, Lane(asked.request.priority or Lane.NORMAL))
        except NotStored as error:
            self.logger.error("not stored", error=str(error), **keys)  # noqa: TRY400 - the code says it; a trace may quote the body
            raise
        self.logger.info("accepted", **keys)
        return {"status": "ACCEPTED", "requestName": name}
