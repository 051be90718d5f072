"""The real service under load on the virtual clock: a backlog, a quota, a concurrency; what Connect saw of it, and when."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from bench.requests import INSTANCE_ARN, Backlog, Mix
from contact_transfer import bootstrap
from contact_transfer.config.worker_settings import DEFAULT_QUOTAS, Quota, Settings
from contact_transfer.transfer.clock import Clock, Deadline, Randomness
from contact_transfer_cdk.settings import sizing as deployed
from contact_transfer_cdk.settings.checks import default_concurrency
from local.virtual import Cloud, Context, Handler, Kit, Layout, Sizing
from local.virtual.cloud import (
    BEGINS,
    DEAD_LETTER_QUEUE_URL,
    QUEUE_URL,
    SCHEDULE_ROLE_ARN,
    URGENT_QUEUE_URL,
)

#: Seconds of a new environment until its first batch begins: the cold start that is measured here, and Lambda's own part (assumed).
INIT_SECONDS = 0.25
#: Seconds in which the first environments come up and make their first calls.
STARTING_SECONDS = 2.0
#: Seconds of a run after which it is given up.
PATIENCE = 6 * 3600.0
TRANSFER = "TransferContact"


@dataclass(frozen=True)
class Load:
    """What a run is given.

    Attributes:
        requests: how many.
        rate: the quota of TransferContact, in calls a second. The quotas of the other operations are raised in proportion.
        burst: the same quota's burst.
        mix: how many of the requests must fail.
        spread: requests a second; 0 for all at once.
        recycle_after: invocations in the life of an environment.
        seed: of all chance.
        concurrency: workers; derived from the rate unless given.
        init_seconds: cold start.
        poll_seconds: least and most time between two polls; derived from the concurrency unless given.
        batch: messages an invocation.
        others: called with the cloud before it starts, to plan what other callers do.
    """

    requests: int
    rate: float = 2.0
    burst: float = 5.0
    mix: Mix = field(default_factory=Mix)
    spread: float = 0.0
    recycle_after: int = 50
    seed: int = 1
    concurrency: int | None = None
    init_seconds: float = INIT_SECONDS
    poll_seconds: tuple[float, float] | None = None
    batch: int = field(default_factory=lambda: deployed.Sizing().batch_size)
    others: Callable[[Cloud], None] | None = None

    @property
    def workers(self) -> int:
        """The concurrency that the deployment's settings derive from the pace."""
        return self.concurrency or default_concurrency(self.rate)

    @property
    def quotas(self) -> dict[str, Quota]:
        """Quotas of the other operations, by name."""
        raised = self.rate / 2
        return {name: Quota(quota.rate * raised, quota.burst * raised) for name, quota in DEFAULT_QUOTAS.items()}


@dataclass(frozen=True)
class Run:
    """How a run went. Times are seconds on the virtual clock from the first message on.

    Attributes:
        load: what it was given.
        floor: the earliest moment at which the last necessary call could be made.
        makespan: the moment of the last call.
        starting: seconds in which the account's full bucket overflowed while the workers came up.
        calls: by operation.
        throttled: by operation.
        transferred: contacts.
        failed_rightly: parked messages that had to fail.
        failed_wrongly: other parked messages.
        twice: transfers beyond one for a contact.
        left: messages still in the queue.
        messages: sent.
        deliveries: of messages to workers.
        environments: that ran.
        ways: one for each transferred request, shortest first.
        transfers_at: the moments of the transfers.
        called_at: the moments of the calls, by operation.
        throttled_at: the same of the throttled ones.
        cpu: seconds that this machine computed.
    """

    load: Load
    floor: float
    makespan: float
    starting: float
    calls: Counter[str]
    throttled: Counter[str]
    transferred: int
    failed_rightly: int
    failed_wrongly: int
    twice: int
    left: int
    messages: int
    deliveries: int
    environments: int
    ways: list[Way]
    transfers_at: list[float]
    called_at: dict[str, list[float]]
    throttled_at: dict[str, list[float]]
    cpu: float

    @property
    def ratio(self) -> float:
        """Makespan over floor."""
        return self.makespan / self.floor

    @property
    def ratio_once_started(self) -> float:
        """Makespan over floor, without the tokens that were lost before any worker was there."""
        return (self.makespan - self.starting) / self.floor

    @property
    def receives(self) -> float:
        """Deliveries of a message on average."""
        return self.deliveries / max(1, self.messages)


