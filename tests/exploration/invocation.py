"""Runs the real code of one invocation up to the next call, from the answers that it has had so far.

A running Python function cannot be copied, so an invocation is replayed: its handler runs again from the start with the recorded
answers, and stops at the first call that has none. What a worker does next depends on nothing but those answers and their times, so each
history is run once, and remembered (``Node``).
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple

from local.connect.model.http import http_date
from local.event_source import rules
from local.virtual import Kit
from tests.exploration.wire import Call, Reached, Recorded, Wire, clients
from tests.simulation.subject import Silent, Subject

#: Time-out of the function (docs/contract.md) and the queue's visibility time-out: six times as much.
TIMEOUT_SECONDS = 60.0
VISIBILITY_SECONDS = 360.0
#: What the worker draws for its back-off: half of the longest wait.
_DRAWN = 0.5


class Start(NamedTuple):
    """The delivery with which an invocation begins."""

    message_id: str
    body: str
    attributes: tuple[tuple[str, str], ...]
    receives: int
    sent: float
    first_received: float
    queue_arn: str
    now: float

    @property
    def handle(self) -> str:
        """The receipt handle."""
        return f"{self.message_id}/{self.receives}"


class Done(NamedTuple):
    """How an invocation ends. ``is_reported``: its message is done; ``defect``: what went wrong that never should."""

    is_reported: bool
    defect: str = ""


class Node:
    """An invocation after a history of answers. ``step``: the call that it makes next, or its end."""

    __slots__ = ("children", "recorded", "start", "step")

    def __init__(self, start: Start, recorded: tuple[Recorded, ...], step: Call | Done) -> None:
        self.start = start
        self.recorded = recorded
        self.step = step
        self.children: dict[Hashable, Node] = {}


class _Context:
    """Lambda's context object."""

    aws_request_id = "explored"

    def __init__(self, wire: Wire, ends: float) -> None:
        self._wire = wire
        self._ends = ends

    def get_remaining_time_in_millis(self) -> int:
        return int(max(0.0, self._ends - self._wire.monotonic()) * 1000)


class Code:
    """The service, or the service with a seeded bug, in the environment of a scope.

    ``skew``: how far the clock of a message's second delivery is ahead of the first's. ``replays``: how many invocations were run.
    """

    def __init__(self, subject: Subject, environment: dict[str, str], skew: float = 0.0) -> None:
        self._telemetry = Silent()
        _reads_once(subject)
        self._make = subject.maker(environment, self._telemetry)
        self._skew = skew
        self._roots: dict[Start, Node] = {}
        self.replays = 0

    def begin(self, start: Start) -> Node:
        """An invocation that has had no answer yet."""
        if start not in self._roots:
            self._roots[start] = self._node(start, ())
        return self._roots[start]

    def answered(self, node: Node, key: Hashable, answer: Recorded) -> Node:
        """The invocation after one more answer. ``key``: equal for answers that are."""
        found = node.children.get((key, answer.at))
        if found is None:
            found = node.children[key, answer.at] = self._node(node.start, (*node.recorded, answer))
        return found

    def _node(self, start: Start, recorded: tuple[Recorded, ...]) -> Node:
        self.replays += 1
        return Node(start, recorded, self._run(start, recorded))

    def _run(self, start: Start, recorded: tuple[Recorded, ...]) -> Call | Done:
        self._telemetry.defects = []
        wire = Wire(recorded, start.now, self._skew * ((start.receives + 1) % 2))
        handler: Any = self._make(self._kit(wire, start))
        # an environment that has worked before: it has compared its clock with Connect's
        handler.__globals__["_batch"].service._means.connect.clock.measure(http_date(start.now))
        try:
            answer = handler({"Records": [_record(start)]}, _Context(wire, start.now + TIMEOUT_SECONDS))
        except Reached as reached:
            return reached.call
        except Exception as error:  # noqa: BLE001 - what the handler raises is a finding
            return Done(is_reported=False, defect=f"the handler raised {type(error).__name__}: {error}")
        return Done(is_reported=not answer["batchItemFailures"], defect="; ".join(self._telemetry.defects))

    @staticmethod
    def _kit(wire: Wire, start: Start) -> Kit:
        drawn = iter(range(1000))

        def new_id() -> str:
            return f"{start.handle} {next(drawn)}"

        return Kit(clients(wire), wire.now, wire.monotonic, wire.sleep, lambda: _DRAWN, new_id)


def _reads_once(subject: Subject) -> None:
    """Let the service read its settings once: each invocation has a new environment, and all have the same settings."""
    settings: Any = subject.bootstrap.Settings
    if isinstance(settings, type):
        read = cache(lambda items: settings.from_environment(dict(items)))  # type: ignore[attr-defined]
        instead = SimpleNamespace(from_environment=lambda given: read(tuple(given.items())))
        subject.bootstrap.Settings = instead  # type: ignore[attr-defined]


def _record(start: Start) -> dict[str, Any]:
    shown = {
        "MessageId": start.message_id,
        "ReceiptHandle": start.handle,
        "Body": start.body,
        "Attributes": {
            "ApproximateReceiveCount": str(start.receives),
            "SentTimestamp": str(int(start.sent * 1000)),
            "ApproximateFirstReceiveTimestamp": str(int(start.first_received * 1000)),
        },
        "MessageAttributes": {name: {"DataType": "String", "StringValue": text} for name, text in start.attributes},
    }
    return rules.record(shown, start.queue_arn)
