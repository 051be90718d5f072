"""The changes of a world that need no code of the service: an invocation ends, a sandbox stands still, time passes, others do something."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.exploration.invocation import TIMEOUT_SECONDS, Done
from tests.exploration.values import SOME_TIME, Called, Effect, Flying, Message, Worker, World
from tests.exploration.wire import SIGN, Call

#: A sandbox that stands still within its time-out does so for so long: longer than a transferred contact may show as active.
STILL_SECONDS = 45.0
_UNNOTICED = frozenset({"PutEvents", "SendMessage", "DescribeContactFlow", "GetQueueAttributes", SIGN})


class Step(NamedTuple):
    """One change: who does what, how it goes (empty: well), and the world after it."""

    who: str
    what: str
    how: str
    world: World


def done(world: World, doing: Effect) -> World:
    """The world after somebody has done something."""
    if doing.what != "send":
        return world._replace(effects=(*world.effects, doing))
    given = dict(doing.given)
    number = f"message-{len(world.messages) + 1}"
    sent = Message(number, given.get("origin", number), given["lane"], given["body"], world.now)
    return world._replace(messages=(*world.messages, sent))


def noted(world: World, call: Call, answer: Any = None) -> World:
    """The world that knows who has called TransferContact."""
    if call.operation != "TransferContact":
        return world
    called = Called(str(call.asked.get("ClientToken")), isinstance(answer, dict))
    return world._replace(called=world.called | {called})


def is_visible(message: Message, world: World) -> bool:
    """Whether a message can be received now."""
    return not message.deleted and message.hidden_until <= world.now


def is_unnoticed(worker: Worker) -> bool:
    """Whether nobody can notice when the worker's next step is made."""
    step = worker.node.step
    return isinstance(step, Done) or step.operation in _UNNOTICED


def name(worker: Worker) -> str:
    """A worker as traces call it."""
    return f"{worker.message}, receive {worker.node.start.receives}"


def order(flying: Flying) -> tuple[float, str, str]:
    """In which order calls on their way are kept: states that differ in nothing else are one."""
    return flying.until, flying.sender, flying.call.text


def call_in_words(call: Call) -> str:
    """A call as traces call it."""
    if call.service == "dynamodb":
        key = (call.asked.get("Item") or call.asked["Key"])["pk"]["S"]
        return f"{call.operation} {key.partition('#')[0]}"
    return "signing of TransferContact" if call.operation == SIGN else call.operation


def stands_still(world: World, worker: Worker, call: Call) -> Iterator[Step]:
    """The sandbox stands still before a call: within its time-out, or beyond it."""
    left = world._replace(faults=world.faults - 1)
    for thaws, how in ((world.now + STILL_SECONDS, f"{STILL_SECONDS:.0f} s"), (SOME_TIME, "beyond its time-out")):
        still = worker._replace(thaws=thaws, froze=world.now)
        yield Step(name(worker), f"stands still before {call_in_words(call)}", how, left.with_worker(worker, still))


def ends(world: World, worker: Worker, done: Done) -> Iterator[Step]:
    """The invocation ends, and its message is deleted if it is done; or is not, for one fault."""
    over = world.with_worker(worker, None)
    if not done.is_reported or world.now > worker.began + TIMEOUT_SECONDS:
        yield Step(name(worker), "ends", "", over)
        return
    message = world.message(worker.message)
    yield Step(name(worker), "ends, and SQS deletes its message", "", over.with_message(message._replace(deleted=True)))
    if world.faults and not message.deleted:
        yield Step(name(worker), "ends", "and its message is not deleted", over._replace(faults=world.faults - 1))


def time_passes(world: World) -> Iterator[Step]:
    """Time passes, to the next moment that matters, if there is one."""
    moments = [one.hidden_until for one in world.messages if not one.deleted]
    moments += [worker.thaws for worker in world.workers if worker.thaws not in (None, SOME_TIME)]
    moments += [one.until for one in world.flying]
    later = [moment for moment in moments if moment > world.now]
    if not later:
        return
    now = min(later)
    workers = tuple(
        worker._replace(thaws=None, froze=0.0) if worker.thaws is not None and worker.thaws <= now else worker
        for worker in world.workers
    )
    flying = tuple(one for one in world.flying if one.until >= now)
    yield Step("time", f"passes, {now - world.now:.0f} s", "", world._replace(now=now, workers=workers, flying=flying))
