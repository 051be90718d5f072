"""One run as plain data: what exists, who asks for what and when, what others do, what goes wrong. A seed makes one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from local.connect.model import Course
from local.connect.model import Fault as ConnectFault
from local.virtual import Fault, Sizing

INSTANCE = "3f1c2b9e-5a7d-4c1e-9b60-8d2f4e6a7c11"
#: The transfer queue's maxReceiveCount as the stack sets it: so many that only the deadline ends a request.
RECEIVES = 1000
#: A call is applied at most so long after it was sent (assumed). With the longest time for which a transferred contact stays
#: active (30 s) and shows no end (5 s) this stays below the 60 s after which the service believes what it sees.
LATEST_SECONDS = 20.0
#: How long a sweep may take, with what Lambda repeats of it.
SWEEP_SECONDS = 1200.0
INSTANCE_ARN = f"arn:aws:connect:us-east-1:000000000000:instance/{INSTANCE}"


@dataclass(frozen=True)
class Request:
    """What one producer wants. ``contact``: its number among the run's contacts; names instead of ids, resolved when the run begins.

    ``codes``: failure codes that are true of it whatever happens, empty for a request that can be carried out.
    ``static``: the body alone shows that it cannot. ``body``: the text itself, for what is no request at all.
    ``route``: the configured route by which it comes. ``follow``: it names the first contact of a chain, and moves the last one.
    ``priority``: as it is sent. ``waiting``, ``in_queue``: only while its contact waits, in the queue of that name.
    ``swept``: a sweep has asked for it.
    ``not_before``: seconds of the run until which it is held. ``after``: its route holds it: when the event was, in whole seconds of the
    run, and for how many minutes. ``cancels``: it is a cancellation: its field, and what that names.
    """

    contact: int = 0
    flow: str = "Move to queue"
    queue: str | None = None
    user: str | None = None
    request_id: str | None = None
    expires_in: float | None = None
    extra: tuple[tuple[str, Any], ...] = ()
    codes: frozenset[str] = frozenset()
    static: bool = False
    body: str | None = None
    route: str | None = None
    follow: bool = False
    priority: str | None = None
    waiting: bool = False
    in_queue: str | None = None
    not_before: float | None = None
    after: tuple[int, int] | None = None
    cancels: tuple[str, str] | None = None
    swept: bool = False

    @property
    def is_conditional(self) -> bool:
        """Whether it is skipped when its contact does not wait."""
        return self.waiting or self.in_queue is not None

    @property
    def due(self) -> float | None:
        """Seconds of the run until which it is held, by itself or by its route; None: it is not."""
        return self.not_before if self.after is None else self.after[0] + self.after[1] * 60.0

    @property
    def batch(self) -> str | None:
        """The batch of which it says that it is one."""
        return dict(self.extra).get("batchId")


@dataclass(frozen=True)
class Ask:
    """One message. ``at``: seconds of the run; ``form``: ``bare``, ``arn`` (ids as ARNs), ``capitals`` (ids in capital letters) or
    ``event`` (an EventBridge event around it).

    ``event``: which of the request's events; EventBridge's duplicates share it. ``replay``: the name of the replay that brings it again.
    ``urgent``: it is sent to the urgent lane's queue. ``deployment``: 1: to the second one that serves the instance.
    """

    at: float
    request: int
    form: str = "bare"
    event: int = 0
    replay: str | None = None
    urgent: bool = False
    deployment: int = 0


@dataclass(frozen=True)
class Loop:
    """A route that is set off by transfers, its own among them: each contact that a transfer made asks for the next one.

    ``seconds``: how long after that contact's begin the request comes, at most; ``copies``: how often Connect's event is delivered.
    """

    route: str
    queue: str
    seconds: float = 1.0
    copies: int = 1


@dataclass(frozen=True)
class Sweep:
    """A metric rule of Connect's names a queue, and a sweeping route has the contacts moved that wait there.

    ``older``: minutes that they must have waited. ``event``: which event of the rule's; EventBridge's duplicates share it.
    """

    at: float
    to: str
    queue: str = "Support"
    older: int = 0
    limit: int = 1000
    event: int = 0


@dataclass(frozen=True)
class Doing:
    """What somebody else does to a contact: ``end``, ``transfer``, ``link``, ``pause``, ``queue``, ``take`` (an agent does);
    to a flow: ``archive``, ``restore``. ``last``: to the last contact of its chain, as it is then.
    """

    at: float
    what: str
    contact: int = 0
    queue: str | None = None
    last: bool = False


@dataclass(frozen=True)
class Deployment:
    """At ``at`` seconds of the run the deployment's settings change: from then on only these queues are allowed, none named: all."""

    at: float
    queues: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scenario:
    """A run. ``settings``: the worker's, beside the fixed ones. ``quiet``: when the last fault is over, seconds of the run.

    ``courses``: what becomes of contacts in a flow, by its name, with the queue into which it moves them on.

    ``redrives``: when an operator sends everything in the dead-letter queue back. ``hours``: how long after ``quiet`` all must
    have settled. ``maximum_receives``: the queue's maxReceiveCount. ``limit_from_first``: SQS counts its 12 hours from a message's first
    receive. ``expired_stay``: how many seconds DynamoDB keeps an expired item at most, None: for ever.
    """

    seed: int
    contacts: tuple[str, ...] = ()
    requests: tuple[Request, ...] = ()
    asks: tuple[Ask, ...] = ()
    doings: tuple[Doing, ...] = ()
    loops: tuple[Loop, ...] = ()
    sweeps: tuple[Sweep, ...] = ()
    courses: tuple[tuple[str, Course, str | None], ...] = ()
    deployments: tuple[Deployment, ...] = ()
    redrives: tuple[float, ...] = ()
    faults: tuple[Fault, ...] = ()
    connect_faults: tuple[ConnectFault, ...] = ()
    switches: tuple[tuple[str, Any], ...] = ()
    settings: tuple[tuple[str, Any], ...] = ()
    quotas: tuple[tuple[str, float, float], ...] = ()
    active_tasks: tuple[float, int] | None = None
    sizing: Sizing = field(default_factory=Sizing)
    hours: float = 6.0
    maximum_receives: int = RECEIVES
    limit_from_first: bool = False
    expired_stay: float | None = None

    @property
    def span(self) -> float:
        """When the last message is sent, seconds of the run."""
        return max((ask.at for ask in self.asks), default=0.0)

    def switch(self, name: str) -> Any:
        """How Connect behaves in this run; None: as by default."""
        return dict(self.switches).get(name)

    def with_asks(self, asks: list[Ask]) -> tuple[Ask, ...]:
        """Its messages and these, in order."""
        return tuple(sorted((*self.asks, *asks), key=lambda ask: ask.at))

    @property
    def is_double(self) -> bool:
        """Whether two deployments serve the instance."""
        return any(ask.deployment for ask in self.asks)

    @property
    def calm(self) -> bool:
        return not self.faults and not self.connect_faults

    @property
    def quiet(self) -> float:
        ends = [fault.ends for fault in self.faults]
        ends += [fault.starts_after + (fault.seconds or 0.0) for fault in self.connect_faults]
        ends += [ask.at for ask in self.asks] + [doing.at for doing in self.doings] + list(self.redrives)
        ends += [sweep.at + SWEEP_SECONDS for sweep in self.sweeps]
        ends += [deployment.at for deployment in self.deployments]
        ends += [due for one in self.requests if (due := one.due) is not None and not one.static]
        if self.active_tasks is not None:
            ends.append(self.active_tasks[0])
        return max(ends, default=0.0)
