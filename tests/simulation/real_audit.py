"""Judges a storm from the outside: Connect's own history, the events on the bus, the dead-letter queue, and each message's fate."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.connect.model import Rate
from local.connect.model.quotas import Bucket
from local.event_source.loop import Delivery

_SHOWN = 200


class Account:
    """What became of each message of a storm, as the event source saw it. ``deliveries`` may grow while it is read."""

    def __init__(self, deliveries: Sequence[Delivery]) -> None:
        self._deliveries = deliveries
        self._read = len(deliveries)
        self._messages: dict[str, str] = {}
        self._contacts: dict[str, str] = {}
        self._last: dict[str, Delivery] = {}
        self._receives: Counter[str] = Counter()
        self._gone: set[str] = set()

    def sent(self, messages: Mapping[str, str]) -> None:
        """Note which contact's request became which message."""
        self._messages.update(messages)
        self._contacts.update({message: contact for contact, message in messages.items()})

    @property
    def contacts(self) -> list[str]:
        return list(self._messages)

    def contact_of(self, message_id: str) -> str | None:
        """Return whose request the message carried, None when it is none of this storm."""
        return self._contacts.get(message_id)

    @property
    def received(self) -> int:
        """How often a message of the storm was received."""
        self._catch_up()
        return sum(self._receives[one] for one in self._contacts)

    def open(self) -> int:
        """Return how many messages were sent and not deleted yet."""
        self._catch_up()
        return sum(one not in self._gone for one in self._messages.values())

    def left_by_themselves(self) -> list[str]:
        """Return the contacts whose messages nobody meant to delete. With an empty queue there should be none."""
        self._catch_up()
        return [contact for contact, one in self._messages.items() if not self._meant_to_go(one)]

    def last_seen(self, contact: str) -> str:
        """Say where a contact's message was seen last."""
        self._catch_up()
        message = self._messages[contact]
        last = self._last.get(message)
        if last is None:
            return f"message {message} was never received"
        at = datetime.fromtimestamp(last.ended, UTC).strftime("%H:%M:%S.%f")[:-3]
        invocation = last.invocation
        ended = f"{invocation.problem} ({invocation.detail})" if invocation.problem else "the worker answered"
        answer = invocation.payload[:_SHOWN].decode(errors="replace")
        fate = "deleted" if message in last.result.deleted else "kept"
        fate = "not deleted, since the queue refused it" if message in last.refused else fate
        return f"message {message}, received {self._receives[message]} times, was {fate} at {at}: {ended} {answer!r}"

    def _meant_to_go(self, message: str) -> bool:
        last = self._last.get(message)
        return message in self._gone or (last is not None and message in last.result.deleted)

    def _catch_up(self) -> None:
        while self._read < len(self._deliveries):
            one = self._deliveries[self._read]
            self._read += 1
            self._receives.update(one.message_ids)
            self._last.update(dict.fromkeys(one.message_ids, one))
            self._gone.update(set(one.result.deleted) - set(one.refused))


@dataclass(frozen=True)
class Evidence:
    """What a storm left behind. ``parked``: the failure code of each parked contact, empty without one. ``queued``: left in the queue.

    ``calls``: those to TransferContact; ``history``: those of every operation; ``quotas``: calls a second, and at once, that Connect
    admits.
    """

    account: Account
    transfers: Sequence[Mapping[str, Any]]
    calls: Sequence[Mapping[str, Any]]
    events: Sequence[Mapping[str, Any]]
    parked: Mapping[str, str]
    queued: int
    history: Sequence[Mapping[str, Any]] = ()
    quotas: Mapping[str, float] = field(default_factory=dict)

    @property
    def throttled(self) -> Counter[str]:
        """Calls that Connect refused for its quota, by operation; those left out that a fault refused."""
        return Counter(one["operation"] for one in self.history if one["status"] == 429 and one["fault"] is None)

    @property
    def successes(self) -> set[tuple[str, str]]:
        """The announced transfers: old contact and new."""
        return {(one["contactId"], one["newContactId"]) for one in self.events if "newContactId" in one}


def audit(evidence: Evidence) -> list[str]:
    """Return every promise that was broken. All requests can be carried out: each must be transferred once and announced."""
    return [
        *_fates(evidence),
        *_announcements(evidence),
        *_tokens(evidence.calls),
        *_vanished(evidence),
        *_pace(evidence),
    ]


def _fates(evidence: Evidence) -> Iterator[str]:
    made = Counter(one["old"] for one in evidence.transfers)
    calls: dict[str, list[str]] = defaultdict(list)
    for call in evidence.calls:
        calls[call["ids"]["ContactId"]].append(f"{call['code'] or call['status']} ({call['delivered']})")
    for contact in evidence.account.contacts:
        if made[contact] == 1:
            continue
        seen = evidence.account.last_seen(contact)
        asked = "; ".join(calls[contact]) or "never"
        yield f"contact {contact} was transferred {made[contact]} times. {seen}. Connect was called: {asked}"
    for contact, code in evidence.parked.items():
        what = f"for {code}" if code else "without a reason"
        yield f"contact {contact} was parked {what} although it could be transferred. {evidence.account.last_seen(contact)}"


def _announcements(evidence: Evidence) -> Iterator[str]:
    announced = {contact for contact, _ in evidence.successes}
    happened = {(one["old"], one["new"]) for one in evidence.transfers}
    for contact in evidence.account.contacts:
        if contact not in announced:
            yield f"the transfer of contact {contact} was not announced. {evidence.account.last_seen(contact)}"
    for contact, new in evidence.successes - happened:
        yield f"a transfer of contact {contact} to {new} was announced that did not happen"
    for event in evidence.events:
        if "failureCode" in event:
            yield f"a failure of contact {event['contactId']} was announced: {event['failureCode']}"


def _tokens(calls: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    tokens: dict[str, set[str]] = defaultdict(set)
    for call in calls:
        tokens[call["ids"]["ContactId"]].add(call["ids"]["ClientToken"])
    for contact, seen in tokens.items():
        if len(seen) > 1:
            yield f"contact {contact} was sent with {len(seen)} tokens"


def _vanished(evidence: Evidence) -> Iterator[str]:
    where = "is still queued, long after the faults" if evidence.queued else "left the queue without being deleted"
    for contact in evidence.account.left_by_themselves():
        yield f"the request for contact {contact} {where}. {evidence.account.last_seen(contact)}"


def _pace(evidence: Evidence) -> Iterator[str]:
    """The account's bucket has to admit every call that was sent, also those that a fault kept from Connect."""
    times: dict[str, list[float]] = defaultdict(list)
    for call in evidence.history:
        times[call["operation"]].append(call["time"])
    for operation, rate in evidence.quotas.items():
        made = sorted(times[operation])
        bucket = Bucket(Rate(rate, max(1.0, rate)), made[0] if made else 0.0)
        over, throttled = sum(not bucket.take(at) for at in made), evidence.throttled[operation]
        if over or throttled:
            yield f"{operation} was called too fast: {rate:g}/s refuse {over} of {len(made)} calls, Connect throttled {throttled}"