@dataclass(frozen=True)
class Way:
    """A request's way to its transfer, in seconds.

    Attributes:
        whole: from sending to transfer.
        queued: of it, until a worker had the message.
        calls: of it, in calls to AWS.
    """

    whole: float
    queued: float
    calls: float

    @property
    def own(self) -> float:
        """The rest: waits of the worker."""
        return self.whole - self.queued - self.calls


@dataclass
class Log:
    """When the worker's invocations began, and beginning and end of their calls, by the contact of their first message."""

    began: dict[str, float] = field(default_factory=dict)
    calls: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def begin(self, event: dict[str, Any], now: float) -> list[tuple[float, float]]:
        """Note that an invocation began at ``now``; return the list to which its calls are appended."""
        contact = _contact(event["Records"][0]["body"])
        self.began[contact] = now
        return self.calls.setdefault(contact, [])

    def way(self, contact: str, sent: float, done: float) -> Way:
        """Return what the time from ``sent`` to ``done`` was spent on. A call that ends after ``done`` counts up to it."""
        calls = sum(min(ended, done) - began for began, ended in self.calls.get(contact, ()) if began < done)
        return Way(done - sent, self.began.get(contact, sent) - sent, calls)


def _contact(body: str) -> str:
    try:
        return str(json.loads(body)["contactId"])
    except ValueError:
        return ""


class Timed:
    """A client whose calls are noted with their beginning and end."""

    def __init__(self, client: Any, kit: Kit, note: Callable[[float, float], None]) -> None:
        self._client, self._kit, self._note = client, kit, note

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        if name == "meta":
            return method  # no call, but a description of the client

        def call(**asked: Any) -> Any:
            began = self._kit.now()
            try:
                return method(**asked)
            finally:
                self._note(began, self._kit.now())

        return call


class Quiet:
    """Telemetry without a log."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_values, **_keys: None

    def defect(self, error: BaseException, **_keys: Any) -> None:
        """Raise RuntimeError: a defect of the worker ends the measurement."""
        raise RuntimeError("the worker met a defect of its own") from error


def run(load: Load) -> Run:
    """Let the service carry out the load, and return how it went."""
    began = time.process_time()
    log = Log()
    cloud = Cloud(load.seed, layout(load), (), maker(load, log))
    backlog = Backlog(cloud.connect, load.requests, load.mix, load.seed)
    for name, quota in {TRANSFER: Quota(load.rate, load.burst), **load.quotas}.items():
        cloud.connect.set_quota(name, quota.rate, quota.burst)
    for number, body in enumerate(backlog.bodies):
        cloud.loop.at(BEGINS + (number / load.spread if load.spread else 0.0), _send, cloud, body)
    if load.others:
        load.others(cloud)
    cloud.loop.run(BEGINS, lambda: False)
    cloud.loop.run(BEGINS + PATIENCE, lambda: len(cloud.queue.messages) >= load.requests and cloud.queue.left == 0)
    return _read(load, cloud, backlog, log, time.process_time() - began)


def _send(cloud: Cloud, body: str) -> None:
    cloud.queue.send(body)


def layout(load: Load) -> Layout:
    """How the virtual deployment is sized for a load."""
    sizing = Sizing(
        batch_size=load.batch,
        concurrency=load.workers,
        recycle_after=load.recycle_after,
        init_seconds=load.init_seconds,
        poll_seconds=load.poll_seconds or _poll(load.workers),
    )
    return Layout(sizing)


def _poll(workers: int) -> tuple[float, float]:
    # One poller stands for all of Lambda's, whose number grows with the concurrency (assumed: each waits 0.1 s at most).
    return 0.01 * 2 / workers, 0.1 * 2 / workers


def environment(load: Load) -> dict[str, str]:
    """Return the worker's environment variables for a load, as the stack writes them."""
    settings = Settings(
        instance_arns=(INSTANCE_ARN,),
        transfer_queue_url=QUEUE_URL,
        urgent_queue_url=URGENT_QUEUE_URL,
        dead_letter_queue_url=DEAD_LETTER_QUEUE_URL,
        event_bus_name="contact-transfer",
        ledger_table_name="ledger",
        schedule_group_name="contact-transfer",
        schedule_role_arn=SCHEDULE_ROLE_ARN,
    )
    pace = {"transfers_per_second": load.rate, "burst": load.burst, "quotas": load.quotas}
    return replace(settings, maximum_concurrency=load.workers, **pace).to_environment()  # type: ignore[arg-type]  # the values fit their fields


