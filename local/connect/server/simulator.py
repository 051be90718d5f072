"""The model together with what a server needs around it: its instances, its log of contact events, and a way to start afresh."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from local.connect.model import Connect, ContactEvent
from local.connect.seed import SeedData, seed

DEFAULT_INSTANCE_ARN = "arn:aws:connect:eu-central-1:111122223333:instance/5f0c7e5e-3d0f-4b57-9f2e-0f6d5a9b1c11"


class EventLog:
    """Contact events in the order in which they happened, numbered from 1, for a client that publishes them."""

    def __init__(self) -> None:
        self._events: list[ContactEvent] = []
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def add(self, event: ContactEvent) -> None:
        """Append an event and wake who waits; safe from any thread."""
        self._events.append(event)
        for loop, arrived in self._waiting:
            loop.call_soon_threadsafe(arrived.set)

    async def wait(self, number: int, seconds: float) -> None:
        """Return as soon as there is an event with a higher number, or after ``seconds``."""
        arrived = asyncio.Event()
        waiting = (asyncio.get_running_loop(), arrived)
        self._waiting.append(waiting)
        try:
            if len(self._events) <= number:
                async with asyncio.timeout(seconds):
                    await arrived.wait()
        except TimeoutError:
            return
        finally:
            self._waiting.remove(waiting)

    def __len__(self) -> int:
        return len(self._events)

    def after(self, number: int, limit: int = 1_000) -> list[dict[str, Any]]:
        """Return the events with a higher number, oldest first, as ``{"number", "type", "entry"}``."""
        number = max(0, number)
        found = self._events[number : number + limit]
        return [{"number": number + i, "type": e.type, "entry": e.entry()} for i, e in enumerate(found, 1)]


class Simulator:
    """``connect`` is the model in force; ``reset`` replaces it by a new one with the same instances and the same seed."""

    def __init__(
        self,
        instance_arns: Sequence[str] = (DEFAULT_INSTANCE_ARN,),
        *,
        clock: Callable[[], float] = time.time,
        random_seed: int | None = None,
        seed_data: bool = False,
        prepare: Callable[[Connect], None] | None = None,
    ) -> None:
        """``seed_data`` gives each instance flows, queues and users; ``prepare`` is called with each new model.

        ``clock``: the time in epoch seconds.
        """
        self._instance_arns = tuple(instance_arns)
        self._clock = clock
        self._random_seed = random_seed
        self._with_seed_data = seed_data
        self._prepare = prepare
        self.events = EventLog()
        self.seed_data: dict[str, SeedData] = {}
        self.connect = self._new()

    def reset(self) -> None:
        """Start afresh: contacts, resources, faults, switches, quotas, tokens and history. The log of events goes on."""
        self.connect = self._new()

    def seed(self, instance_id: str) -> SeedData:
        """Create the seed data in an instance, or return what was created before."""
        if instance_id not in self.seed_data:
            self.seed_data[instance_id] = seed(self.connect, instance_id)
        return self.seed_data[instance_id]

    def _new(self) -> Connect:
        random = Random(self._random_seed)  # noqa: S311 - ids and chances of a simulation
        self.connect = Connect(self._clock, random, self.events.add)
        self.seed_data = {}
        for arn in self._instance_arns:
            instance = self.connect.add_instance(arn)
            if self._with_seed_data:
                self.seed(instance.id)
        if self._prepare:
            self._prepare(self.connect)
        return self.connect
