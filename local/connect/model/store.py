"""The shelves of the model: what exists, by id, and how a caller's id or ARN is looked up. No rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from random import Random
from typing import Protocol, TypeVar
from uuid import UUID

from local.connect.model import errors
from local.connect.model.due import DueList
from local.connect.model.events import ContactEvent, contact_event
from local.connect.model.faults import Faults
from local.connect.model.history import History
from local.connect.model.quotas import Quotas
from local.connect.model.records import Contact, Flow, Instance, Queue, User
from local.connect.model.switches import Switches
from local.connect.model.tokens import Tokens

Listener = Callable[[ContactEvent], None]


class _OfInstance(Protocol):
    @property
    def instance(self) -> Instance: ...


_R = TypeVar("_R", bound=_OfInstance)


class Store:
    """Everything the model knows. ``clock`` gives epoch seconds; all randomness comes from ``random``."""

    def __init__(self, clock: Callable[[], float], random: Random, listener: Listener | None) -> None:
        self.clock = clock
        self.random = random
        self.listener = listener
        self.switches = Switches()
        self.quotas = Quotas()
        self.faults = Faults()
        self.history = History()
        self.tokens = Tokens()
        self.due = DueList()
        self.instances: dict[str, Instance] = {}
        self.flows: dict[str, Flow] = {}
        self.queues: dict[str, Queue] = {}
        self.users: dict[str, User] = {}
        self.contacts: dict[str, Contact] = {}
        self.trees: defaultdict[str, list[Contact]] = defaultdict(list)
        self._running_at: float | None = None

    def now(self) -> float:
        """Return the time: the clock's, or while something that was due is carried out, the time it was due at."""
        return self.clock() if self._running_at is None else self._running_at

    def tick(self) -> None:
        """Carry out everything that is due by now."""
        if self._running_at is not None:
            return
        now = self.clock()
        try:
            while (found := self.due.pop_due(now)) is not None:
                self._running_at, action = found
                action()
        finally:
            self._running_at = None

    def new_id(self) -> str:
        """Return a fresh id in the form of a UUID."""
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def publish(self, contact: Contact, event_type: str, extra: dict[str, object] | None = None) -> None:
        """Tell the listener, if there is one. ``extra``: joins the event's detail."""
        if self.listener is not None:
            self.listener(contact_event(contact, event_type, self.now(), extra))

    def instance(self, given: str) -> Instance:
        """Find an instance by id or ARN (that an ARN is accepted is assumed)."""
        found = self.instances.get(given.rsplit("/", 1)[-1])
        if found is None or (given.startswith("arn:") and given != found.arn):
            raise errors.not_found(f"Instance not found: {given}")
        return found

    def flow(self, instance: Instance, given: str) -> Flow:
        """Find a flow by id or ARN (ARN: a switch)."""
        return self._find(self.flows, instance, given, "Contact flow")

    def queue(self, instance: Instance, given: str) -> Queue:
        """Find a queue by id or ARN (ARN: a switch)."""
        return self._find(self.queues, instance, given, "Queue")

    def user(self, instance: Instance, given: str) -> User:
        """Find a user by id or ARN (both documented)."""
        return self._find(self.users, instance, given, "User")

    def contact(self, instance: Instance, given: str) -> Contact:
        """Find a contact by id or ARN (ARN: a switch)."""
        found = self._find(self.contacts, instance, given, "Contact")
        if self.now() < found.known_from:
            raise errors.not_found(f"Contact not found: {given}")
        return found

    def _find(self, shelf: dict[str, _R], instance: Instance, given: str, kind: str) -> _R:
        name = given.rsplit("/", 1)[-1]
        is_arn = given.startswith("arn:")
        found = shelf.get(name.lower() if self.switches.ids_in_any_case else name)
        refused = is_arn and (
            not given.startswith(instance.arn + "/") or not (self.switches.arns_as_ids or kind == "User")
        )
        if found is None or found.instance is not instance or refused:
            raise errors.not_found(f"{kind} not found: {given}")
        return found
