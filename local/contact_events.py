"""The bridge for the simulator's contact events: to the default bus, by EventBridge's best effort."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from local.connect.control import Control

Entry = dict[str, Any]


@dataclass(frozen=True)
class BestEffort:
    """How events of AWS services arrive: most of them, some twice, in no order. Chances from 0 to 1; the same seed, the same fate.

    ``spared``: says of an event's detail that it arrives once whatever the chances, for those that a story hangs on.

    Source: EventBridge, "Event delivery levels": an event delivered by best effort may be lost in rare cases. How rare, and
    how often one comes twice, is not documented; the defaults are far more than anyone would see.
    """

    lost: float = 0.03
    twice: float = 0.2
    unordered: bool = True
    seed: int = 1
    spared: Callable[[Mapping[str, Any]], bool] = lambda _detail: False

    def arrive(self, entries: Sequence[Entry]) -> list[Entry]:
        """What arrives of a few events that were published at about the same time."""
        arrived = [entry for entry in entries for _ in range(self._copies(entry))]
        if self.unordered:
            Random(f"{self.seed} {len(arrived)}").shuffle(arrived)  # noqa: S311 - seeded chance is what is wanted
        return arrived

    def _copies(self, entry: Entry) -> int:
        # By the event, not by the run: however events fall together, the same one is lost.
        detail = entry["Detail"]
        if self.spared(detail):
            return 1
        chance = Random(f"{self.seed} {detail.get('contactId')} {detail.get('eventType')}").random()  # noqa: S311 - as above
        if chance < self.lost:
            return 0
        return 2 if chance > 1 - self.twice else 1


#: Every event, once, as it happened.
FAITHFUL = BestEffort(lost=0, twice=0, unordered=False)


@dataclass
class Tally:
    """How many events happened, were lost and came twice."""

    happened: int = 0
    lost: list[Entry] = field(default_factory=list)
    twice: int = 0

    def count(self, entries: Sequence[Entry], arrived: Sequence[Entry]) -> None:
        """Compare what happened with what arrived."""
        copies = [sum(one is entry for one in arrived) for entry in entries]
        self.happened += len(entries)
        self.lost += [entry for entry, count in zip(entries, copies, strict=True) if not count]
        self.twice += sum(count > 1 for count in copies)


class ContactEvents:
    """Carries the simulator's contact events to the default bus until it is stopped. ``tally``: what became of them."""

    def __init__(self, url: str, put: Callable[[list[Entry]], None], effort: BestEffort = FAITHFUL) -> None:
        self.tally = Tally()
        self._control = Control(url)
        self._put = put
        self._effort = effort
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="contact-events")
        self._thread.start()

    def stop(self) -> None:
        """Carry no further events. Safe to call again."""
        self._stop.set()
        self._thread.join(5)
        self._control.close()

    def _run(self) -> None:
        seen = 0
        while not self._stop.is_set():
            try:
                events = self._control.events(after=seen, wait=1)
                entries = [dict(event["entry"]) for event in events]
                arrived = self._effort.arrive(entries)
                for begin in range(0, len(arrived), 10):  # PutEvents takes ten entries
                    self._put(arrived[begin : begin + 10])
                self.tally.count(entries, arrived)
                seen = events[-1]["number"] if events else seen
            except httpx.TransportError:
                self._stop.wait(0.5)  # either side is being stopped, or started afresh
