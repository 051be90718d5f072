"""The sources that a request can come through, each used as a producer uses it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contact_transfer.request.event_types import REQUESTED
from transfers_cli.deployment import Deployment
from transfers_cli.doctor.live.request import REASON, Trial

#: The source of the events that the command puts on the bus.
EVENT_SOURCE = "transfers.doctor"


class NotTaken(Exception):
    """The source answered, and did not take the request; the message says why."""


@dataclass(frozen=True)
class LiveSource:
    """``key``: part of the request's id. ``send`` hands over the request for a contact; it raises ``NotTaken`` or botocore's errors."""

    key: str
    title: str
    send: Callable[[Deployment, Trial, str], None]


def _to_queue(output: str, key: str) -> Callable[[Deployment, Trial, str], None]:
    def send(found: Deployment, trial: Trial, contact_id: str) -> None:
        send_body(found, output, trial.fields(contact_id, key))

    return send


def send_body(found: Deployment, output: str, fields: Mapping[str, Any]) -> str:
    """Send a message of these ``fields`` to the queue whose URL is that ``output``, and return the message's id."""
    answer = found.aws("sqs").send_message(QueueUrl=found.output(output), MessageBody=json.dumps(fields))
    return str(answer["MessageId"])


def _to_bus(found: Deployment, trial: Trial, contact_id: str) -> None:
    entry = {
        "Source": EVENT_SOURCE,
        "DetailType": REQUESTED,
        "Detail": json.dumps(trial.fields(contact_id, "bus")),
        "EventBusName": found.output("EventBusName"),
    }
    [answer] = found.aws("events").put_events(Entries=[entry])["Entries"]
    if "ErrorCode" in answer:
        raise NotTaken(f"PutEvents answered {answer['ErrorCode']}: {answer.get('ErrorMessage', '')}")


def _to_flow_function(found: Deployment, trial: Trial, contact_id: str) -> None:
    """Invoke the flow function as a Connect flow does. Source: administrator guide, "Invoke AWS Lambda functions"."""
    contact = {"ContactId": contact_id, "Channel": "TASK", "InstanceARN": trial.instance.text}
    event = {
        "Details": {"ContactData": contact, "Parameters": trial.parameters("flow")},
        "Name": "ContactFlowEvent",
    }
    answer = found.aws("lambda").invoke(FunctionName=found.output("FlowFunctionArn"), Payload=json.dumps(event))
    answered = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        raise NotTaken(f"the flow function failed: {answered.get('errorMessage', answer['FunctionError'])}")
    if answered.get("status") != "ACCEPTED":
        raise NotTaken(f"the flow function answered {answered.get('status')}: {answered.get('failureMessage', '')}")


SOURCES = (
    LiveSource("queue", "transfer queue", _to_queue("TransferQueueUrl", "queue")),
    LiveSource("urgent", "urgent queue", _to_queue("UrgentQueueUrl", "urgent")),
    LiveSource("bus", "event bus", _to_bus),
    LiveSource("flow", "flow function", _to_flow_function),
)


def cancel(found: Deployment, trial: Trial) -> None:
    """Cancel what is still queued of the trial, so that nothing of it fails later."""
    fields = {"instanceId": trial.instance.instance_id, "cancelBatchId": trial.name}
    send_body(found, "UrgentQueueUrl", fields)


def failing(trial: Trial, contact_id: str) -> dict[str, str]:
    """The fields of a request that must fail as ``RequestExpired``: a failure that rings no alarm, however often it is tried."""
    return {**trial.fields(contact_id, "failing"), "expiresAt": "2000-01-01T00:00:00Z", "reason": REASON}
