"""How a worker's calls travel: they take time, get lost, are applied though nobody waits any more, and are sent again by the SDK.

A call that was sent arrives whatever becomes of its sender. That is what makes a crash or a time-out interesting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from local.virtual.loop import Killed, Loop, Task
from local.virtual.weather import Fault, Kind, Weather


@dataclass(frozen=True)
class Patience:
    """An SDK client's settings: ``read_seconds`` is its read time-out, ``attempts`` how often it sends a call at most."""

    read_seconds: float
    attempts: int


#: Seconds that a call takes there and back, at least and at most (assumed, of the order that AWS shows).
TRAVEL = {"dynamodb": (0.003, 0.015), "sqs": (0.004, 0.03), "events": (0.008, 0.05), "connect": (0.03, 0.25)}
TRAVEL["scheduler"] = TRAVEL["events"]
_RETRIED = frozenset({"ThrottlingException", "InternalServerError", "RequestTimeoutException", "ServiceUnavailable"})
Apply = Callable[[], Any]


def client_error(code: str, status: int, operation: str) -> ClientError:
    """The error that botocore raises for an error answer."""
    answer: Any = {"Error": {"Code": code, "Message": code}, "ResponseMetadata": meta(status)}
    return ClientError(answer, operation)


def meta(status: int = 200) -> dict[str, Any]:
    """An answer's ``ResponseMetadata``: the service's own, so it has a request id."""
    return {
        "HTTPStatusCode": status,
        "HTTPHeaders": {"x-amzn-requestid": "simulated", "content-type": "application/json"},
    }


class Caller:
    """One wait of one task. The environment may be running its next invocation by the time an answer comes.

    ``ticket``: of the task's wait.
    """

    __slots__ = ("_ticket", "task")

    def __init__(self, task: Task, ticket: int) -> None:
        self.task = task
        self._ticket = ticket

    def gets(self, answer: Any) -> None:
        """Let the caller go on with the answer, if it still waits for it."""
        self.task.resume(self._ticket, answer)


class Sender:
    """One worker's side of the wire. ``disturbed`` is set when a call did not go as it should, until somebody resets it.

    ``still``: its sandbox stands still, so that nothing can end it either.
    """

    def __init__(self, loop: Loop, weather: Weather, random: Random) -> None:
        self.loop = loop
        self.weather = weather
        self.random = random
        self.disturbed = False
        self.still = False
        self.on_call: Callable[[str, str], None] | None = None
        self._task: Task | None = None

    def bind(self, task: Task) -> None:
        """The task in which the worker runs from now on."""
        self._task = task

    @property
    def task(self) -> Task:
        """The task that makes the calls. Raise ``RuntimeError`` outside of a task."""
        if self._task is None:
            raise RuntimeError("calls are made from inside a task")
        return self._task

    def sleep(self, seconds: float) -> None:
        """Wait as the worker does."""
        self.loop.sleep(self.task, max(0.0, seconds))

    def call(self, service: str, operation: str, patience: Patience, apply: Apply) -> Any:
        """Send a call as the SDK does, again where it would. Answer or raise as a botocore client."""
        for attempt in range(1, patience.attempts + 1):
            try:
                return self._once(service, operation, patience, apply)
            except (ClientError, ReadTimeoutError, EndpointConnectionError) as error:
                if attempt == patience.attempts or not retried(error):
                    raise
            self.sleep(self.random.random() * 2.0 ** (attempt - 1))
        raise AssertionError("a client has at least one attempt")

    def _once(self, service: str, operation: str, patience: Patience, apply: Apply) -> Any:
        fault = self.weather.strikes(service, operation, self.loop.now)
        if self.on_call is not None:
            self.on_call(operation, f" ({fault.kind})" if fault else "")
        there, back = self.travel(service)
        if fault is not None:
            self.disturbed = True
            there += self.struck(fault)
        caller = self.caller()
        self.loop.after(there, self._arrive, caller, operation, apply, fault, back)
        self.die_if(fault, Kind.DIES_DURING)
        if fault is not None and fault.kind in (Kind.LOST, Kind.LOST_ANSWER, Kind.LATE):
            self.loop.after(patience.read_seconds, caller.gets, ReadTimeoutError(endpoint_url=service))
        return caller.task.wait()

    def caller(self) -> Caller:
        """The task that makes a call now: answers that come later find this wait of this task, or nobody."""
        return Caller(self.task, self.task.ticket())

    def travel(self, service: str) -> tuple[float, float]:
        """Seconds there and seconds back."""
        least, most = TRAVEL[service]
        whole = least + (most - least) * self.random.random()
        return whole * 0.5, whole * 0.5

    def struck(self, fault: Fault) -> float:
        """What a fault does before the call is sent. Answer how much later it arrives."""
        self.die_if(fault, Kind.DIES)
        if fault.kind is Kind.FREEZE:
            self.sleep(fault.seconds * self.random.random())
        if fault.kind is Kind.FREEZE_ON:
            self.stand_still(fault)
        return fault.seconds if fault.kind is Kind.LATE else 0.0

    def stand_still(self, fault: Fault) -> None:
        """The sandbox is frozen, and thaws ``fault.seconds`` later."""
        self.still = True
        self.sleep(fault.seconds)
        self.still = False

    @staticmethod
    def die_if(fault: Fault | None, kind: Kind) -> None:
        """End the worker here and now (``Killed``), if that is what the fault does."""
        if fault is not None and fault.kind is kind:
            raise Killed

    def _arrive(self, caller: Caller, operation: str, apply: Apply, fault: Fault | None, back: float) -> None:
        kind = fault.kind if fault else None
        if kind is Kind.LOST:
            return
        refused = _REFUSALS.get(kind) if kind else None
        if refused is not None:
            self.loop.after(back, caller.gets, refused(operation))
            return
        try:
            result: Any = {**apply(), "ResponseMetadata": meta()}
        except ClientError as error:
            result = error
        if kind in (Kind.LOST_ANSWER, Kind.LATE):
            return
        if kind is Kind.LOST_ERROR:
            result = client_error("InternalServerError", 500, operation)
        if kind is Kind.DIES_AFTER:
            result = Killed()
        self.loop.after(back, caller.gets, result)


def retried(error: Exception) -> bool:
    """Whether the SDK's standard mode sends a call again after this."""
    if isinstance(error, ClientError):
        shown: Mapping[str, Any] = error.response
        return shown["Error"]["Code"] in _RETRIED or shown["ResponseMetadata"]["HTTPStatusCode"] >= 500
    return True


_REFUSALS: Mapping[Kind, Callable[[str], Exception]] = {
    Kind.THROTTLED: lambda operation: client_error("ThrottlingException", 400, operation),
    Kind.ERROR: lambda operation: client_error("InternalServerError", 500, operation),
    Kind.EXPIRED: lambda operation: client_error("ExpiredTokenException", 400, operation),
    Kind.DENIED: lambda operation: client_error("AccessDeniedException", 400, operation),
    Kind.REFUSED: lambda operation: EndpointConnectionError(endpoint_url=operation),
}
