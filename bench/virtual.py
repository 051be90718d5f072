"""The real service under load on the virtual clock: a backlog, a quota, a concurrency; what Connect saw of it, and when."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bench.load import Load, Run
from bench.requests import INSTANCE_ARN, Backlog
from bench.ways import Log, Timed
from contact_transfer import bootstrap
from contact_transfer.transfer.clock import Randomness
from local.virtual import Cloud, Context, Handler, Kit, Layout, Queue, Sizing, worker
from local.virtual.cloud import BEGINS

#: Seconds in which the first environments come up and make their first calls.
STARTING_SECONDS = 2.0
#: Seconds of a run after which it is given up.
PATIENCE = 6 * 3600.0
TRANSFER = "TransferContact"


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
    set_quotas(cloud, load)
    for number, body in enumerate(backlog.bodies):
        send(cloud, cloud.queue, body, number / load.spread if load.spread else 0.0)
    if load.others:
        load.others(cloud)
    cloud.loop.run(BEGINS, lambda: False)
    cloud.loop.run(BEGINS + PATIENCE, lambda: len(cloud.queue.messages) >= load.requests and cloud.queue.left == 0)
    return _read(load, cloud, backlog, log, time.process_time() - began)


def set_quotas(cloud: Cloud, load: Load) -> None:
    """Give the account of a cloud the quotas of a load."""
    cloud.connect.set_quota(TRANSFER, load.rate, load.burst)
    for name, quota in load.quotas.items():
        cloud.connect.set_quota(name, quota.rate, quota.burst)


def send(cloud: Cloud, queue: Queue, body: str, at: float) -> None:
    """Plan a message to a queue, ``at`` seconds from the beginning of the run."""
    cloud.loop.at(BEGINS + at, queue.send, body)


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
    pace = {"transfers_per_second": load.rate, "burst": load.burst, "quotas": load.quotas}
    of_load = replace(worker.settings(INSTANCE_ARN), maximum_concurrency=load.workers, **pace)  # type: ignore[arg-type]  # the values fit their fields
    return of_load.to_environment()


def maker(load: Load, log: Log) -> Callable[[Kit], Handler]:
    """What makes the worker of a new environment; ``log`` hears of its invocations and calls."""
    variables = environment(load)
    timed = load.spread > 0  # a backlog's ways are not shown, and noting a hundred thousand would slow the run

    def make(kit: Kit) -> Handler:
        clock = worker.clock(kit)
        randomness = Randomness(random=kit.random, new_id=kit.new_id)
        calls: list[list[tuple[float, float]]] = [[]]  # of the invocation under way
        aws = kit.aws
        if timed:
            aws = {name: Timed(one, kit, lambda *span: calls[-1].append(span)) for name, one in aws.items()}
        carry_out = worker.handler(bootstrap.batch(variables, aws, clock, randomness, Quiet()), clock)  # type: ignore[arg-type]  # the same methods

        def handler(event: dict[str, Any], context: Context) -> Any:
            calls[:] = [log.begin(event, clock.now())]
            return carry_out(event, context)

        return handler if timed else carry_out

    return make


def _times(cloud: Cloud, *statuses: int) -> dict[str, list[float]]:
    """When each operation of Connect was called, in seconds of the run; ``statuses``: only calls with such an answer."""
    found = defaultdict[str, list[float]](list)
    for call in cloud.connect.history.calls:
        if not statuses or call.status in statuses:
            found[call.operation].append(call.time - BEGINS)
    return found


def _read(load: Load, cloud: Cloud, backlog: Backlog, log: Log, cpu: float) -> Run:
    called_at, throttled_at = _times(cloud), _times(cloud, 429)
    sent = {body: message.sent for body, message in zip(backlog.bodies, cloud.queue.messages, strict=False)}
    asked = dict(zip(backlog.contacts, backlog.bodies, strict=True))
    done = {one.old: one.time for one in cloud.connect.history.transfers if one.old in asked and one.by == TRANSFER}
    ways = [log.way(contact, sent[asked[contact]], at) for contact, at in done.items()]
    parked = Counter(letter.body for letter in cloud.dead_letters.messages)
    wrongly = sum(1 for body in parked if body not in backlog.failing)
    return Run(
        load=load,
        floor=max(0.0, (backlog.transfer_calls - load.burst) / load.rate),
        makespan=max(called_at[TRANSFER], default=0.0),
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
