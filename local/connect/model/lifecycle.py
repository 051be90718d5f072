"""How a contact lives: it starts, a flow takes it somewhere, it pauses, it ends. Events tell of each step."""

from __future__ import annotations

from dataclasses import dataclass

from local.connect.model import errors
from local.connect.model.records import MAXIMUM_LINKED_TASKS, Contact, Course, Flow, Instance
from local.connect.model.store import Store

#: Disconnect reasons of the contact record; that a transfer leaves the first one is assumed.
TRANSFERRED = "TRANSFERRED"
STOPPED = "API"
FLOW_ENDED = "CONTACT_FLOW_DISCONNECT"


@dataclass(frozen=True)
class Origin:
    """Where a new contact comes from: at most one of ``previous`` and ``related``."""

    method: str = "API"
    previous: Contact | None = None
    related: Contact | None = None


def begin(store: Store, instance: Instance, channel: str, origin: Origin, flow: Flow | None = None) -> Contact:
    """Create a contact, count it as an active task, tell of it; its flow does not run yet.

    Raise 402 when the instance's active tasks are used up.
    """
    if channel == "TASK" and len(instance.active_tasks) >= instance.active_task_quota:
        raise errors.quota_exceeded("The limit of concurrent active tasks is reached.")
    now = store.now()
    contact_id = store.new_id()
    source = origin.previous or origin.related
    contact = Contact(
        id=contact_id,
        instance=instance,
        channel=channel,
        initiation_method=origin.method,
        started=now,
        initial_id=origin.previous.initial_id if origin.previous else contact_id,
        association_id=source.association_id if source else contact_id,
        previous_id=origin.previous.id if origin.previous else None,
        related_id=origin.related.id if origin.related else None,
        flow_id=flow.id if flow else None,
        updated=now,
        origin_region=origin.previous.origin_region if origin.previous else instance.origin_region,
    )
    _enter(store, contact)
    return contact


def _enter(store: Store, contact: Contact) -> None:
    contact.known_from = contact.started + store.switches.contact_known_after
    contact.described_from = contact.started + store.switches.contact_described_after
    store.contacts[contact.id] = contact
    store.trees[contact.association_id].append(contact)
    if contact.channel == "TASK":
        contact.instance.active_tasks.add(contact.id)


def announce_start(store: Store, contact: Contact) -> None:
    """Tell that a contact has begun."""
    store.publish(contact, "INITIATED")


def link(store: Store, contact: Contact, previous: Contact) -> None:
    """Count a task linked by PreviousContactId. Such a task is no transfer and has a limit of its own."""
    contact.links = previous.links + 1
    if store.switches.linked_task_keeps_transfer_count:
        contact.transfers = previous.transfers


def check_link(previous: Contact) -> None:
    """Raise 402 when the chain of linked tasks is full (which error it is: assumed)."""
    if previous.links + 2 > MAXIMUM_LINKED_TASKS:
        raise errors.quota_exceeded(f"There can be at most {MAXIMUM_LINKED_TASKS} linked task contacts in a chain.")


def run_flow(store: Store, contact: Contact, course: Course) -> None:
    """Let the flow run its course after ``flow_seconds``."""

    def arrive() -> None:
        if not contact.active:
            return
        if course is Course.FAILS:
            end(store, contact, FLOW_ENDED)
        elif course in {Course.ARRIVES, Course.MOVES_ON}:
            place(store, contact, contact.queue_id, contact.agent_id)

    if store.switches.flow_seconds > 0:
        store.due.at(store.now() + store.switches.flow_seconds, arrive)
    else:
        arrive()


def place(store: Store, contact: Contact, queue_id: str | None, agent_id: str | None) -> None:
    """Put a contact into a queue, or with an agent; with neither, nothing happens."""
    now = store.now()
    if agent_id and store.switches.agent_has_queue:
        contact.agent_id, contact.queued, contact.updated = agent_id, now, now
        store.publish(contact, "QUEUED")
    elif agent_id:
        contact.agent_id, contact.connected, contact.updated = agent_id, now, now
        store.publish(contact, "CONNECTED_TO_AGENT")
    elif queue_id:
        contact.queue_id, contact.queued, contact.updated = queue_id, now, now
        store.publish(contact, "QUEUED")


def end(store: Store, contact: Contact, reason: str) -> None:
    """End a contact; ending an ended contact changes nothing."""
    if not contact.active:
        return
    now = store.now()
    contact.ended = now
    contact.end_shown_from = now + store.switches.end_shown_after
    contact.disconnect_reason = reason
    contact.updated = now
    contact.instance.active_tasks.discard(contact.id)
    store.publish(contact, "DISCONNECTED")
    store.publish(contact, "COMPLETED")


def pause(store: Store, contact: Contact) -> None:
    """Pause an active task. Raise 409 when it is paused already (assumed)."""
    _only_active_tasks(contact, "paused")
    if contact.paused is not None:
        raise errors.conflict(f"The contact {contact.id} is paused already.")
    contact.paused = contact.updated = store.now()
    contact.pauses += 1
    store.publish(contact, "PAUSED")


def resume(store: Store, contact: Contact) -> None:
    """Resume a paused task. Raise 409 when it is not paused (assumed)."""
    _only_active_tasks(contact, "resumed")
    if contact.paused is None:
        raise errors.conflict(f"The contact {contact.id} is not paused.")
    contact.paused = None
    contact.resumed = contact.updated = store.now()
    store.publish(contact, "RESUMED")


def _only_active_tasks(contact: Contact, done: str) -> None:
    if contact.channel != "TASK":
        raise errors.invalid_request(f"Only task contacts can be {done}, this is {contact.channel}.")
    if not contact.active:
        raise errors.invalid_request(f"The contact {contact.id} has ended.")
