"""The documented rules of TransferContact and the deployment's own lists, each a pure function that answers None or why not.

Source: Amazon Connect API reference, TransferContact: "Transfers TASK or EMAIL contacts from one agent or queue to another
agent or queue at any point after a contact is created. ... The following rules apply to transferring contacts ...".
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from contact_transfer.transfer.outcome import Failed, FailureCode, Skipped, SkipReason


class ContactView(Protocol):
    """What a rule needs to know of a contact."""

    @property
    def contact_id(self) -> str:
        """The contact."""


MAXIMUM_TRANSFERS = 11
#: How far ahead ``notBefore`` may be; also the longest ``afterMinutes`` of a route.
LONGEST_HOLD_SECONDS = 7 * 86400.0
FLOW_TYPES = ("CONTACT_FLOW", "AGENT_TRANSFER", "QUEUE_TRANSFER")


def check_destination(queue_id: str | None, user_id: str | None) -> Failed | None:
    """A transfer goes to a queue or to an agent, not to both; neither is a flow-only transfer."""
    if queue_id is None or user_id is None:
        return None
    return Failed(FailureCode.BOTH_DESTINATIONS, "queueId and userId are both given; a transfer has one destination.")


def check_region(contact_id: str, origin_region: str | None, own_region: str) -> Failed | None:
    """A contact is transferred in its origin Region only. A contact that names none belongs to ``own_region``.

    Source: Amazon Connect administrator guide, Global Resiliency, routing across Regions.
    """
    if origin_region is None or origin_region == own_region:
        return None
    return Failed(
        FailureCode.CONTACT_IN_ANOTHER_REGION,
        f"Contact {contact_id} began in Region {origin_region}, and Amazon Connect transfers a contact only there, not in {own_region}. "
        f"Send the request to the deployment in {origin_region}.",
    )


def check_not_before(not_before: float | None, expires_at: float | None, now: float | None) -> Failed | None:
    """``not_before`` is at most seven days ahead, and before the request's own end. ``now``: None where it is not known."""
    if not_before is None:
        return None
    if expires_at is not None and not_before >= expires_at:
        return Failed(FailureCode.INVALID_FIELD, "notBefore is not before expiresAt, so no call could ever be started.")
    if now is not None and not_before > now + LONGEST_HOLD_SECONDS:
        return Failed(FailureCode.INVALID_FIELD, "notBefore is more than 7 days ahead; send the request later.")
    return None


def check_channel(contact_id: str, channel: str, allowed: Collection[str]) -> Failed | None:
    """Only task and e-mail contacts can be transferred. ``allowed``: the deployment's channels."""
    if channel.upper() in allowed:
        return None
    kinds = " and ".join(sorted(allowed))
    return Failed(
        FailureCode.UNSUPPORTED_CHANNEL, f"Contact {contact_id} is {channel}; only {kinds} contacts are transferred."
    )


def check_flow_type(flow_id: str, flow_type: str) -> Failed | None:
    """The flow's ``flow_type`` is that of an inbound, a transfer-to-agent or a transfer-to-queue flow."""
    if flow_type in FLOW_TYPES:
        return None
    return Failed(
        FailureCode.UNSUPPORTED_FLOW_TYPE,
        f"Flow {flow_id} is of type {flow_type}; a transfer needs an inbound flow, a transfer to agent flow or a transfer to queue flow.",
    )


def check_flow(flow_id: str, *, archived: bool, published: bool) -> Failed | None:
    """The flow is published and not archived."""
    if archived:
        return Failed(FailureCode.FLOW_NOT_USABLE, f"Flow {flow_id} is archived; restore it or name another flow.")
    if not published:
        return Failed(
            FailureCode.FLOW_NOT_USABLE, f"Flow {flow_id} was never published; publish it or name another flow."
        )
    return None


def unknown_contact(contact_id: str, instance_id: str) -> Failed:
    """Amazon Connect does not know the contact."""
    return Failed(FailureCode.CONTACT_NOT_FOUND, f"Contact {contact_id} is not known to instance {instance_id}.")


def ended_contact(contact_id: str, successors: Collection[ContactView] = ()) -> Failed:
    """Only an active contact can be transferred, and this one is not. ``successors``: contacts that follow it."""
    names = ", ".join(one.contact_id for one in successors)
    return Failed(
        FailureCode.CONTACT_NOT_ACTIVE,
        f"Contact {contact_id} has ended, and not by this request"
        + (f": it was transferred to {names}." if names else "."),
        successor_contact_id=next((one.contact_id for one in successors), None),
    )


def unmet_condition(
    contact_id: str, queue_id: str | None, in_queue_id: str | None, *, connected: bool
) -> Skipped | None:
    """Why an active contact does not wait in a queue, where a request asks for that.

    Assumed, because the API reference says no more than that the fields show queue and agent: a contact was connected to an agent for
    good (after-contact work and a paused task included), and one that an agent was offered and has not accepted still waits.

    Args:
        contact_id: the contact.
        queue_id: the queue that Connect shows; None when the contact was not queued.
        in_queue_id: the only queue that the request accepts; None for any.
        connected: whether Connect shows that an agent has, or had, the contact.
    """
    if connected:
        return Skipped(SkipReason.CONNECTED_TO_AGENT, f"Contact {contact_id} was connected to an agent.")
    if queue_id is None:
        return Skipped(SkipReason.NOT_IN_QUEUE, f"Contact {contact_id} does not wait in a queue.")
    if in_queue_id is not None and queue_id != in_queue_id:
        return Skipped(
            SkipReason.NOT_IN_QUEUE, f"Contact {contact_id} waits in queue {queue_id} and not in queue {in_queue_id}."
        )
    return None


def several_active(contact_id: str, successors: Collection[str]) -> Failed:
    """A request that follows a contact moves its one active successor, and here are ``successors``: which one is meant cannot be known."""
    return Failed(
        FailureCode.SEVERAL_ACTIVE_CONTACTS,
        f"Contact {contact_id} has ended, and {len(successors)} contacts that follow it are active: {', '.join(successors)}. "
        "Send a request for the one that is meant.",
    )


def check_transfers(contact_id: str, transfers: int) -> Failed | None:
    """A contact is transferred at most eleven times, counted along its chain, regardless of who made the transfers."""
    if transfers < MAXIMUM_TRANSFERS:
        return None
    return Failed(
        FailureCode.TRANSFER_LIMIT_REACHED,
        f"{transfers} transfers precede contact {contact_id}; Amazon Connect allows {MAXIMUM_TRANSFERS}.",
    )


def check_flow_allowed(flow_id: str, allowed: Collection[str]) -> Failed | None:
    """The deployment may name the flows that transfers start; an empty ``allowed`` means all."""
    if not allowed or flow_id in allowed:
        return None
    return Failed(FailureCode.FLOW_NOT_ALLOWED, f"Flow {flow_id} is not among this deployment's allowedContactFlowIds.")


def check_destination_allowed(
    queue_id: str | None,
    user_id: str | None,
    allowed_queues: Collection[str],
    allowed_users: Collection[str],
) -> Failed | None:
    """The deployment may name the queues and the agents that transfers go to; empty ``allowed_queues`` or ``allowed_users`` mean all."""
    if queue_id and allowed_queues and queue_id not in allowed_queues:
        return Failed(
            FailureCode.DESTINATION_NOT_ALLOWED, f"Queue {queue_id} is not among this deployment's allowedQueueIds."
        )
    if user_id and allowed_users and user_id not in allowed_users:
        return Failed(
            FailureCode.DESTINATION_NOT_ALLOWED, f"Agent {user_id} is not among this deployment's allowedUserIds."
        )
    return None
