"""The simulated Amazon Connect behind botocore's client methods: the model's replies become answers, errors and silences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from local.connect.model import Call, Connect, Delivery, Reply
from local.virtual.loop import Killed
from local.virtual.weather import Fault, Kind
from local.virtual.wire import Caller, Patience, Sender, retried

_TIMES = ("InitiationTimestamp", "DisconnectTimestamp")


@dataclass(frozen=True)
class _Sent:
    """A call on its way: who waits for it until when, and how long its answer travels."""

    caller: Caller
    operation: str
    asked: Mapping[str, Any]
    fault: Fault | None
    gives_up: float
    back: float


class ConnectClient:
    """The worker's four operations. Each call is one on the wire unless ``patience`` says that the SDK sends it again."""

    def __init__(self, sender: Sender, patience: Patience, connect: Connect) -> None:
        self._sender = sender
        self._patience = patience
        self._connect = connect

    def transfer_contact(self, **asked: Any) -> Any:
        return self._call("TransferContact", asked)

    def describe_contact(self, **asked: Any) -> Any:
        return {"Contact": _with_times(self._call("DescribeContact", asked)["Contact"])}

    def describe_contact_flow(self, **asked: Any) -> Any:
        return self._call("DescribeContactFlow", asked)

    def list_associated_contacts(self, **asked: Any) -> Any:
        answer = self._call("ListAssociatedContacts", asked)
        return {**answer, "ContactSummaryList": [_with_times(one) for one in answer["ContactSummaryList"]]}

    def _call(self, operation: str, asked: Mapping[str, Any]) -> Any:
        sender = self._sender
        for attempt in range(1, self._patience.attempts + 1):
            try:
                return self._once(operation, asked)
            except (ClientError, ReadTimeoutError, EndpointConnectionError, ConnectionClosedError) as error:
                if attempt == self._patience.attempts or not retried(error):
                    raise
            sender.sleep(sender.random.random() * 2.0 ** (attempt - 1))
        raise AssertionError("a client has at least one attempt")

    def _once(self, operation: str, asked: Mapping[str, Any]) -> Any:
        sender, loop = self._sender, self._sender.loop
        fault = sender.weather.strikes("connect", operation, loop.now, asked.get("ContactId"))
        if fault is not None:
            sender.disturbed = True
            sender.struck(fault)
        there, back = sender.travel("connect")
        if sender.on_call is not None:
            sender.on_call(operation, f" ({fault.kind})" if fault else "")
        caller, gives_up = sender.caller(), loop.now + self._patience.read_seconds
        loop.after(there, self._arrive, _Sent(caller, operation, asked, fault, gives_up, back))
        sender.die_if(fault, Kind.DIES_DURING)
        return caller.task.wait()

    def _arrive(self, sent: _Sent) -> None:
        loop = self._sender.loop
        call = self._connect.receive(sent.operation, sent.asked)
        if call.hold > 0:
            if loop.now + call.hold + sent.back >= sent.gives_up:
                loop.at(sent.gives_up, sent.caller.gets, ReadTimeoutError(endpoint_url="connect"))
            loop.after(call.hold, self._finish, sent, call)
        else:
            self._finish(sent, call)

    def _finish(self, sent: _Sent, call: Call) -> None:
        loop = self._sender.loop
        reply = self._connect.finish(call)
        if call.strike.name is not None or (reply.error is not None and reply.status in (429, 403, 402)):
            self._sender.disturbed = True
        arrives = loop.now + reply.delay + sent.back
        if sent.fault is not None and sent.fault.kind is Kind.DIES_AFTER:
            loop.at(loop.now, sent.caller.gets, Killed())
        elif reply.delivery is Delivery.HANG or arrives >= sent.gives_up:
            loop.at(sent.gives_up, sent.caller.gets, ReadTimeoutError(endpoint_url="connect"))
        else:
            loop.at(arrives, sent.caller.gets, _outcome(call.operation, reply))


def _outcome(operation: str, reply: Reply) -> Any:
    if reply.delivery is Delivery.RESET:
        return ConnectionClosedError(endpoint_url="connect")
    if reply.delivery is Delivery.REFUSED:
        return EndpointConnectionError(endpoint_url="connect")
    if reply.delivery is Delivery.GARBAGE:
        return ResponseParserError("Unable to parse response")
    if reply.error is None:
        return reply.body
    answer: Any = {
        "Error": {"Code": reply.error.code, "Message": reply.error.message},
        "ResponseMetadata": {"HTTPStatusCode": reply.error.status},
    }
    return ClientError(answer, operation)


def _with_times(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {name: datetime.fromtimestamp(value, UTC) if name in _TIMES else value for name, value in shown.items()}
