"""What a sweep moves, and where to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SweepOrder:
    """Contacts of ``instance_id`` that wait in ``from_queue_ids``, and the transfer that each of them gets.

    ``older_than_seconds``: how long a contact must have waited. ``limit``: contacts at most; None: all. ``batch_id``: names the
    requests as a group; the same order gets the same one. ``route``: the route that asks, when it is one.
    """

    instance_id: str
    from_queue_ids: tuple[str, ...]
    contact_flow_id: str
    batch_id: str
    queue_id: str | None = None
    user_id: str | None = None
    older_than_seconds: float = 0.0
    limit: int | None = None
    channels: tuple[str, ...] = ()
    is_urgent: bool = False
    route: str | None = None
    reason: str | None = None
