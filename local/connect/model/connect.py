"""The simulated Amazon Connect of one account and Region: calls go in, answers and faults come out.

It holds no sockets, no threads and no global state. Time comes from the clock that it is given and chance from the random source, so
the same calls at the same times give the same history.

    call ── receive: which faults strike ──> hold ── finish: quota, checks, effect ──> delay ──> Reply
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from local.connect.model import errors
from local.connect.model.errors import ConnectError
from local.connect.model.events import ContactEvent
from local.connect.model.faults import Delivery, Fault, Strike
from local.connect.model.history import History
from local.connect.model.operations import OPERATIONS
from local.connect.model.others import Others
from local.connect.model.quotas import Quotas, Rate
from local.connect.model.records import Instance
from local.connect.model.store import Store
from local.connect.model.switches import Switches

INSTANCE_ARN = re.compile(r"arn:(aws[a-z-]*):connect:([a-z0-9-]+):(\d{12}):instance/([A-Za-z0-9-]{1,64})")


@dataclass(frozen=True)
class Call:
    """A call that has arrived. Wait ``hold`` seconds, then hand it to ``finish``."""

    operation: str
    params: Mapping[str, Any]
    request_id: str
    strike: Strike

    @property
    def hold(self) -> float:
        """Seconds for which the answer is held back."""
        return self.strike.hold


@dataclass(frozen=True)
class Reply:
    """What the caller gets, ``delay`` seconds from now, if ``delivery`` is ANSWER; otherwise the delivery says what instead.

    ``body`` holds the answer in the API's names (empty for an error), ``error`` the error answer, ``page`` the status of a page that
    somebody in between answers with. ``date``: what the header ``Date`` says, epoch seconds.
    """

    request_id: str
    body: Mapping[str, Any]
    error: ConnectError | None = None
    delivery: Delivery = Delivery.ANSWER
    delay: float = 0.0
    page: int = 200
    date: float = 0.0

    @property
    def status(self) -> int:
        """HTTP status of the answer."""
        return self.error.status if self.error else 200


class Connect:
    """The model. ``store`` is open to tests and auditors; callers use ``handle``, or ``receive`` and ``finish``."""

    def __init__(
        self,
        clock: Callable[[], float],
        random: Random,
        listener: Callable[[ContactEvent], None] | None = None,
    ) -> None:
        """``clock`` gives epoch seconds; ``listener`` is called with each contact event as it happens."""
        self.store = Store(clock, random, listener)
        self.others = Others(self.store)

    @property
    def history(self) -> History:
        """What has happened: calls, transfers, events."""
        return self.store.history

    @property
    def quotas(self) -> Quotas:
        """Quotas of the operations."""
        return self.store.quotas

    @property
    def switches(self) -> Switches:
        """Undocumented behaviours, as they are set."""
        return self.store.switches

    def set_switches(self, **changes: Any) -> Switches:
        """Set undocumented behaviours by name. Raise ``ValueError`` for an unknown switch or a value out of range."""
        self.store.switches = self.store.switches.changed(**changes)
        return self.store.switches

    def set_quota(self, operation: str, rate: float | None, burst: float | None = None) -> None:
        """Set the call rate of an operation, or of all with ``"*"``; rate None: not limited. ``burst`` defaults to the rate."""
        self.store.quotas.set(operation, None if rate is None else Rate(rate, burst or max(1.0, rate)))

    def add_fault(self, fault: Fault) -> int:
        """Put a fault in force; return the number to remove it by."""
        return self.store.faults.add(fault, self.store.now())

    def remove_fault(self, number: int) -> bool:
        """End a fault; False when it is over already."""
        return self.store.faults.remove(number)

    def add_instance(self, arn: str, alias: str = "contact-centre") -> Instance:
        """Add an instance. Raise ``ValueError`` for a malformed ARN, or one of another account or Region than the others'.

        ``alias``: its name in the console.
        """
        found = INSTANCE_ARN.fullmatch(arn)
        if found is None:
            raise ValueError(f"not the ARN of an Amazon Connect instance: {arn}")
        for other in self.store.instances.values():
            if other.arn.split(":")[:5] != arn.split(":")[:5]:
                raise ValueError(f"one simulator is one account and Region: {arn} does not go with {other.arn}")
        instance = Instance(found.group(4), arn, alias, self.store.now())
        self.store.instances[instance.id] = instance
        return instance

    def set_active_task_quota(self, instance_id: str, tasks: int) -> None:
        """Set how many active tasks an instance may have (2,500 by default)."""
        self.store.instances[instance_id].active_task_quota = tasks

    def tick(self) -> None:
        """Carry out what is due by now; every call does this too."""
        self.store.tick()

    def next_due(self) -> float | None:
        """Return when something happens by itself next, None when nothing is planned."""
        return self.store.due.next_time()

    def receive(self, operation: str, params: Mapping[str, Any]) -> Call:
        """Take a call in and decide which faults strike it. Raise ``KeyError`` for an operation that is not simulated."""
        if operation not in OPERATIONS:
            raise KeyError(operation)
        self.store.tick()
        contact_id = params.get("ContactId")
        strike = self.store.faults.strike(operation, contact_id, self.store.now(), self.store.random)
        return Call(operation, params, self.store.new_id(), strike)

    def finish(self, call: Call) -> Reply:
        """Let the call take effect, if it does, and say what the caller gets."""
        self.store.tick()
        effect = call.strike.effect
        body, decided = self._perform(call) if effect.applies else ({}, None)
        instead = effect.error(call.operation) if effect.error else None
        shown = instead or decided
        self._record(call, decided if effect.applies else instead, instead)
        date = self.store.now() + self.switches.clock_ahead
        return Reply(
            call.request_id, {} if shown else body, shown, effect.delivery, call.strike.delay, effect.status, date
        )

    def _record(self, call: Call, decided: ConnectError | None, instead: ConnectError | None) -> None:
        effect = call.strike.effect
        reached = effect.applies or instead is not None
        lost_behind = f"error {instead.status}" if instead and effect.applies else None
        self.history.call(
            time=self.store.now(),
            operation=call.operation,
            params=call.params,
            request_id=call.request_id,
            status=(decided.status if decided else 200) if reached else 0,
            code=decided.code if decided else None,
            delivered=lost_behind or str(effect.delivery),
            fault=call.strike.name,
        )

    def handle(self, operation: str, params: Mapping[str, Any]) -> Reply:
        """Receive and finish at once, for callers that do not wait out ``hold``."""
        return self.finish(self.receive(operation, params))

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        """Set the scene: call an operation with no quota, no fault and no entry in the history. Raise ``ConnectError``."""
        self.store.tick()
        return OPERATIONS[operation](self.store, params, self.store.new_id())

    def _perform(self, call: Call) -> tuple[dict[str, Any], ConnectError | None]:
        try:
            if not self.quotas.admits(call.operation, self.store.now()):
                raise errors.throttled()
            return OPERATIONS[call.operation](self.store, call.params, call.request_id), None
        except ConnectError as error:
            return {}, error
