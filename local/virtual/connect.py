"""The simulated Amazon Connect behind botocore's client methods: the model's replies become answers, errors and silences.

What is signed is good for five minutes (Signature Version 4, documented). Code that registers for ``before-sign`` is called then.
"""

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
from local.connect.model.http import http_answer, http_date
from local.virtual.client_meta import ClientMeta
from local.virtual.loop import Killed
from local.virtual.weather import Fault, Kind
from local.virtual.wire import Caller, Patience, Sender, retried

#: So long after it was signed AWS refuses a request.
SIGNED_FOR_SECONDS = 300.0


@dataclass(frozen=True)
class _Sent:
    """A call on its way: who waits for it until when, when it was signed, and how long its answer travels."""

    caller: Caller
    operation: str
    asked: Mapping[str, Any]
    fault: Fault | None
    gives_up: float
    signed: float
    back: float


class ConnectClient:
    """The operations that the functions call. Each call is one on the wire unless ``patience`` says that the SDK sends it again."""

    def __init__(self, sender: Sender, patience: Patience, connect: Connect) -> None:
        self._sender = sender
        self._patience = patience
        self._connect = connect
        self.meta = ClientMeta("connect")

    def transfer_contact(self, **asked: Any) -> Any:
        """Transfer a contact; raise ``ClientError`` or a network error as the model decides."""
        return self._call("TransferContact", asked)

    def describe_contact(self, **asked: Any) -> Any:
        """Describe a contact; raise as ``transfer_contact`` does."""
        return with_times(self._call("DescribeContact", asked), "Contact")

    def describe_contact_flow(self, **asked: Any) -> Any:
        """Describe a flow; raise as ``transfer_contact`` does."""
        return self._call("DescribeContactFlow", asked)

    def list_associated_contacts(self, **asked: Any) -> Any:
        """List the contacts of a tree; raise as ``transfer_contact`` does."""
        return with_times(self._call("ListAssociatedContacts", asked), "ContactSummaryList")

    def search_contacts(self, **asked: Any) -> Any:
        """Search for contacts; raise as ``transfer_contact`` does."""
        return with_times(self._call("SearchContacts", asked), "Contacts")

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
        self.meta.events.emit(f"before-sign.connect.{operation}")
        signed = loop.now
        if fault is not None and fault.kind is Kind.FREEZE_SIGNED:
            sender.stand_still(fault)
        there, back = sender.travel("connect")
        if sender.on_call is not None:
            sender.on_call(operation, f" ({fault.kind})" if fault else "")
        caller, gives_up = sender.caller(), loop.now + self._patience.read_seconds
        loop.after(there, self._arrive, _Sent(caller, operation, asked, fault, gives_up, signed, back))
        sender.die_if(fault, Kind.DIES_DURING)
        return caller.task.wait()

    def _arrive(self, sent: _Sent) -> None:
        loop = self._sender.loop
        if loop.now - sent.signed > SIGNED_FOR_SECONDS:
            loop.after(sent.back, sent.caller.gets, _expired(sent.operation))
            return
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
            loop.at(arrives, sent.caller.gets, outcome(call.operation, reply))


def outcome(operation: str, reply: Reply) -> Any:
    """What botocore's client returns or raises for a ``reply`` to an ``operation``; one that never comes is not among them."""
    if reply.delivery is Delivery.RESET:
        return ConnectionClosedError(endpoint_url="connect")
    if reply.delivery is Delivery.REFUSED:
        return EndpointConnectionError(endpoint_url="connect")
    if reply.delivery is Delivery.GARBAGE:
        return ResponseParserError("Unable to parse response")
    shown = http_answer(reply) if reply.delivery is not Delivery.ANSWER else None
    meta = {
        "HTTPStatusCode": reply.status if shown is None else shown.status,
        "HTTPHeaders": _headers(reply) if shown is None else dict(shown.headers),
    }
    if shown is not None and shown.status >= 400:  # botocore takes the status for the code of an error that has none
        return _error(str(shown.status), "", meta, operation)
    if shown is None and reply.error is not None:  # who answers in Connect's place hides its error as well
        return _error(reply.error.code, reply.error.message, meta, operation)
    return {**({} if shown is not None else reply.body), "ResponseMetadata": meta}


def _headers(reply: Reply) -> dict[str, str]:
    return {"content-type": "application/json", "x-amzn-requestid": reply.request_id, "date": http_date(reply.date)}


def _error(code: str, message: str, meta: Mapping[str, Any], operation: str) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": meta}
    return ClientError(answer, operation)


def _expired(operation: str) -> ClientError:
    """What is too old to be believed (that the code is this one is assumed)."""
    return _error("InvalidSignatureException", "Signature expired", {"HTTPStatusCode": 403}, operation)


def with_times(answer: dict[str, Any], field: str) -> dict[str, Any]:
    """The answer with the times in ``field`` as botocore gives them."""
    found = answer.get(field)
    if isinstance(found, list):
        return {**answer, field: [_moments(one) for one in found]}
    return answer if found is None else {**answer, field: _moments(found)}


def _moments(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _moment(name, value) for name, value in shown.items()}


def _moment(name: str, value: Any) -> Any:
    """A value as botocore gives it: a time wherever the service model has one, at any depth."""
    if isinstance(value, Mapping):
        return _moments(value)
    is_time = name.endswith("Timestamp") and isinstance(value, int | float)
    return datetime.fromtimestamp(value, UTC) if is_time else value
