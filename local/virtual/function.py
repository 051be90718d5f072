"""Lambda and its SQS event sources, in virtual time: batches, environments that come, go, die and are reused, partial answers.

The rules of an event source are those of ``local.event_source.rules``, the same that the local cloud uses.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from random import Random
from typing import Any

from local.event_source import rules
from local.virtual.environment import Context, Handler, Host, Invocation
from local.virtual.loop import Killed, Loop, Task
from local.virtual.poller import Poller, Received
from local.virtual.queue import Message, Queue
from local.virtual.weather import Kind, Weather
from local.virtual.wire import Sender


@dataclass(frozen=True)
class Sizing:
    """How the function is set up. Seconds and counts; ``recycle_after`` invocations an environment is not used again.

    ``concurrency``: of each mapping.

    ``poll_seconds``: the least and the most time between two looks into the queue.
    ``skew``: how far an environment's clock is off at most.
    """

    batch_size: int = 10
    timeout: float = 60.0
    concurrency: int = 2
    recycle_after: int = 50
    init_seconds: float = 0.4
    idle_seconds: float = 600.0
    skew: float = 0.0
    poll_seconds: tuple[float, float] = (0.02, 0.32)


@dataclass(frozen=True)
class _Running:
    """An invocation with the environment that runs it, and the receipts of its messages."""

    invocation: Invocation
    host: Host
    handler: Handler
    received: Received
    poller: Poller


class Function:
    """The function and its event sources. ``make`` builds the handler of a new environment (``init``).

    ``queues``: those that feed it, by their ARNs. ``environments``: its own are numbered from the next on.
    """

    def __init__(
        self,
        loop: Loop,
        weather: Weather,
        random: Random,
        queues: Mapping[str, Queue],
        *,
        sizing: Sizing,
        make: Callable[[Host], Handler],
        environments: int = 0,
    ) -> None:
        self._loop = loop
        self._weather = weather
        self._random = random
        self._sizing = sizing
        self._make = make
        self._idle: list[tuple[Host, Handler]] = []
        self._environments = environments
        self._outdated = 0
        self.invocations: list[Invocation] = []
        self._pollers = [self._poller(arn, queue) for arn, queue in queues.items()]

    def _poller(self, arn: str, queue: Queue) -> Poller:
        return Poller(
            self._loop,
            self._random,
            queue,
            arn,
            batch_size=self._sizing.batch_size,
            concurrency=self._sizing.concurrency,
            poll_seconds=self._sizing.poll_seconds,
            struck=self._struck,
            invoke=self._invoke,
        )

    @property
    def running(self) -> int:
        """How many invocations are under way."""
        return sum(poller.running for poller in self._pollers)

    @property
    def deliveries(self) -> int:
        """How many messages were handed to the function."""
        return sum(poller.deliveries for poller in self._pollers)

    def change_weather(self, weather: Weather) -> None:
        """Set the faults, before the first message is sent."""
        self._weather = weather

    def _struck(self, service: str, kind: Kind) -> bool:
        return self._weather.own(service, kind, self._loop.now) is not None

    def deploy(self) -> None:
        """The function has a new configuration: environments that were made before are not used again."""
        self._outdated = self._environments
        self._idle.clear()

    def _invoke(self, poller: Poller, received: Received) -> None:
        invocation = Invocation(len(self.invocations) + 1, self._loop.now, 0, [one for one, _ in received])
        self.invocations.append(invocation)
        fresh = not self._warm()
        host, handler = self._new() if fresh else self._idle.pop(self._random.randrange(len(self._idle)))
        invocation.environment = host.number
        begins = self._sizing.init_seconds if fresh else 0.0
        self._loop.after(begins, self._start, _Running(invocation, host, handler, received, poller))

    def call(self, event: dict[str, Any]) -> None:
        """Invoke it otherwise than by a queue, in an environment of its own. What it answers is nobody's business."""
        host, handler = self._new()
        context = Context(self._loop, self._loop.now + self._sizing.timeout, f"call-{host.number}")
        task = Task(self._loop, lambda: handler(event, context), lambda _answer, _error: None)
        host.sender.bind(task)
        self._loop.after(self._sizing.init_seconds, task.start)

    def _warm(self) -> bool:
        oldest = self._loop.now - self._sizing.idle_seconds
        self._idle = [one for one in self._idle if one[0].idle_since >= oldest]
        return bool(self._idle)

    def _new(self) -> tuple[Host, Handler]:
        self._environments += 1
        random = Random(self._random.getrandbits(64))
        skew = self._sizing.skew * (2 * random.random() - 1)
        host = Host(self._environments, Sender(self._loop, self._weather, random), self._loop, random, skew)
        return host, self._make(host)

    def _start(self, run: _Running) -> None:
        loop, ends = self._loop, self._loop.now + self._sizing.timeout
        event = {"Records": [_record(message, handle, run.poller.queue_arn) for message, handle in run.received]}
        context = Context(loop, ends, f"invocation-{run.invocation.number}")
        run.host.sender.disturbed = False

        def ended(answer: Any, error: BaseException | None) -> None:
            self._ended(run, answer, error)

        task = Task(loop, lambda: run.handler(event, context), ended)
        run.host.sender.bind(task)
        loop.at(ends, self._time_out, run, task)
        task.start()

    def _time_out(self, run: _Running, task: Task) -> None:
        if task.over:
            return
        run.invocation.how = "timed out"
        if run.host.sender.still:  # nothing can end it; it goes on when it thaws, and nobody waits for it
            run.invocation.ended, run.invocation.disturbed = self._loop.now, True
            self._loop.after(0.0, run.poller.free)
        else:
            task.kill()

    def _ended(self, run: _Running, answer: Any, error: BaseException | None) -> None:
        invocation, host = run.invocation, run.host
        invocation.over = self._loop.now
        if invocation.ended:
            return  # it went on after its time-out
        invocation.ended = self._loop.now
        invocation.disturbed = host.sender.disturbed
        if isinstance(error, Killed):
            invocation.how = invocation.how or "died"
        elif error is not None:
            invocation.how, invocation.error = "raised", f"{type(error).__name__}: {error}"
        else:
            invocation.how = "completed"
            self._judge(run, answer)
        host.used += 1
        host.idle_since = self._loop.now
        recycled = self._struck("function", Kind.RECYCLE)
        usable = host.used < self._sizing.recycle_after and host.number > self._outdated
        if not isinstance(error, Killed) and usable and not recycled:
            self._idle.append((host, run.handler))
        # what goes on from here must not run inside the task that is ending
        self._loop.after(0.0, run.poller.free)

    def _judge(self, run: _Running, answer: Any) -> None:
        invocation = run.invocation
        if self._struck("function", Kind.DIES_AFTER):
            invocation.disturbed = True
            return  # the answer is lost: for the event source the invocation failed
        ids = [message.id for message, _ in run.received]
        result = rules.judge(ids, json.dumps(answer).encode(), reports_failures=True)
        if result.reason and not result.reason.startswith("reported"):
            invocation.flaw = result.reason
        deleted = set(result.deleted)
        for message, handle in run.received:
            if message.id in deleted:
                delete = partial(run.poller.queue.delete, handle, lost=self._struck("queue", Kind.LOST_DELETE))
                self._loop.after(0.01, delete)


def _record(message: Message, handle: str, queue_arn: str) -> dict[str, Any]:
    shown: Mapping[str, Any] = {
        "MessageId": message.id,
        "ReceiptHandle": handle,
        "Body": message.body,
        "Attributes": {
            "ApproximateReceiveCount": str(message.receives),
            "SentTimestamp": str(int(message.sent * 1000)),
            "ApproximateFirstReceiveTimestamp": str(int(message.first_received * 1000)),
        },
        "MessageAttributes": message.attributes,
    }
    return rules.record(shown, queue_arn)
