"""What a run leaves for the auditor: who asked for what, and all that happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local.connect.model import CallRecord, TransferRecord
from local.virtual import Invocation, Message, Published, Schedule
from local.virtual.dynamodb import Item
from tests.simulation.scenario import Request, Scenario
from tests.simulation.states import States
from tests.simulation.sweep_runs import SweepRun


@dataclass(frozen=True)
class Target:
    """Where a request goes, as ids."""

    contact: str
    flow: str
    queue: str | None
    user: str | None


@dataclass(frozen=True)
class Wanted:
    """A request, or a cancellation, with the messages that asked for it.

    ``tokens``: its ClientToken, which the contract derives from the request and the contact that it moves, by that contact; empty for
    what can make no call.
    """

    number: int
    request: Request
    target: Target
    tokens: dict[str, str] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)

    @property
    def token(self) -> str | None:
        """Its ClientToken for the contact that it names."""
        return next(iter(self.tokens), None)

    @property
    def identity(self) -> str | Target:
        """What makes it one request with others: its requestId, or where it goes."""
        return self.request.request_id or self.target


@dataclass(frozen=True)
class Evidence:
    """All that an auditor may look at. Times in epoch seconds; ``quiet``: when the last fault was over; ``ended``: when the run was.

    ``trees``: the initial contact of each contact; ``preceding``: how many transfers precede it; ``successors``: the contacts
    that transfers of it made, and when.
    ``resent``: the messages that neither a producer nor an operator has sent. ``schedules``: every one that was made.
    ``sweeps``: the invocations of the sweep function.
    ``states``: where contacts waited, and with whom they were.
    ``struck``: how often each fault of AWS's, and each thing that others do, took place.
    ``said``: what a request says in each field, and so what events say of it.
    ``ledgers`` (one of each deployment) and ``defects`` are the service's own account; everything else is the world's.
    """

    scenario: Scenario
    began: float
    quiet: float
    ended: float
    wanted: list[Wanted]
    of_message: dict[str, Wanted]
    resent: frozenset[str]
    messages: list[Message]
    dead_letters: list[Message]
    events: list[Published]
    calls: list[CallRecord]
    transfers: list[TransferRecord]
    ended_contacts: dict[str, float]
    trees: dict[str, str]
    successors: dict[str, list[tuple[str, float]]]
    preceding: dict[str, int]
    states: States
    sweeps: list[SweepRun]
    schedules: list[Schedule]
    invocations: list[Invocation]
    deliveries: int
    left: int
    ledgers: list[dict[str, Item]]
    largest_item: int
    defects: list[str]
    settings: dict[str, Any]
    wire: list[tuple[float, int, str]]
    struck: Counter[str]
    said: Callable[[Wanted], dict[str, Any]]
