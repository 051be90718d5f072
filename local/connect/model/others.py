"""What other people do: agents, customers and administrators, at once or at a given time.

Each of these can be asked for now (``at=None``) or for a time in epoch seconds; what can no longer be done by then (the contact has
ended, the chain is full) is left undone, as an agent would find the button grey.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.connect.model import lifecycle
from local.connect.model.errors import ConnectError
from local.connect.model.records import Contact, Course, Flow, Queue, User
from local.connect.model.store import Store
from local.connect.model.transfers import By, Target, check_contact, transfer


class Others:
    """Doings that do not come through the API under test. They spend no call quota and appear as ``by="agent"`` in the history."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def transfer(
        self,
        contact_id: str,
        *,
        queue_id: str | None = None,
        user_id: str | None = None,
        flow_id: str | None = None,
        at: float | None = None,
    ) -> None:
        """An agent transfers the contact by hand, to a queue, an agent or a flow. Same limits as TransferContact."""
        contact = self._store.contacts[contact_id]
        target = Target(
            self._store.flows[flow_id] if flow_id else None,
            self._store.queues[queue_id] if queue_id else None,
            self._store.users[user_id] if user_id else None,
        )

        def act() -> None:
            check_contact(self._store, contact)
            transfer(self._store, contact, target, By("agent"))

        self._do(at, act)

    def end(self, contact_id: str, *, reason: str = "AGENT_DISCONNECT", at: float | None = None) -> None:
        """The contact ends."""
        contact = self._store.contacts[contact_id]
        self._do(at, lambda: lifecycle.end(self._store, contact, reason))

    def pause(self, contact_id: str, *, at: float | None = None) -> None:
        """An agent pauses a task."""
        contact = self._store.contacts[contact_id]
        self._do(at, lambda: lifecycle.pause(self._store, contact))

    def resume(self, contact_id: str, *, at: float | None = None) -> None:
        """An agent resumes a task."""
        contact = self._store.contacts[contact_id]
        self._do(at, lambda: lifecycle.resume(self._store, contact))

    def place(
        self, contact_id: str, *, queue_id: str | None = None, user_id: str | None = None, at: float | None = None
    ) -> None:
        """The contact's own flow queues it, or an agent accepts it."""
        contact = self._store.contacts[contact_id]

        def act() -> None:
            if contact.active:
                lifecycle.place(self._store, contact, queue_id, user_id)

        self._do(at, act)

    def link_task(self, contact_id: str, *, related: bool = False, at: float | None = None) -> None:
        """Somebody starts a task linked to the contact, by PreviousContactId, or, if ``related``, by RelatedContactId."""
        source = self._store.contacts[contact_id]
        self._do(at, lambda: self._link(source, related=related))

    def archive_flow(self, flow_id: str, *, archived: bool = True, at: float | None = None) -> None:
        """An administrator archives the flow, or (``archived`` False) takes it out of the archive."""
        flow = self._store.flows[flow_id]
        self._do(at, lambda: setattr(flow, "archived", archived))

    def publish_flow(self, flow_id: str, *, at: float | None = None) -> None:
        """An administrator publishes a saved flow."""
        flow = self._store.flows[flow_id]
        self._do(at, lambda: setattr(flow, "published", True))

    def set_course(self, resource_id: str, course: Course, *, queue_id: str | None = None) -> None:
        """From now on contacts handed to this flow, queue or user arrive, fail or stay.

        ``queue_id`` (flows only): where the flow takes a contact that was given no destination. Raise ``KeyError`` for
        an id that is not known.
        """
        shelves: tuple[dict[str, Any], ...] = (self._store.flows, self._store.queues, self._store.users)
        found: list[Flow | Queue | User] = [shelf[resource_id] for shelf in shelves if resource_id in shelf]
        if not found:
            raise KeyError(resource_id)
        for resource in found:
            resource.course = course
            if isinstance(resource, Flow):
                resource.queue_id = queue_id

    def replicate(self, instance_id: str, origin_region: str | None) -> None:
        """From now on contacts of the instance begin in ``origin_region`` (Global Resiliency); None: it has no replica."""
        self._store.instances[instance_id].origin_region = origin_region

    def announce(self, contact_id: str, event_type: str, extra: dict[str, Any] | None = None) -> None:
        """Publish a contact event of any type, e.g. CONTACT_DATA_UPDATED with ``{"updatedProperties": […]}``.

        ``extra``: joins the event's detail.
        """
        self._store.publish(self._store.contacts[contact_id], event_type, extra)

    def _link(self, source: Contact, *, related: bool) -> None:
        origin = lifecycle.Origin(related=source) if related else lifecycle.Origin(previous=source)
        if not related:
            lifecycle.check_link(source)
        task = lifecycle.begin(self._store, source.instance, "TASK", origin)
        if not related:
            lifecycle.link(self._store, task, source)
        lifecycle.announce_start(self._store, task)

    def _do(self, at: float | None, act: Callable[[], None]) -> None:
        def attempt() -> None:
            try:
                act()
            except ConnectError:
                return

        self._store.tick()
        if at is None:
            act()
        else:
            self._store.due.at(at, attempt)
