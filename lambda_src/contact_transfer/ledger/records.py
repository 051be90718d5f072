"""What the ledger remembers of a contact: one immutable value, ``Contact``, and what it is made of.

All times are epoch seconds by Amazon Connect's clock (see ``connect.connect_clock``). Those that bound something are bounds: a moment
at which a call can have been signed is never too late, one until which it can take effect is never too early. ``extra`` holds what
another version of this code wrote into a document: it is written back as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from contact_transfer.request import identity

#: AWS refuses a request that was signed more than five minutes ago; the rest is for processing it (assumed).
EFFECT_SECONDS = 330.0


@dataclass(frozen=True, kw_only=True)
class Extensible:
    """A part of a document. ``extra``: fields that this version does not know."""

    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Lease(Extensible):
    """The right of one worker to work on the contact for ``request`` until ``until``.

    ``turn``: the fencing token. ``calls``: whether TransferContact may be called under it; a lease that ran out without being given
    back then counts as an attempt. ``confirmed``: a worker is known to have begun.
    ``since``: when it was acquired.
    """

    owner: str
    turn: int
    request: str
    since: float
    until: float
    calls: bool = False
    confirmed: bool = False


@dataclass(frozen=True)
class Attempt(Extensible):
    """Calls of ``request`` that may have taken effect.

    ``since``: when the first of them can have been signed. ``window_from``: the same for those that can have made a successor which
    shows only now. ``last``: when the latest was made, at the latest; ``effect_until``: until when it can take effect.
    """

    request: str
    since: float
    window_from: float
    last: float
    effect_until: float
    queue_id: str | None = None
    user_id: str | None = None


@dataclass(frozen=True)
class Transfer(Extensible):
    """The contact was transferred. Both ids of the new contact are missing where Amazon Connect gave none.

    ``moved_contact_id``: the contact that was moved in this one's place, as the request asked to follow it.
    """

    request: str
    new_contact_id: str | None = None
    new_contact_arn: str | None = None
    at: float = 0.0
    inferred: bool = False
    attempts: int = 0
    initial_contact_id: str | None = None
    moved_contact_id: str | None = None

    @property
    def name(self) -> str:
        """The request's name in events and logs."""
        return identity.name_of(self.request)

    def is_same(self, other: Transfer) -> bool:
        """Whether both are of one call, as far as is known: an answer may leave the new contact's id out."""
        ids = {self.new_contact_id, other.new_contact_id} - {None}
        return self.request == other.request and len(ids) <= 1


@dataclass(frozen=True)
class TransientError(Extensible):
    """The latest transient error of a request. ``retry_at``: when its message comes back."""

    cause: str
    detail: str
    at: float
    retry_at: float


class EndKind(StrEnum):
    """How a request can end without a transfer."""

    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class EndRecord(Extensible):
    """An end without a transfer, as it was written down for one message.

    ``code``: of the failure, or the reason of the skip. ``in_doubt``: whether the contact was transferred all the same could not be found
    out. ``turn``: of the lease under which it was written. ``reported``: parked or announced, so it will hardly come back.
    """

    request: str
    message_id: str
    code: str
    message: str
    at: float
    turn: int = 0
    attempts: int | None = None
    in_doubt: bool = False
    reported: bool = False
    successor_contact_id: str | None = None
    kind: str = EndKind.FAILED
    cancelled_until: float | None = None
    moved_contact_id: str | None = None


@dataclass(frozen=True)
class RequestRecord(Extensible):
    """What is known of one request for the contact.

    ``asked``: its fields, for operators and confirmation. ``attempts``: how often work on it began; ``unfinished``: how often since it
    last came to any end; ``confirmed``: how many of those a worker noted (see ``transfer.poison``). ``first_called_at``: when its first
    call that may have taken effect can have been signed; it stays when the attempt is settled. ``abandoned``: another request found
    that its attempt did nothing. ``tree``: whose route permit it may hold. ``ended``: its latest end without a transfer, when it is not
    under way. ``cancelled_until``: of its latest cancellation. ``done``: it was carried out, and the contact's own transfer does not say
    so: Amazon Connect kept its id, or another contact was moved. ``moved_contact_id``: the contact that the request moves in this one's
    place. It stays when the request ends, and only a contact that surely was not moved by the request is left for another one.
    ``transient_failures``: how often it was deferred for a failure.
    """

    asked: Mapping[str, Any] = field(default_factory=dict)
    first_at: float = 0.0
    last_at: float = 0.0
    attempts: int = 0
    unfinished: int = 0
    confirmed: int = 0
    transient_failures: int = 0
    first_called_at: float | None = None
    abandoned: bool = False
    tree: str | None = None
    last_error: TransientError | None = None
    ended: EndRecord | None = None
    cancelled_until: float | None = None
    done: Transfer | None = None
    moved_contact_id: str | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether the request has come to no end yet."""
        return self.ended is None and self.done is None


@dataclass(frozen=True)
class Call:
    """A call whose effect is not known: made between ``since`` and ``last``.

    ``is_recognised``: it repeats the attempt in doubt, and Connect knew its token, so it probably did nothing of its own (assumed).
    """

    since: float
    last: float
    is_recognised: bool = False


@dataclass(frozen=True)
class Look(Extensible):
    """How far the contact's tree has been read, where an invocation had no time for all of it. ``began``: when, at the earliest.

    ``token``: of the next page. ``contacts``: see ``connect.tree.kept``.
    """

    began: float
    token: str | None = None
    contacts: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True)
class Contact(Extensible):
    """All that the ledger knows of one contact. ``requests`` by request key, ``ends`` by message id."""

    turn: int = 0
    lease: Lease | None = None
    attempt: Attempt | None = None
    transfer: Transfer | None = None
    requests: Mapping[str, RequestRecord] = field(default_factory=dict)
    ends: Mapping[str, EndRecord] = field(default_factory=dict)
    look: Look | None = None

    def done(self, request: str) -> Transfer | None:
        """The transfer that carried out ``request``."""
        if self.transfer is not None and self.transfer.request == request:
            return self.transfer
        return self.requests[request].done if request in self.requests else None

    def with_attempt(self, request: str, call: Call) -> Contact:
        """The contact with a call of ``request`` in doubt, beside those that are."""
        record = self.requests.get(request) or RequestRecord()
        first = call.since if record.first_called_at is None else min(record.first_called_at, call.since)
        before = self.attempt if self.attempt is not None and self.attempt.request == request else None
        if before is not None and call.is_recognised:
            # No successor is ours for it; what it did, if anything, shows as late as ever.
            return replace(self, attempt=replace(before, last=max(before.last, call.last)))
        attempt = Attempt(
            request,
            since=call.since if before is None else min(before.since, call.since),
            window_from=call.since if before is None else _window_from(before, call),
            last=call.last if before is None else max(before.last, call.last),
            effect_until=call.last + EFFECT_SECONDS,
            queue_id=record.asked.get("queueId"),
            user_id=record.asked.get("userId"),
            extra={} if before is None else before.extra,
        )
        requests = {**self.requests, request: replace(record, first_called_at=first)}
        return replace(self, attempt=attempt, requests=requests)


def _window_from(before: Attempt, call: Call) -> float:
    """An earlier call counts for as long as it could still have taken effect when the new one was made."""
    return max(min(before.window_from, call.since), call.since - EFFECT_SECONDS)