def maker(load: Load, log: Log) -> Callable[[Kit], Handler]:
    """What makes the worker of a new environment; ``log`` hears of its invocations and calls."""
    variables = environment(load)
    timed = load.spread > 0  # a backlog's ways are not shown, and noting a hundred thousand would slow the run

    def make(kit: Kit) -> Handler:
        clock = Clock(now=kit.now, monotonic=kit.monotonic, sleep=kit.sleep)
        randomness = Randomness(random=kit.random, new_id=kit.new_id)
        calls: list[list[tuple[float, float]]] = [[]]  # of the invocation under way
        aws = kit.aws
        if timed:
            aws = {name: Timed(one, kit, lambda *span: calls[-1].append(span)) for name, one in aws.items()}
        batch = bootstrap.batch(variables, aws, clock, randomness, Quiet())  # type: ignore[arg-type]  # the same methods

        def handler(event: dict[str, Any], context: Context) -> Any:
            left = context.get_remaining_time_in_millis() / 1000
            if timed:
                calls[:] = [log.begin(event, clock.now())]
            back = batch.carry_out(event["Records"], Deadline(clock.monotonic() + left, clock.now() + left))
            return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in back]}

        return handler

    return make


def _read(load: Load, cloud: Cloud, backlog: Backlog, log: Log, cpu: float) -> Run:
    called_at, throttled_at = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    for call in cloud.connect.history.calls:
        called_at[call.operation].append(call.time - BEGINS)
        if call.status == 429:
            throttled_at[call.operation].append(call.time - BEGINS)
    sent = {body: message.sent for body, message in zip(backlog.bodies, cloud.queue.messages, strict=False)}
    asked = dict(zip(backlog.contacts, backlog.bodies, strict=True))
    done = {one.old: one.time for one in cloud.connect.history.transfers if one.old in asked and one.by == TRANSFER}
    ways = [log.way(contact, sent[asked[contact]], at) for contact, at in done.items()]
    parked = Counter(letter.body for letter in cloud.dead_letters.messages)
    wrongly = sum(1 for body in parked if body not in backlog.failing)
    last = max(called_at[TRANSFER], default=0.0)
    return Run(
        load=load,
        floor=max(0.0, (backlog.transfer_calls - load.burst) / load.rate),
        makespan=last,
        starting=_overflow(load, called_at[TRANSFER]),
        calls=Counter({name: len(times) for name, times in called_at.items()}),
        throttled=Counter({name: len(times) for name, times in throttled_at.items()}),
        transferred=len(done),
        failed_rightly=sum(parked.values()) - wrongly,
        failed_wrongly=wrongly,
        twice=sum(1 for one in cloud.connect.history.transfers if one.by == TRANSFER) - len(done),
        left=cloud.queue.left,
        messages=len(cloud.queue.messages),
        deliveries=cloud.function.deliveries,
        environments=len({one.environment for one in cloud.function.invocations}),
        ways=sorted(ways, key=lambda way: way.whole),
        transfers_at=sorted(at - BEGINS for at in done.values()),
        called_at=called_at,
        throttled_at=throttled_at,
        cpu=cpu,
    )


def _overflow(load: Load, times: list[float]) -> float:
    # Follow the level of the account's bucket, which begins full, and add up what overflows in the first moments.
    level, at, lost = load.burst, 0.0, 0.0
    for called in sorted(times):
        level += (called - at) * load.rate
        at = called
        if called < STARTING_SECONDS:
            lost += max(0.0, level - load.burst)
        level = min(level, load.burst) - 1
    return lost / load.rate
