"""A transfer: the documented requirements, and what it does to the two contacts.

The order of the checks is assumed; so is that the new contact's ``PreviousContactId`` is the old contact, its
``InitiationMethod`` is TRANSFER and its channel the old one's.
"""

from __future__ import annotations

from dataclasses import dataclass

from local.connect.model import errors
from local.connect.model.lifecycle import TRANSFERRED, Origin, announce_start, begin, end, run_flow
from local.connect.model.records import (
    MAXIMUM_TRANSFERS,
    TRANSFERABLE_CHANNELS,
    TRANSFERABLE_FLOW_TYPES,
    Contact,
    Course,
    Flow,
    Instance,
    Queue,
    User,
)
from local.connect.model.store import Store
from local.connect.model.switches import Ended, Limit


@dataclass(frozen=True)
class By:
    """Who transfers: TransferContact with its token and request id, or an agent with neither."""

    name: str = "TransferContact"
    token: str | None = None
    request_id: str | None = None


@dataclass(frozen=True)
class Target:
    """Where to: a flow, and at most one of queue and user. An agent's own transfer has no flow."""

    flow: Flow | None
    queue: Queue | None = None
    user: User | None = None

    def course(self) -> Course:
        """The first of user, queue and flow that does not simply arrive decides."""
        for resource in (self.user, self.queue, self.flow):
            if resource is not None and resource.course is not Course.ARRIVES:
                return resource.course
        return Course.ARRIVES


def checked_target(store: Store, instance: Instance, flow_id: str, queue_id: str | None, user_id: str | None) -> Target:
    """Resolve a destination. Raise 400 for both queue and user or an unusable flow, 404 for what is not known."""
    if queue_id is None and user_id is None and store.switches.flow_only_refused:
        raise errors.invalid_request("A queue ID or a user ID must be specified.")
    if queue_id is not None and user_id is not None:
        raise errors.invalid_request("Both a queue ID and a user ID cannot be specified in the same request.")
    flow = store.flow(instance, flow_id)
    if flow.type not in TRANSFERABLE_FLOW_TYPES:
        raise errors.invalid_request(f"Contacts cannot be transferred with a flow of type {flow.type}.")
    if flow.archived or not flow.published:
        refuse = errors.not_found if store.switches.unusable_flow_answers is Ended.NOT_FOUND else errors.invalid_request
        raise refuse(f"The flow {flow.id} is {'archived' if flow.archived else 'not published'}.")
    return Target(
        flow,
        None if queue_id is None else store.queue(instance, queue_id),
        None if user_id is None else store.user(instance, user_id),
    )


def check_contact(store: Store, contact: Contact) -> None:
    """Raise 400 for a wrong channel or an ended contact, 402 when eleven transfers precede it (both: switches)."""
    if contact.origin_region not in {None, contact.active_region}:  # which error another Region gets: assumed
        raise errors.invalid_request(f"The contact {contact.id} must be transferred in {contact.origin_region}.")
    if contact.channel not in TRANSFERABLE_CHANNELS:
        raise errors.invalid_request(f"Only task and email contacts can be transferred, this is {contact.channel}.")
    if not contact.active:
        if store.switches.ended_contact_answers is Ended.NOT_FOUND:
            raise errors.not_found(f"Contact not found: {contact.id}")
        raise errors.invalid_request(f"The contact {contact.id} is not active.")
    if contact.paused is not None and store.switches.paused_contact_refused:
        raise errors.invalid_request(f"The contact {contact.id} is paused.")
    if contact.transfers >= MAXIMUM_TRANSFERS:
        is_quota = store.switches.transfer_limit_answers is Limit.QUOTA
        refuse = errors.quota_exceeded if is_quota else errors.invalid_request
        raise refuse(f"A contact cannot be transferred more than {MAXIMUM_TRANSFERS} times.")


def transfer(store: Store, old: Contact, target: Target, by: By) -> Contact:
    """Transfer a contact that was checked: end it, begin its successor, start the flow. Return the successor.

    A task's transfer meets the quota of active tasks as a new task would: 402 (assumed by analogy with StartTaskContact).
    """
    new = _successor(store, old, target)
    store.history.transfer(
        time=new.started,
        instance_id=old.instance.id,
        old=old.id,
        new=new.id,
        flow_id=new.flow_id,
        queue_id=new.queue_id,
        user_id=new.agent_id,
        token=by.token,
        by=by.name,
        request_id=by.request_id,
    )
    _end_old(store, old)
    announce_start(store, new)
    course = target.course()
    if target.flow and (course is Course.MOVES_ON or not (target.queue or target.user)):
        new.queue_id, new.agent_id = target.flow.queue_id, None
    run_flow(store, new, course)
    return new


def _successor(store: Store, old: Contact, target: Target) -> Contact:
    new = begin(
        store, old.instance, old.channel, Origin(str(store.switches.transfer_shows_as), previous=old), target.flow
    )
    new.transfers = old.transfers + 1
    new.links, new.name, new.description = old.links, old.name, old.description
    new.queue_id = target.queue.id if target.queue else None
    new.agent_id = target.user.id if target.user else None
    new.listed_from = new.started + store.switches.successor_listed_after
    new.destination_shown_from = new.started + store.switches.destination_known_after
    return new


def _end_old(store: Store, old: Contact) -> None:
    if store.switches.old_contact_active_for > 0:
        store.due.at(store.now() + store.switches.old_contact_active_for, lambda: end(store, old, TRANSFERRED))
    else:
        end(store, old, TRANSFERRED)
