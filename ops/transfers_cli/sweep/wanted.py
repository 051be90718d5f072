"""The options of ``transfers sweep`` that say what is moved and where to, and the order that they make."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Annotated

import typer

from contact_transfer.queue_sweep.order import SweepOrder
from contact_transfer.request.arn import InstanceArn
from transfers_cli.deployment import Deployment
from transfers_cli.errors import Exit, Stop
from transfers_cli.sweep.place import one_id
from transfers_cli.times import seconds

FromQueue = Annotated[str, typer.Option("--from-queue", help="Id or ARN of the queue whose contacts are moved.")]
Flow = Annotated[str, typer.Option("--flow", help="Id or ARN of the flow that each transfer starts.")]
ToQueue = Annotated[str | None, typer.Option("--to-queue", help="Id or ARN of the queue they go to.")]
ToUser = Annotated[str | None, typer.Option("--to-user", help="Id or ARN of the agent they go to.")]
OlderThan = Annotated[
    str, typer.Option("--older-than", help="Only contacts that have waited so long: 90s, 30m, 2h or 1d.")
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, help="Move so many at most, the oldest.")]
Channel = Annotated[str | None, typer.Option("--channel", help="Only contacts of this channel: TASK or EMAIL.")]
Urgent = Annotated[bool, typer.Option("--urgent", help="Ask by the urgent lane.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Carried into the ledger and the events.")]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The options, as they were given.

    Raises:
        Stop: two destinations, or an age that is none.
    """

    from_queue: FromQueue
    flow: Flow
    to_queue: ToQueue = None
    to_user: ToUser = None
    older_than: OlderThan = "0m"
    limit: Limit = None
    channel: Channel = None
    urgent: Urgent = False
    reason: Reason = None

    def __post_init__(self) -> None:
        if self.to_queue and self.to_user:
            raise Stop("Give --to-queue or --to-user: a transfer has one destination.", Exit.USAGE)
        seconds(self.older_than)

    def order(self, found: Deployment, place: InstanceArn) -> SweepOrder:
        """What is moved in the instance ``place``, as one batch of a new name. Raise ``Stop`` for what does not exist there."""
        order = SweepOrder(
            instance_id=place.instance_id,
            from_queue_ids=(one_id(place, "queue", self.from_queue, "--from-queue"),),
            contact_flow_id=one_id(place, "contact-flow", self.flow, "--flow"),
            batch_id=f"sweep-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(3)}",
            queue_id=one_id(place, "queue", self.to_queue, "--to-queue") if self.to_queue else None,
            user_id=one_id(place, "agent", self.to_user, "--to-user") if self.to_user else None,
            older_than_seconds=seconds(self.older_than),
            limit=self.limit,
            channels=_channels(found, self.channel),
            is_urgent=self.urgent,
            reason=self.reason,
        )
        if order.queue_id in order.from_queue_ids:
            raise Stop("--to-queue is the queue that is swept: every contact would come back to it.", Exit.USAGE)
        return order


def _channels(found: Deployment, channel: str | None) -> tuple[str, ...]:
    allowed = tuple(sorted(found.settings.allowed_channels))
    if channel is None:
        return allowed
    if channel.upper() not in allowed:
        raise Stop(f"--channel {channel}: this deployment transfers {' and '.join(allowed)}.", Exit.USAGE)
    return (channel.upper(),)
