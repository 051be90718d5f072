"""Events with which a Connect flow invokes the flow function, good and broken, and what must hold for the answer to each."""

from __future__ import annotations

from random import Random
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError, EndpointConnectionError

from contact_transfer.bootstrap import CLOCK
from contact_transfer.config.function_settings import FlowSettings
from contact_transfer.connect_flow.flow_function import FlowDoor, LaneQueues, NotStored
from contact_transfer.request import field_types
from contact_transfer.request.envelope import open_body
from contact_transfer.request.parser import read_request
from contact_transfer.request.source import Source, mark
from contact_transfer.transfer.outcome import FailureCode
from tests.properties.bodies import INSTANCE_ARN, ODD, SECRET, fields_of_request
from tests.properties.bodies import SETTINGS as WORKER

SETTINGS = FlowSettings((INSTANCE_ARN,), "transfers", "urgent", routes=WORKER.routes)
_LOGGER = Logger(service="flow-events", level="CRITICAL")


def flow_event(random: Random) -> Any:
    """One event: Connect's, with any value in any place, or no event at all."""
    parameters: Any = {
        name: value for name, value in fields_of_request(random).items() if name not in ("instanceId", "contactId")
    }
    if random.random() < 0.1:
        parameters = random.choice((None, [], "x", {"contactId": "another"}, {"instanceId": SECRET}, {"": SECRET}))
    contact: Any = {
        "ContactId": _or_odd(random, f"id-{random.randrange(3)}"),
        "InstanceARN": _or_odd(random, INSTANCE_ARN),
        "Channel": random.choice(("TASK", "EMAIL", "VOICE", "CHAT", "task", "", None, 7, [])),  # Connect writes it
        "Attributes": {SECRET: SECRET},
    }
    if random.random() < 0.05:
        del contact[random.choice(sorted(contact))]
    details = {"ContactData": _or_odd(random, contact), "Parameters": parameters}
    return _or_odd(random, {"Name": "ContactFlowEvent", "Details": _or_odd(random, details)})


def _or_odd(random: Random, usual: Any) -> Any:
    return random.choice(ODD) if random.random() < 0.04 else usual


class _Sqs:
    """botocore's SQS client as far as the function uses it: keeps what it was sent, or fails."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error
        self.bodies: list[str] = []
        self.urls: list[str] = []

    def send_message(self, *, QueueUrl: str, MessageBody: str, MessageAttributes: Any) -> dict[str, str]:  # noqa: N803 - botocore's names
        self.urls.append(QueueUrl)
        assert MessageAttributes == mark(Source.FLOW)
        if self.error is not None:
            raise self.error
        self.bodies.append(MessageBody)
        return {"MessageId": str(len(self.bodies))}


def invoke(random: Random, event: Any) -> str:
    """Invoke the function's code and check what is promised of the answer. Answer its status or code. Raise ``AssertionError``."""
    denied = ClientError({"Error": {"Code": "AccessDenied", "Message": ""}}, "SendMessage")
    error = random.choice((denied, EndpointConnectionError(endpoint_url="sqs"))) if random.random() < 0.1 else None
    sqs = _Sqs(error)
    try:
        answer = FlowDoor(LaneQueues(sqs, SETTINGS), SETTINGS, _LOGGER, CLOCK).invoke(event)
    except NotStored:
        assert error is not None
        return "not stored"
    assert all(isinstance(name, str) and isinstance(value, str) for name, value in answer.items())
    if answer["status"] == "REJECTED":
        assert set(answer) == {"status", "failureCode", "failureMessage"}
        assert not sqs.bodies
        assert SECRET not in answer["failureMessage"]
        answer["failureMessage"].encode()
        return FailureCode(answer["failureCode"])
    assert (set(answer), answer["status"], error) == ({"status", "requestName"}, "ACCEPTED", None)
    _stored(sqs, answer["requestName"], event)
    return "ACCEPTED"


def _stored(sqs: _Sqs, name: str, event: Any) -> None:
    """What was stored is what the worker will read: the same request, about the flow's own contact, in the lane that it names."""
    [body], [url] = sqs.bodies, sqs.urls
    opened = open_body(body)
    read = read_request(opened.fields, WORKER, opened.source)
    assert url == (SETTINGS.urgent_queue_url if read.priority == "urgent" else SETTINGS.transfer_queue_url)
    contact = event["Details"]["ContactData"]["ContactId"]
    assert read.name == name
    assert field_types.is_id(read.contact_id)
    assert contact.endswith(read.contact_id)
