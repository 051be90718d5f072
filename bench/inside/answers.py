"""Instant answers: botocore's own hook before a request is sent, so everything but the wire is real."""

import json
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

_CONTACT = {"Id": "c", "Channel": "TASK", "InitiationMethod": "API", "InitiationTimestamp": 1767225600.0}
_FLOW = {"Id": "f", "Type": "QUEUE_TRANSFER", "State": "ACTIVE", "Status": "PUBLISHED"}


class Body:
    """The body of an answer, as botocore reads it."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def stream(self, **_: Any) -> Any:
        """Yield the content in one piece."""
        yield self._content

    def read(self) -> bytes:
        """Return the content."""
        return self._content


def answer(request: Any, event_name: str, **_: Any) -> AWSResponse:
    """Return the answer that its service would give to a request; ``event_name`` ends in the operation's name."""
    operation = event_name.rpartition(".")[2]
    content: dict[str, Any] = {}
    if operation == "TransferContact":
        content = {"ContactId": "n", "ContactArn": "arn:aws:connect:us-east-1:000000000000:instance/i/contact/n"}
    elif operation == "DescribeContact":
        content = {"Contact": _CONTACT}
    elif operation == "DescribeContactFlow":
        content = {"ContactFlow": _FLOW}
    elif operation in ("PutItem", "GetItem"):
        content = {"ConsumedCapacity": {"TableName": "ledger", "CapacityUnits": 1.0}}
    elif operation == "PutEvents":
        entries = json.loads(request.body)["Entries"]
        content = {"FailedEntryCount": 0, "Entries": [{"EventId": str(n)} for n, _ in enumerate(entries)]}
    headers = HTTPHeaders.from_dict(
        {"content-type": "application/json", "x-amzn-requestid": "r", "date": "Thu, 01 Jan 2026 00:00:00 GMT"}
    )
    return AWSResponse(request.url, 200, headers, Body(json.dumps(content).encode()))


def answer_all(clients: Any) -> None:
    """Let ``answer`` reply to every call of these clients."""
    for client in clients:
        client.meta.events.register_first("before-send", answer)
