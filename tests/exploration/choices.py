"""Everything that can happen next in a world, one change at a time.

    an invocation goes on           its next call is answered; or, for one fault, goes one of its other ways, or the sandbox stands still
    a message is delivered          to a second invocation also while it is worked on, for one fault
    a call arrives late             as long as it may
    a sandbox goes on               that stood still
    somebody else does something
    time passes                     to the next moment that matters, when no invocation can go on

Calls whose order nobody can notice (an event is published, a failure parked, a flow looked up, an invocation ends) are made at once:
all orders of them lead to the same worlds.
"""

from __future__ import annotations

from collections.abc import Iterator

from local.virtual.connect import _expired
from tests.exploration.aws import Aws
from tests.exploration.connect import Answered
from tests.exploration.invocation import VISIBILITY_SECONDS, Code, Done, Node, Start
from tests.exploration.steps import (
    Step,
    call_in_words,
    done,
    ends,
    is_unnoticed,
    is_visible,
    name,
    noted,
    order,
    stands_still,
    time_passes,
)
from tests.exploration.values import SOME_TIME, Effect, Flying, Message, Worker, World
from tests.exploration.ways import Applied, Lost, Way, instead, ways
from tests.exploration.wire import SIGN, Call, Recorded

#: A call takes effect at most so long after it was signed: the service's own assumption (ledger.records).
EFFECT_SECONDS = 330.0
#: So long after it was signed AWS refuses a request (documented).
SIGNED_FOR_SECONDS = 300.0
#: Invocations at once.
CONCURRENCY = 2
_QUEUE_ARN = "arn:aws:sqs:us-east-1:000000000000:{}"


class Choices:
    """Answers what can happen next. ``doings``: what others may do, by number."""

    def __init__(self, code: Code, aws: Aws, doings: tuple[Effect, ...]) -> None:
        self._code = code
        self._aws = aws
        self._doings = doings

    def of(self, world: World) -> Iterator[Step]:
        """Every change that is possible in a world."""
        running = [worker for worker in world.workers if worker.thaws is None]
        unnoticed = next((worker for worker in running if is_unnoticed(worker)), None)
        if unnoticed is not None:
            yield from self._goes_on(world, unnoticed)
            return
        for worker in running:
            yield from self._goes_on(world, worker)
        yield from self._deliveries(world, running)
        yield from self._late(world)
        yield from self._thaws(world)
        yield from self._others(world)
        if not running and not any(is_visible(one, world) for one in world.messages):
            yield from time_passes(world)

    # -- invocations ---------------------------------------------------------------------------------------------

    def _goes_on(self, world: World, worker: Worker) -> Iterator[Step]:
        step, who = worker.node.step, name(worker)
        if isinstance(step, Done):
            yield from ends(world, worker, step)
            return
        yield Step(who, call_in_words(step), "", self._answered(world, worker, step))
        if world.faults:
            for way in ways(step):
                if way.applied is not Applied.NEVER and _is_refused(world, worker, step):
                    continue
                yield Step(who, call_in_words(step), way.words, self._goes(world, worker, step, way))
            if step.operation != "GetQueueAttributes":
                yield from stands_still(world, worker, step)

    def _answered(self, world: World, worker: Worker, call: Call) -> World:
        if call.operation == SIGN:
            return self._gets(world, worker, Answered(SIGN, None), signed=world.now)
        if _is_refused(world, worker, call):
            return self._gets(world, worker, Answered("expired", _expired(call.operation)))
        world, answered = self._aws.arrive(world, call, worker.message)
        return self._gets(noted(world, call, answered.value), worker, answered)

    def _gets(self, world: World, worker: Worker, answered: Answered, signed: float = 0.0) -> World:
        node = self._code.answered(worker.node, answered.key, Recorded(answered.value, world.now))
        return world.with_worker(worker, worker._replace(node=node, thaws=None, froze=0.0, signed=signed))

    def _goes(self, world: World, worker: Worker, call: Call, way: Way) -> World:
        """A call that does not go well."""
        world = noted(world._replace(faults=world.faults - 1), call)
        if way.applied is Applied.NOW:
            world, _ = self._aws.arrive(world, call, worker.message)
        if way.applied in (Applied.LATER, Applied.COPY):
            flying = Flying(call, worker.message, (worker.signed or world.now) + EFFECT_SECONDS)
            world = world._replace(flying=tuple(sorted((*world.flying, flying), key=order)))
        if way.gets is Lost.DEATH:
            return world.with_worker(worker, None)
        if way.gets is Lost.ANSWER:
            return self._answered(world, worker, call)
        return self._gets(world, worker, Answered(way.gets, instead(way.gets, call.operation)))

    # -- the queues ----------------------------------------------------------------------------------------------

    def _deliveries(self, world: World, running: list[Worker]) -> Iterator[Step]:
        if len(running) >= CONCURRENCY:
            return
        held = {worker.message for worker in running}
        for message in world.messages:
            if is_visible(message, world):
                yield Step("SQS", f"delivers {message.id}", "", self._delivered(world, message))
            elif message.id in held and not message.deleted and world.faults:
                again = self._delivered(world._replace(faults=world.faults - 1), message)
                yield Step("SQS", f"delivers {message.id}", "although it is being worked on", again)

    def _delivered(self, world: World, message: Message) -> World:
        message = message._replace(
            receives=message.receives + 1,
            received=world.now,
            first_received=message.first_received or world.now,
            hidden_until=world.now + VISIBILITY_SECONDS,
        )
        worker = Worker(message.id, world.now, self._begun(message, world.now))
        return world.with_message(message)._replace(workers=tuple(sorted((*world.workers, worker), key=name)))

    def _begun(self, message: Message, now: float) -> Node:
        start = Start(
            message.id,
            message.body,
            message.attributes,
            message.receives,
            message.sent,
            message.first_received,
            _QUEUE_ARN.format(message.lane),
            now,
        )
        return self._code.begin(start)

    # -- what comes late, and what others do ---------------------------------------------------------------------

    def _late(self, world: World) -> Iterator[Step]:
        for place, flying in enumerate(world.flying):
            left = world._replace(flying=world.flying[:place] + world.flying[place + 1 :])
            after, _ = self._aws.arrive(left, flying.call, flying.sender)
            what = f"{call_in_words(flying.call)}, which {flying.sender} was sent for, takes effect"
            yield Step("late", what, "", after)

    def _thaws(self, world: World) -> Iterator[Step]:
        for worker in world.workers:
            if worker.thaws == SOME_TIME and world.now > worker.froze:
                awake = world.with_worker(worker, worker._replace(thaws=None, froze=0.0))
                yield Step(name(worker), "goes on", "after it stood still", awake)

    def _others(self, world: World) -> Iterator[Step]:
        for number in world.pending:
            doing = self._doings[number]
            left = tuple(one for one in world.pending if one != number)
            now = doing._replace(at=world.now)
            yield Step("somebody", doing.what, "", done(world._replace(pending=left), now))


def _is_refused(world: World, worker: Worker, call: Call) -> bool:
    """Whether AWS refuses a call because it was signed too long ago."""
    return call.operation == "TransferContact" and world.now - worker.signed > SIGNED_FOR_SECONDS
