"""The simulated Amazon Connect behind one caller who has nothing else to do: a clock that his waits and calls move on.

It needs no loop and no tasks, so a probe of an hour takes milliseconds. Every operation that is simulated is a method.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from botocore.exceptions import ReadTimeoutError

from local.connect.model import Connect, Delivery
from local.connect.model.operations import OPERATIONS
from local.virtual.client_meta import ClientMeta
from local.virtual.connect import outcome, with_times
from local.virtual.wire import TRAVEL

_TIMES = {"DescribeContact": "Contact", "ListAssociatedContacts": "ContactSummaryList", "SearchContacts": "Contacts"}
#: A botocore client's read time-out.
_PATIENCE = 10.0


class DirectClock:
    """Time that stands still until somebody waits. ``now``: epoch seconds."""

    def __init__(self, now: float) -> None:
        self.now = now

    def read(self) -> float:
        """Epoch seconds."""
        return self.now

    def wait(self, seconds: float) -> None:
        """Move on by ``seconds``."""
        self.now += max(0.0, seconds)


class DirectConnect:
    """A botocore client's methods on the model. Each call takes the time that calls take."""

    def __init__(self, connect: Connect, clock: DirectClock, random: Random) -> None:
        self.meta = ClientMeta("connect")
        self._connect = connect
        self._clock = clock
        self._random = random
        self._operations = {_method(name): name for name in OPERATIONS}

    def __getattr__(self, name: str) -> Callable[..., Any]:
        operation = self._operations.get(name)
        if operation is None:
            raise AttributeError(name)
        return lambda **asked: self.call(operation, asked)

    def call(self, operation: str, asked: Mapping[str, Any]) -> Any:
        """Send a call and wait for its answer; raise as a botocore client, ``ReadTimeoutError`` when none comes."""
        least, most = TRAVEL["connect"]
        way = (least + (most - least) * self._random.random()) / 2
        self._clock.wait(way)
        call = self._connect.receive(operation, asked)
        self._clock.wait(call.hold)
        reply = self._connect.finish(call)
        if reply.delivery is Delivery.HANG:
            self._clock.wait(_PATIENCE)
            raise ReadTimeoutError(endpoint_url="connect")
        self._clock.wait(reply.delay + way)
        found = outcome(operation, reply)
        if isinstance(found, Exception):
            raise found
        field = _TIMES.get(operation)
        return found if field is None else with_times(found, field)


def _method(operation: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation).lstrip("_")
