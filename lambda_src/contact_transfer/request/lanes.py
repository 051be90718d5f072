"""The two lanes: which one a request asks for, and which one a message came through."""

from __future__ import annotations

from enum import StrEnum


class Lane(StrEnum):
    """Each lane has a queue of its own; both have one worker function, one ledger and one dead-letter queue."""

    NORMAL = "normal"
    URGENT = "urgent"

    @property
    def other(self) -> Lane:
        """The other lane."""
        return Lane.URGENT if self is Lane.NORMAL else Lane.NORMAL


def queue_name(queue_url: str) -> str:
    """The name in a queue's URL."""
    return queue_url.rpartition("/")[2]
