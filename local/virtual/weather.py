"""Faults between a worker and AWS, as plain data, and which of them strikes a call.

For Amazon Connect the model has faults of its own (``local.connect.model.Fault``); these are for the three other services, for
the deaths of workers, and for what SQS and Lambda do by themselves.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Kind(StrEnum):
    """What can happen to a call. ``LATE``: it is applied only after the client has given up waiting."""

    THROTTLED = "throttled"
    ERROR = "error"  # 500, nothing was done
    LOST_ERROR = "lost-error"  # 500, though it was done
    DENIED = "denied"
    EXPIRED = "expired"  # the caller's credentials have run out
    REFUSED = "refused"  # no connection
    LOST = "lost"  # it never arrives
    LOST_ANSWER = "lost-answer"  # it is done, the answer never arrives
    LATE = "late"
    PARTIAL = "partial"  # batch calls: some entries are refused
    DIES = "dies"  # the worker dies before it sends the call
    DIES_AFTER = "dies-after"  # the worker dies once the call is done, before it sees the answer
    DIES_DURING = "dies-during"  # the worker dies while the call travels; it arrives all the same
    # what SQS and Lambda do by themselves: the service is "queue" or "function", the operation "*"
    DUPLICATE = "duplicate"  # a received message is received once more at the same time
    LOST_DELETE = "lost-delete"  # a deleted message comes back
    NOT_INVOKED = "not-invoked"  # received, but the invocation is throttled: a receive is spent
    FREEZE = "freeze"  # the worker stands still for a while, and is killed when its time is over
    FREEZE_ON = "freeze-on"  # the sandbox stands still, its time-out passes, and then it goes on all the same
    FREEZE_SIGNED = "freeze-signed"  # the same, between signing a call (to Connect) and sending it
    RECYCLE = "recycle"  # the environment is not used again


@dataclass(frozen=True)
class Fault:
    """A fault, and when it strikes: between ``begins`` and ``ends`` (seconds of the run), a matching call with ``probability``.

    ``seconds``: how late LATE is applied, how long FREEZE lasts. ``contact``: only calls whose parameters name this contact
    (Connect's operations only).
    """

    service: str
    kind: Kind
    operation: str = "*"
    probability: float = 1.0
    begins: float = 0.0
    ends: float = float("inf")
    seconds: float = 0.0
    contact: str | None = None


class Weather:
    """All faults of a run. ``began``: when the run began, epoch seconds. ``struck``: how often each kind did, by service and kind."""

    def __init__(self, faults: tuple[Fault, ...], random: Random, began: float) -> None:
        self._by_service: dict[str, list[Fault]] = {}
        for fault in faults:
            self._by_service.setdefault(fault.service, []).append(fault)
        self._random = random
        self._began = began
        self.struck: Counter[tuple[str, Kind]] = Counter()

    def strikes(self, service: str, operation: str, now: float, contact: str | None = None) -> Fault | None:
        """Answer the first fault that strikes a call, or None. ``contact``: the one that the call names."""
        faults = self._by_service.get(service)
        if faults is None:
            return None
        now -= self._began
        for fault in faults:
            if (
                fault.begins <= now < fault.ends
                and fault.operation in ("*", operation)
                and (fault.contact is None or fault.contact == contact)
                and self._random.random() < fault.probability
            ):
                self.struck[service, fault.kind] += 1
                return fault
        return None

    def own(self, service: str, kind: Kind, now: float) -> Fault | None:
        """Answer the fault of this ``kind`` that strikes by itself now, or None."""
        faults = self._by_service.get(service)
        if faults is None:
            return None
        now -= self._began
        for fault in faults:
            if fault.kind is kind and fault.begins <= now < fault.ends and self._random.random() < fault.probability:
                self.struck[service, kind] += 1
                return fault
        return None
