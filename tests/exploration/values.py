"""A state of the explored world, as immutable values: two states are one if everything that can matter from now on is the same.

All times are absolute. Calls take no time; time passes only between them, so states that were reached by different orders of the same calls
have the same times.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.exploration.invocation import Node
from tests.exploration.wire import Call

#: ``Worker.thaws`` of a sandbox that stands still until it goes on at any later time.
SOME_TIME = float("inf")


class Row:
    """An item of the ledger's table, equal to another one with the same text."""

    __slots__ = ("_hash", "item", "text")

    def __init__(self, item: Mapping[str, Any]) -> None:
        self.item = item
        self.text = json.dumps(item, sort_keys=True)
        self._hash = hash(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and self.text == other.text

    def __hash__(self) -> int:
        return self._hash


class Message(NamedTuple):
    """A message of a lane's queue. ``origin``: the id under which its producer sent it. ``deleted``: it is done."""

    id: str
    origin: str
    lane: str
    body: str
    sent: float
    attributes: tuple[tuple[str, str], ...] = ()
    receives: int = 0
    received: float = 0.0
    first_received: float = 0.0
    hidden_until: float = 0.0
    deleted: bool = False

    def done(self) -> Message:
        """The message when it is deleted: how often it was received matters no more."""
        return self._replace(receives=0, received=0.0, first_received=0.0, hidden_until=0.0, deleted=True)


class Worker(NamedTuple):
    """An invocation that is under way. ``thaws``: when its sandbox goes on, None: it does not stand still.

    ``signed``: when its pending call was signed. ``froze``: since when it stands still.
    """

    message: str
    began: float
    node: Node
    thaws: float | None = None
    froze: float = 0.0
    signed: float = 0.0


class Flying(NamedTuple):
    """A call whose sender does not wait for it any more. It takes effect until ``until``, or never. ``sender``: the message's origin."""

    call: Call
    sender: str
    until: float


class Effect(NamedTuple):
    """What changed Amazon Connect: a call that took effect, or something that somebody else did."""

    at: float
    what: str
    given: tuple[tuple[str, str], ...]


class Announced(NamedTuple):
    """An end that an outcome event published for a message: ``kind`` as in the event's name, with ``code`` and new contact.

    ``inferred``: it says that Connect's records show it; otherwise that Connect answered it.
    """

    origin: str
    kind: str
    code: str
    new_contact: str
    inferred: bool


class Called(NamedTuple):
    """TransferContact was called. ``answered``: its worker received the answer that the contact was transferred."""

    token: str
    answered: bool


class World(NamedTuple):
    """Everything there is. ``pending``: what others have not done yet; ``faults``: how many may still happen."""

    now: float
    items: tuple[tuple[str, Row], ...]
    effects: tuple[Effect, ...]
    messages: tuple[Message, ...]
    workers: tuple[Worker, ...]
    flying: tuple[Flying, ...]
    announced: frozenset[Announced]
    parked: frozenset[tuple[str, str]]
    called: frozenset[Called]
    pending: tuple[int, ...]
    faults: int

    def message(self, message_id: str) -> Message:
        """The message of an id."""
        return next(one for one in self.messages if one.id == message_id)

    def with_message(self, changed: Message) -> World:
        """The world in which a message is changed."""
        return self._replace(messages=tuple(changed if one.id == changed.id else one for one in self.messages))

    def with_worker(self, worker: Worker, changed: Worker | None) -> World:
        """The world in which an invocation is changed, or over."""
        workers = list(self.workers)
        place = workers.index(worker)
        workers[place : place + 1] = [] if changed is None else [changed]
        return self._replace(workers=tuple(workers))
