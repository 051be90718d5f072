"""What keeps the model's own doings going between calls: it sleeps until the next one is due."""

from __future__ import annotations

import asyncio

from local.connect.server.simulator import Simulator


class Pulse:
    """Ticks the model when something is due; ``wake`` after every call, since a call may have planned something sooner."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._planned = asyncio.Event()
        self._sleeps_until: float | None = None

    def wake(self) -> None:
        """Look again, if something is due sooner than what is waited for."""
        due = self._simulator.connect.next_due()
        if due is not None and (self._sleeps_until is None or due < self._sleeps_until):
            self._planned.set()

    async def beat(self) -> None:
        """Tick for as long as the server runs."""
        while True:
            self._planned.clear()
            connect = self._simulator.connect
            connect.tick()
            self._sleeps_until = connect.next_due()
            wait = None if self._sleeps_until is None else max(0.0, self._sleeps_until - connect.store.clock())
            try:
                async with asyncio.timeout(wait):
                    await self._planned.wait()
            except TimeoutError:
                continue
