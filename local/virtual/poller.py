"""One event source mapping in virtual time: Lambda's pollers of one queue, and the invocations that they may have under way."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from local.virtual.loop import Loop
from local.virtual.queue import Message, Queue
from local.virtual.weather import Kind

Received = list[tuple[Message, str]]


class Poller:
    """Looks into ``queue`` and hands what it receives to ``invoke``, up to ``concurrency`` batches at once.

    ``struck``: asked whether something of the weather happens to a service. ``running``: batches under way.
    """

    def __init__(
        self,
        loop: Loop,
        random: Random,
        queue: Queue,
        queue_arn: str,
        *,
        batch_size: int,
        concurrency: int,
        poll_seconds: tuple[float, float],
        struck: Callable[[str, Kind], bool],
        invoke: Callable[[Poller, Received], None],
    ) -> None:
        self._loop = loop
        self._random = random
        self._batch_size = batch_size
        self._concurrency = concurrency
        self._poll_seconds = poll_seconds
        self._struck = struck
        self._invoke = invoke
        self._polling = False
        self.queue = queue
        self.queue_arn = queue_arn
        self.running = 0
        self.deliveries = 0
        queue.on_visible = self.poll

    def poll(self) -> None:
        """Look into the queue soon, as the pollers do."""
        if not self._polling and self.running < self._concurrency:
            self._polling = True
            least, most = self._poll_seconds
            self._loop.after(least + (most - least) * self._random.random(), self._polled)

    def _polled(self) -> None:
        self._polling = False
        if self.running >= self._concurrency or not self.queue.visible:
            return
        most = self._random.choice((1, self._batch_size, self._batch_size))
        received = self.queue.receive(most, lambda: self._struck("queue", Kind.DUPLICATE))
        if received and not self._struck("function", Kind.NOT_INVOKED):
            self.deliveries += len(received)
            self.running += 1
            self._invoke(self, received)
        self.poll()

    def free(self) -> None:
        """A batch is over."""
        self.running -= 1
        self.poll()
