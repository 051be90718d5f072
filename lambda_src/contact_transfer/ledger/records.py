"""What the ledger remembers of a contact, and how it is spelt in DynamoDB.

The contact's item has attributes of its own (the lease, the attempt, the winner) and, for each request that asked, attributes
that end in its entry (see ``TransferRequest``): they can be counted up in the same UpdateItem that creates the item, which nested
maps cannot. What a message was told is in an attribute that ends in the message's id.
Times are epoch milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from contact_transfer.messaging.sqs_record import Delivery
from contact_transfer.request import identity
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.outcome import Failed, FailureCode

Item = Mapping[str, Mapping[str, Any]]

#: Of the requests that failed for a contact, and of the messages that were refused for a requestId, so many leave a trace. Without an
#: end an item would outgrow DynamoDB's 400 KB, and a contact that cannot be written any more can neither be transferred nor refused.
TRACES = 10


#: Verdicts by message: on the contact's item, and on a requestId's for messages that were refused for it.
TOLD, REFUSED = "told", "refused"


def contact_key(instance_id: str, contact_id: str) -> str:
    return f"contact#{instance_id}#{contact_id}"


def request_key(name: str) -> str:
    return f"request#{name}"


@dataclass(frozen=True)
class Attempt:
    """Calls to TransferContact that may have been made and whose outcome is not known. Times in epoch seconds.

    ``entry``: the request's (see ``TransferRequest``). ``since``: when the first of them began. ``last``: when the latest was made,
    at the latest. ``until``: when it was over.
    """

    entry: str
    since: float
    last: float
    until: float
    queue_id: str | None
    user_id: str | None

    @property
    def name(self) -> str:
        return identity.name_of(self.entry)


@dataclass(frozen=True)
class Verdict:
    """A permanent failure as it was given for one message, on one ``receipt`` of it (see ``Delivery``). ``at``: epoch seconds."""

    failed: Failed
    message_id: str
    receipt: str
    at: float

    @classmethod
    def of(cls, failed: Failed, delivery: Delivery, now: float) -> Verdict:
        return cls(failed, delivery.message_id, delivery.receipt, now)

    def stands(self, delivery: Delivery) -> bool:
        """Whether the message hears this verdict: it came back, or was delivered more than once. What is sent again is judged afresh."""
        return self.message_id == delivery.message_id and self.receipt != delivery.receipt

    @classmethod
    def given(cls, told: Mapping[str, Verdict], delivery: Delivery) -> Verdict | None:
        """The verdict that the message hears again, of all that are known."""
        verdict = told.get(delivery.message_id)
        return verdict if verdict is not None and verdict.stands(delivery) else None

    def texts(self) -> dict[str, str]:
        """As it is written in the ledger."""
        doubt = {"inDoubt": "yes"} if self.failed.in_doubt else {}
        return doubt | {
            "code": str(self.failed.code),
            "message": self.failed.message,
            "attempts": str(self.failed.attempts or 0),
            "at": str(ms(self.at)),
            "messageId": self.message_id,
            "receipt": self.receipt,
        }

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Verdict:
        failed = Failed(
            FailureCode(given["code"]), given["message"], int(given["attempts"]) or None, in_doubt="inDoubt" in given
        )
        return cls(failed, given["messageId"], given["receipt"], int(given["at"]) / 1000)


@dataclass(frozen=True)
class Begun:
    """The contact is ours until the lease ends. ``doubt``: an earlier attempt that was never settled.

    ``attempts``: how often work on the request began, this time included; ``unended``: how often since it last came to
    any end, this time included; ``starts``: of how many of those the worker is known to have had the answer, where it was
    asked (see ``Ledger.start``); ``failures``: transient ones so far; ``first_at``: epoch seconds of the first attempt.
    ``foreign``: the doubt is another request's; the lease serves to look into it. ``outdated``: entries of requests that failed before
    the ``TRACES`` latest that did. ``told``: the latest verdicts on requests for the contact, by message. ``undone``: another request
    has found that an attempt of this one did nothing.
    """

    owner: str
    attempts: int
    unended: int
    failures: int
    first_at: float
    doubt: Attempt | None = None
    foreign: bool = False
    starts: int = 0
    outdated: tuple[str, ...] = ()
    told: Mapping[str, Verdict] = field(default_factory=dict)
    undone: bool = False


@dataclass(frozen=True)
class Won:
    """The contact has been transferred (or, where Connect kept the contact's id, this request has been carried out).

    ``entry``: of the request that did it. ``told``: as in ``Begun``.
    """

    entry: str
    new_contact_id: str | None
    new_contact_arn: str | None
    attempts: int
    inferred: bool
    told: Mapping[str, Verdict] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return identity.name_of(self.entry)


@dataclass(frozen=True)
class Held:
    """Another worker has the contact until ``until`` (epoch seconds)."""

    until: float


@dataclass(frozen=True)
class OthersDoubt:
    """Another request's attempt on the contact is not settled."""

    attempt: Attempt


def ms(moment: float) -> int:
    """Epoch milliseconds, as every time in an item is, except ``expires``."""
    return round(moment * 1000)


def number(item: Item, name: str) -> int:
    return int(item[name]["N"]) if name in item else 0


def text(item: Item, name: str) -> str | None:
    return item[name]["S"] or None if name in item else None


def texts(item: Item, name: str) -> dict[str, str]:
    """A map of texts; empty when it is not there."""
    return {key: value["S"] for key, value in item[name]["M"].items()} if name in item else {}


def seconds(item: Item, name: str) -> float:
    return number(item, name) / 1000


def begun(item: Item, request: TransferRequest, owner: str) -> Begun:
    """Read the item that a successful begin left. An attempt before this one shows in ``attemptPrior``."""
    entry = request.entry
    doubt = attempt(item, last="attemptPrior") if number(item, "attemptPrior") else None
    return Begun(
        owner=owner,
        attempts=number(item, f"begun:{entry}"),
        unended=number(item, f"unended:{entry}"),
        failures=number(item, f"failures:{entry}"),
        first_at=seconds(item, f"first:{entry}"),
        doubt=doubt,
        foreign=doubt is not None and doubt.entry != entry,
        starts=number(item, f"starts:{entry}"),
        outdated=_outdated(item, entry),
        told=verdicts(item, TOLD),
        undone=f"undone:{entry}" in item,
    )


def _outdated(item: Item, entry: str) -> tuple[str, ...]:
    failed = [kept for kind, _, kept in (key.partition(":") for key in item) if kind == "ended"]
    # One that has been begun again is under way and no matter of the past.
    over = [other for other in failed if other != entry and f"first:{other}" not in item]
    over.sort(key=lambda other: int(texts(item, f"ended:{other}").get("at", "0")))
    return tuple(over[: max(0, len(over) - TRACES + 1)])  # the request that asks may fail now, and is the latest then


def verdicts(item: Item, kind: str) -> dict[str, Verdict]:
    """By message id."""
    mine = (name for name in item if name.startswith(f"{kind}:"))
    return {name.partition(":")[2]: Verdict.read(texts(item, name)) for name in mine}


def forgotten(told: Mapping[str, Verdict], message_id: str) -> list[str]:
    """Ids of the messages whose verdicts may go when this one has its own: one that is delivered twice at once is not among them."""
    others = sorted((one for one in told.values() if one.message_id != message_id), key=lambda one: one.at)
    return [one.message_id for one in others[: max(0, len(others) - TRACES + 1)]]


def attempt(item: Item, last: str = "attemptLast") -> Attempt | None:
    entry = text(item, "attemptName")
    if entry is None:
        return None
    return Attempt(
        entry=entry,
        since=seconds(item, "attemptSince"),
        last=seconds(item, last),
        until=seconds(item, "attemptUntil" if last == "attemptLast" else "attemptPriorUntil"),
        queue_id=text(item, "attemptQueue"),
        user_id=text(item, "attemptUser"),
    )


def won(item: Item, entry: str) -> Won | None:
    """Who won the contact; for a contact that lived on, whether ``entry`` has been carried out."""
    if f"done:{entry}" in item:
        return Won(
            entry,
            text(item, f"done:{entry}"),
            text(item, f"doneArn:{entry}"),
            number(item, f"begun:{entry}"),
            inferred=False,
            told=verdicts(item, TOLD),
        )
    winner = text(item, "winner")
    if winner is None:
        return None
    inferred = bool(item.get("inferred", {}).get("BOOL"))
    ids = (text(item, "newContactId"), text(item, "newContactArn"))
    attempts = number(item, f"begun:{winner}")
    return Won(winner, *ids, attempts, inferred, verdicts(item, TOLD))


def held(item: Item, now: float) -> Held | None:
    until = seconds(item, "leaseUntil")
    return Held(until) if "leaseOwner" in item and until >= now else None
