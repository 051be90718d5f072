"""Which request each message of a run is: those that producers send, and what the worker and the scheduler send again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from local.virtual import Cloud, Queue
from tests.simulation.evidence import Target, Wanted
from tests.simulation.scenario import Request

#: An outage of the dead-letter queue that loses its answers leaves thousands of copies; an operator sends some of them back.
REDRIVEN_AT_MOST = 60
#: The request of a message that nobody sent.
NOBODYS = -1


class Mail:
    """Sends messages, and knows afterwards whose each one is: a message that is sent again has the same body.

    ``read``: the request of a body that no producer has sent, if it is one.
    """

    def __init__(self, cloud: Cloud, read: Callable[[str], Wanted | None]) -> None:
        self._cloud = cloud
        self._read = read
        self._by_body: dict[str, Wanted] = {}
        self.of_message: dict[str, Wanted] = {}
        self.resent: set[str] = set()
        self.redriven = 0

    def enter(self, wanted: Wanted, body: str, queue: Queue, attributes: Mapping[str, Any] | None = None) -> None:
        """Send a message of a request."""
        message = queue.send(body, attributes)
        self._by_body[body] = wanted
        self.of_message[message.id] = wanted
        wanted.messages.append(message)

    def redrive(self) -> None:
        """Send back what is parked, as an operator does."""
        waiting = [one for one in self._cloud.dead_letters.messages if not one.gone]
        for parked in waiting[:REDRIVEN_AT_MOST]:
            if (wanted := self._whose(parked.body)) is not None:
                self.redriven += 1
                self._cloud.dead_letters.purge_one(parked)
                self.enter(wanted, parked.body, self._cloud.queue, dict(parked.attributes))

    def _whose(self, body: str) -> Wanted | None:
        return self._by_body.get(body) or self._read(body)

    def sort(self) -> None:
        """Find out whose the messages are that no producer has sent."""
        for queue in (self._cloud.queue, self._cloud.urgent):
            for message in queue.messages:
                if message.id not in self.of_message:
                    wanted = self._whose(message.body) or _nobodys()
                    self.of_message[message.id] = wanted
                    wanted.messages.append(message)
                    self.resent.add(message.id)


def _nobodys() -> Wanted:
    return Wanted(NOBODYS, Request(static=True), Target("", "", None, None))
