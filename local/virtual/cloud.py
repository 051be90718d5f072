"""One virtual deployment: the queues, the table, the bus, Amazon Connect and the function, on one clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from contact_transfer.request.lanes import queue_name
from local.connect.model import Connect
from local.virtual.bus import Bus
from local.virtual.clients import ConnectClient, DynamoDb, Events, SchedulerClient, Sqs
from local.virtual.dynamodb import Table
from local.virtual.environment import Handler, Host
from local.virtual.function import Function, Sizing
from local.virtual.loop import Loop
from local.virtual.queue import Queue
from local.virtual.scheduler import Scheduler
from local.virtual.weather import Fault, Kind, Weather
from local.virtual.wire import Patience

QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/000000000000/transfers"
URGENT_QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/000000000000/urgent"
DEAD_LETTER_QUEUE_URL = "https://sqs.us-east-1.amazonaws.com/000000000000/dead-letters"
SCHEDULE_ROLE_ARN = "arn:aws:iam::000000000000:role/schedules"
_ARN = "arn:aws:sqs:us-east-1:000000000000"
#: The numbers of a second deployment's environments begin here.
OF_THE_SECOND = 1_000_000
#: When every run begins: 2026-01-01T00:00:00Z.
BEGINS = 1_767_225_600.0


@dataclass(frozen=True)
class Kit:
    """What a consumer is given in its environment: clients by service, wall clock, monotonic clock, sleep, chance.

    ``random``: a number from 0 to 1.
    """

    aws: dict[str, Any]
    now: Callable[[], float]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    random: Callable[[], float]
    new_id: Callable[[], str]


@dataclass(frozen=True)
class Layout:
    """How the deployment is sized. ``connect`` and ``others``: the SDK clients' settings of the consumer.

    ``limit_from_first``: SQS hides a message for 12 hours from its first receive, not from the latest. ``expired_stay``: how many
    seconds an expired item of the table stays at most, None: for ever.
    ``visibility``: seconds, as ``retention``. ``maximum_receives``: of the redrive policy.
    """

    sizing: Sizing = field(default_factory=Sizing)
    visibility: float = 360.0
    retention: float = 7 * 86400.0
    maximum_receives: int = 1000
    limit_from_first: bool = False
    table: Callable[..., Table] = Table
    table_key: str = "pk"
    expired_stay: float | None = None
    connect: Patience = field(default_factory=lambda: Patience(5.0, 1))
    others: Patience = field(default_factory=lambda: Patience(2.0, 3))


class Cloud:
    """Build it, set the scene in ``connect`` and ``queue``, then ``loop.run``. ``make``: a consumer's handler for a new environment.

    ``beside``: another deployment on the same clock that serves the same Amazon Connect instance.
    """

    def __init__(
        self,
        seed: int,
        layout: Layout,
        faults: tuple[Fault, ...],
        make: Callable[[Kit], Handler],
        *,
        beside: Cloud | None = None,
    ) -> None:
        random = Random(seed if beside is None else f"{seed} beside")
        self.layout = layout
        self._make = make
        self._word = "" if beside is None else "second-"
        self.loop: Loop = Loop(BEGINS) if beside is None else beside.loop
        self.weather = Weather(faults, Random(random.getrandbits(64)), BEGINS)
        model = Connect(lambda: self.loop.now, Random(random.getrandbits(64)))
        self.connect: Connect = model if beside is None else beside.connect
        self.table = layout.table(layout.table_key, now=lambda: self.loop.now, stay=layout.expired_stay, seed=seed)
        self.bus = Bus(lambda: self.loop.now)
        chance = Random(random.getrandbits(64))
        self.dead_letters = Queue(self.loop, chance)
        self.queue, self.urgent = self._lane(chance), self._lane(chance, "urgent-")
        self.scheduler = Scheduler(self.loop, Random(f"{seed}/{self._word}scheduler"), self._send)
        self.scheduler.late = self._late
        self.scheduler.twice = lambda: self.weather.own("scheduler", Kind.DUPLICATE, self.loop.now) is not None
        self.function = self._function(random.getrandbits(64), OF_THE_SECOND if beside else 0)

    def _function(self, seed: int, environments: int) -> Function:
        return Function(
            self.loop,
            self.weather,
            Random(seed),
            {f"{_ARN}:{queue_name(url)}": queue for url, queue in self._lanes.items()},
            sizing=self.layout.sizing,
            make=self._environment,
            environments=environments,
        )

    @property
    def _lanes(self) -> dict[str, Queue]:
        return {QUEUE_URL: self.queue, URGENT_QUEUE_URL: self.urgent}

    @property
    def left(self) -> int:
        """How many messages wait in the lanes' queues, and how many schedules."""
        return self.queue.left + self.urgent.left + self.scheduler.left

    def _lane(self, random: Random, word: str = "") -> Queue:
        return Queue(
            self.loop,
            random,
            visibility=self.layout.visibility,
            retention=self.layout.retention,
            maximum_receives=self.layout.maximum_receives,
            dead_letters=self.dead_letters,
            limit_from_first=self.layout.limit_from_first,
            message=f"{word}{self._word}message",
        )

    def _send(self, queue_arn: str, body: str) -> None:
        """What EventBridge Scheduler sends to the queue of an ARN."""
        by_name = {queue_name(url): queue for url, queue in self._lanes.items()}
        by_name[queue_arn.rpartition(":")[2]].send(body)

    def _late(self) -> float:
        fault = self.weather.own("scheduler", Kind.LATE, self.loop.now)
        return 0.0 if fault is None else fault.seconds

    def change_weather(self, weather: Weather) -> None:
        """Set the faults once the scene is set: those that name a contact need its id."""
        self.weather = weather
        self.function.change_weather(weather)

    def _environment(self, host: Host) -> Handler:
        return self._make(self.kit(host))

    def kit(self, host: Host) -> Kit:
        """The clients and clocks of an environment."""
        sender, others = host.sender, self.layout.others
        aws = {
            "connect": ConnectClient(sender, self.layout.connect, self.connect),
            "dynamodb": DynamoDb(sender, others, self.table),
            "sqs": Sqs(sender, others, {**self._lanes, DEAD_LETTER_QUEUE_URL: self.dead_letters}),
            "events": Events(sender, others, self.bus),
            "scheduler": SchedulerClient(sender, others, self.scheduler),
        }
        return Kit(aws, host.now, host.monotonic, sender.sleep, host.random.random, host.new_id)
