"""AWS clients of an invocation that is replayed: recorded answers in their order, and a stop at the first call that has none."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from local.virtual.client_meta import ClientMeta

#: A step before TransferContact is sent: the sandbox may stand still before it is signed, or after it.
SIGN = "sign"


class Call:
    """What a worker asks of AWS next, equal to another one that asks the same."""

    __slots__ = ("_hash", "asked", "operation", "service", "text")

    def __init__(self, service: str, operation: str, asked: Mapping[str, Any]) -> None:
        self.service = service
        self.operation = operation
        self.asked = asked
        self.text = f"{operation} {json.dumps(asked, sort_keys=True, default=str)}"
        self._hash = hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Call) and self.text == other.text

    def __hash__(self) -> int:
        return self._hash


class Recorded(NamedTuple):
    """An answer that arrived ``at``; an exception is raised."""

    value: Any
    at: float


class Reached(BaseException):
    """The recorded answers are used up. Not an ``Exception``: no ``except Exception`` of the service may catch it."""

    def __init__(self, call: Call) -> None:
        super().__init__(call.operation)
        self.call = call


class Wire:
    """One invocation's side of the wire, and its clocks: ``skew`` seconds off, they stand still between the answers."""

    def __init__(self, recorded: Sequence[Recorded], began: float, skew: float) -> None:
        self._recorded = recorded
        self._next = 0
        self._at = began
        self._slept = 0.0
        self._skew = skew

    def call(self, service: str, operation: str, asked: Mapping[str, Any]) -> Any:
        """The recorded answer to the next call. Raise ``Reached`` where there is none."""
        if self._next == len(self._recorded):
            raise Reached(Call(service, operation, asked))
        value, self._at = self._recorded[self._next]
        self._next += 1
        if isinstance(value, BaseException):
            raise value.with_traceback(None)
        return value

    def now(self) -> float:
        """Wall clock."""
        return self.monotonic() + self._skew

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return self._at + self._slept

    def sleep(self, seconds: float) -> None:
        """Wait as the worker does; for others no time passes."""
        self._slept += max(0.0, seconds)


class Client:
    """A botocore client: each method is one call on the wire."""

    def __init__(self, wire: Wire, service: str) -> None:
        self._wire = wire
        self._service = service
        self.meta = ClientMeta(service)

    def __getattr__(self, method: str) -> Callable[..., Any]:
        operation = "".join(word.capitalize() for word in method.split("_"))

        def call(**asked: Any) -> Any:
            if operation == "TransferContact":
                self._wire.call(self._service, SIGN, asked)
                self.meta.events.emit(f"before-sign.{self._service}.{operation}")
            return self._wire.call(self._service, operation, asked)

        return call


def clients(wire: Wire) -> dict[str, Client]:
    """The worker's clients."""
    return {service: Client(wire, service) for service in ("connect", "dynamodb", "sqs", "events", "scheduler")}
