"""Where contacts waited and with whom they were, as the simulated Amazon Connect tells of it by its events."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from local.connect.model.events import ContactEvent


@dataclass
class States:
    """The queues and agents of each contact, and since when. Times in epoch seconds."""

    _queued: defaultdict[str, list[tuple[float, str]]] = field(default_factory=lambda: defaultdict(list))
    _connected: dict[str, float] = field(default_factory=dict)

    def note(self, event: ContactEvent) -> None:
        """Take what an event tells."""
        contact = event.detail["contactId"]
        if event.type == "QUEUED":
            self._queued[contact].append((event.time, event.detail["queueInfo"]["queueArn"].rpartition("/")[2]))
        elif event.type == "CONNECTED_TO_AGENT":
            self._connected.setdefault(contact, event.time)

    def connected(self, contact: str, by: float) -> bool:
        """Whether an agent had the contact by then; from then on it was connected for good."""
        return self._connected.get(contact, float("inf")) <= by

    def waited(self, contact: str, queue: str | None, since: float, until: float) -> bool:
        """Whether the contact waited at some time between, in the queue if one is given."""
        until = min(until, self._connected.get(contact, float("inf")))
        spans = self._spans(contact)
        return until >= since and any(
            begins <= until and ends > since and queue in (None, where) for begins, ends, where in spans
        )

    def queued_at(self, contact: str, queue: str, by: float) -> float | None:
        """When the contact was put into the queue in which it was at that time; None when it was in another one, or in none."""
        spans = [(begins, where) for begins, ends, where in self._spans(contact) if begins <= by < ends]
        return spans[0][0] if spans and spans[0][1] == queue else None

    def was_elsewhere(self, contact: str, queue: str | None, since: float, until: float) -> bool:
        """Whether the contact was in no queue at some time between, or in another one than was given."""
        spans = list(self._spans(contact))
        if not spans or spans[0][0] > since:
            return True
        return any(begins <= until and ends > since and queue not in (None, where) for begins, ends, where in spans)

    def _spans(self, contact: str) -> list[tuple[float, float, str]]:
        """From when, until when, and in which queue; an agent who takes the contact leaves the queue as it is shown."""
        queued = self._queued.get(contact, [])
        ends = [*(time for time, _ in queued[1:]), float("inf")]
        return [(begins, end, where) for (begins, where), end in zip(queued, ends, strict=False)]
