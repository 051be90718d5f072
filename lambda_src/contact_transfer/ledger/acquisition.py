"""Asking for a contact's lease: who asks, and what it is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contact_transfer.ledger.records import Attempt, Contact, EndRecord, Lease, RequestRecord, Transfer


@dataclass(frozen=True)
class Claim:
    """A delivery of a request that asks for the contact's lease.

    ``owner``: unique to the delivery. ``may_call``: False when it serves to look and to record an end only. ``until``: end of the lease.
    """

    request: str
    message_id: str
    owner: str
    asked: Mapping[str, Any]
    until: float
    may_call: bool = True


@dataclass(frozen=True)
class LeaseAcquired:
    """The contact is ours until the lease ends. ``contact``: as it was written with the lease."""

    lease: Lease
    contact: Contact

    @property
    def record(self) -> RequestRecord:
        """What the contact's document has of the request that holds the lease."""
        return self.contact.requests[self.lease.request]

    @property
    def attempt(self) -> Attempt | None:
        """An attempt of an earlier lease whose effect is not known, of whichever request."""
        return self.contact.attempt

    @property
    def is_foreign(self) -> bool:
        """Whether the attempt is another request's."""
        return self.attempt is not None and self.attempt.request != self.lease.request


@dataclass(frozen=True)
class LeaseHeld:
    """Another worker has the contact until ``until``."""

    until: float


@dataclass(frozen=True)
class TooManyRequests:
    """So many requests for the contact are under way that this one must wait. ``under_way``: how many there are."""

    under_way: int


@dataclass(frozen=True)
class AlreadyTransferred:
    """The request has been carried out."""

    transfer: Transfer


@dataclass(frozen=True)
class RecordedEnd:
    """The message has been reported as ended without a transfer before."""

    end: EndRecord


Acquisition = LeaseAcquired | LeaseHeld | TooManyRequests | AlreadyTransferred | RecordedEnd
