"""What an audit goes by: what the functions have logged, what is parked, what the ledger has and what Connect shows.

A line "transferred", "failed" and the like is written after the bus has taken the event, so it stands for the announcement. All times are
epoch seconds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from contact_transfer.connect.responses import ContactView
from contact_transfer.ledger.records import Contact, Transfer


@dataclass(frozen=True)
class Announcement:
    """A success that was announced. ``repeated``: not for the first time. Ids are None where Connect gave none."""

    at: float
    request: str
    contact_id: str
    new_contact_id: str | None = None
    moved_contact_id: str | None = None
    inferred: bool = False
    repeated: bool = False


@dataclass(frozen=True)
class Failure:
    """A failure that was announced, or a parked message with its reason. What could not be read of the request is None."""

    at: float
    code: str
    message_id: str
    request: str | None = None
    contact_id: str | None = None


@dataclass(frozen=True)
class Arrival:
    """A contact event of the new contact has reached the confirmation function, whatever it said."""

    at: float
    request: str
    contact_id: str
    new_contact_id: str | None = None


@dataclass(frozen=True)
class Conflict:
    """The worker itself saw a contact transferred twice. ``winner``: the request of which the ledger says so."""

    at: float
    request: str
    winner: str
    contact_id: str | None = None


@dataclass
class Logged:
    """All lines of the window. ``put_off``: when each request was deferred last."""

    announcements: list[Announcement] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    put_off: dict[str, float] = field(default_factory=dict)

    @property
    def contact_ids(self) -> set[str]:
        """Every contact that a line names and that a request may have moved."""
        moved = {one.contact_id for one in self.announcements} | {one.contact_id for one in self.arrivals}
        return moved | {one.contact_id for one in self.failures if one.contact_id is not None}


@dataclass(frozen=True)
class Shown:
    """A contact as Connect shows it; ``view`` None: Connect does not know it. ``tree``: the contacts of its tree, if asked for."""

    view: ContactView | None
    tree: tuple[ContactView, ...] | None = None


@dataclass(frozen=True)
class Facts:
    """Everything, between ``since`` and ``until``.

    Attributes:
        since: beginning of the window, epoch seconds.
        until: its end.
        logged: what the functions wrote.
        parked: what lies in the dead-letter queue with a reason of the worker.
        ledger: the ledger's documents by contact id.
        connect: what Connect showed, of those contacts that it was asked about.
        channels: what the deployment may transfer.
        region: the deployment's own.
    """

    since: float
    until: float
    logged: Logged = field(default_factory=Logged)
    parked: tuple[Failure, ...] = ()
    ledger: Mapping[str, Contact] = field(default_factory=dict)
    connect: Mapping[str, Shown] = field(default_factory=dict)
    channels: frozenset[str] = frozenset({"TASK", "EMAIL"})
    region: str = ""


def transfers_in(contact: Contact) -> Iterator[Transfer]:
    """The transfers that the ledger has of a contact: its own, and those that its requests made in its place."""
    if contact.transfer is not None:
        yield contact.transfer
    for record in contact.requests.values():
        if record.done is not None:
            yield record.done
