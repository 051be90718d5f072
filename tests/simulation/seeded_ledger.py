"""Seeded bugs in the ledger: its pure functions, the store's one write, names and their fences."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from tests.simulation.seeded import SeededBug, interleaving, plain, value


def _unheld(real: Any) -> Any:
    """No lease stands in the way."""
    return lambda contact, claim, now: real(contact and replace(contact, lease=None), claim, now)


def _unwon(real: Any) -> Any:
    """No transfer stands in the way."""
    return lambda contact, claim, now: real(contact and replace(contact, transfer=None), claim, now)


def _calls_not_noted(real: Any) -> Any:
    return lambda *args: replace(real(*args), calls=False)


def _attempt_dropped(real: Any) -> Any:
    def release(contact: Any, lease: Any, how: Any) -> Any:
        written, answer = real(contact, lease, how)
        return written and replace(written, attempt=None), answer

    return release


def _needs_its_lease(real: Any) -> Any:
    """A 200 that comes after its lease is thrown away."""

    def record(contact: Any, lease: Any, done: Any) -> Any:
        if contact is None or not real.__globals__["_holds"](contact, lease):
            return None, done
        return real(contact, lease, done)

    return record


def _no_record(real: Any) -> Any:
    """A failure is not remembered for its message."""

    def record(contact: Any, lease: Any, end: Any) -> Any:
        written, answer = real(contact, lease, end)
        return written and replace(written, ends=contact.ends if contact else {}), answer

    return record


def _one_record(real: Any) -> Any:
    """Only the latest failure is remembered."""

    def record(contact: Any, lease: Any, end: Any) -> Any:
        written, answer = real(contact, lease, end)
        return written and replace(written, ends={end.message_id: end}), answer

    return record


def _from_the_beginning(real: Any) -> Any:
    """A lease that ran out counts as called when it began."""

    def expired(contact: Any) -> Any:
        lease = contact.lease
        return real(contact if lease is None else replace(contact, lease=replace(lease, until=lease.since)))

    return expired


def _first_call_forgotten(real: Any) -> Any:
    """When an attempt is settled, the request is taken for one that never called."""

    def settled(contact: Any, lease: Any) -> Any:
        found = real(contact, lease)
        requests = {key: replace(record, first_called_at=None) for key, record in found.requests.items()}
        return replace(found, requests=requests)

    return settled


def _not_abandoned(real: Any) -> Any:
    def settled(contact: Any, lease: Any) -> Any:
        found = real(contact, lease)
        return replace(found, requests={key: replace(one, abandoned=False) for key, one in found.requests.items()})

    return settled


def _unconditional(real: Any) -> Any:
    """A write does not ask what is there: the latest wins."""

    def put(self: Any, key: str, written: Any, seen: Any, *more: Any) -> Any:
        found = real(self, key, written, seen, *more)
        return real(self, key, written, found["version"]["S"], *more) if found else found

    return put


def _not_awaited(real: Any) -> Any:
    """A success that the ledger did not take counts as done."""
    names = real.__globals__

    def close(self: Any, done: Any) -> Any:
        with suppress(names["LedgerUnavailable"]):
            self.session.record_transfer(names["reporting"].transfer(done, self.request))
        return names["Report"](done)

    return close


def _of_each_name(real: Any) -> Any:
    """Each request has an item of its own for the contact."""

    def init(self: Any, store: Any, request: Any, **given: Any) -> None:
        real(self, store, request, **given)
        self._contact._key += f"#{request.name}"

    return init


def _held_is_gone(real: Any) -> Any:
    """A contact that another worker has in hand counts as transferred by it."""
    names = real.__globals__

    def wait(arrival: Any, longest: float, detail: str) -> Any:
        if "another worker" not in detail:
            return real(arrival, longest, detail)
        gone = names["reporting"].Failed(names["reporting"].FailureCode.CONTACT_NOT_ACTIVE, "It has ended.", 1)
        return names["Report"](gone)

    return wait


def _only_unfinished(real: Any) -> Any:
    return lambda record: record.unfinished > real.__globals__["UNFINISHED_STARTS"]


LEDGER: tuple[SeededBug, ...] = (
    interleaving(
        "short-lease",
        "the lease ends before the invocation",
        "b-twice c-doubt g-forgotten g-ledger c-code",
        {"transfer.service:LEASE_MARGIN_SECONDS": value(-59.0)},
    ),
    interleaving(
        "no-lease",
        "nobody's lease stands in the way of another",
        "b-twice c-doubt g-forgotten g-ledger c-code g-announced",
        {"ledger.contact:acquire": _unheld},
    ),
    interleaving(
        "late-200-thrown-away",
        "the lease ends early, and a 200 that comes after it is not written down",
        "g-ledger g-forgotten c-doubt",
        {"transfer.service:LEASE_MARGIN_SECONDS": value(-59.0), "ledger.contact:record_transfer": _needs_its_lease},
    ),
    interleaving(
        "winner-ignored",
        "a transferred contact is worked on again",
        "c-doubt c-code b-twice g-ledger g-announced",
        {"ledger.contact:acquire": _unwon},
    ),
    interleaving(
        "attempt-not-noted",
        "an attempt that was cut short leaves no doubt",
        "c-doubt c-code b-twice",
        {"ledger.contact:_lease": _calls_not_noted},
    ),
    interleaving(
        "doubt-forgotten",
        "giving the lease back forgets what is in doubt",
        "c-doubt b-twice c-code",
        {"ledger.contact:release": _attempt_dropped},
    ),
    interleaving(
        "called-at-the-beginning",
        "a lease that ran out counts as called when it began",
        "b-twice c-doubt c-code g-forgotten",
        {"ledger.contact:_with_expired_lease": _from_the_beginning},
    ),
    interleaving(
        "first-call-forgotten",
        "a settled request is taken for one that never called",
        "c-doubt c-code",
        {"ledger.contact:_settled": _first_call_forgotten},
    ),
    interleaving(
        "abandoned-ignored",
        "that another request has settled an attempt does not make it the last one after the deadline",
        "h-settled",
        {"ledger.contact:_settled": _not_abandoned},
    ),
    interleaving(
        "refusal-not-noted",
        "a message that failed leaves no trace, and another of its deliveries begins",
        "c-one-end g-forgotten g-ledger c-doubt",
        {"ledger.contact:record_end": _no_record},
    ),
    interleaving(
        "one-failure-a-contact",
        "a failure is forgotten as soon as another message has one",
        "c-one-end c-code g-forgotten c-doubt",
        {"ledger.contact:record_end": _one_record},
    ),
    interleaving(
        "write-unconditional",
        "a write does not ask what is there",
        "b-twice c-doubt g-forgotten g-ledger c-code",
        {"ledger.store:Store.put": _unconditional},
    ),
    interleaving(
        "ledger-not-awaited",
        "a success that the ledger did not take counts as done",
        "g-ledger",
        {"transfer.handling:Handling._close_transfer": _not_awaited},
    ),
    interleaving(
        "contact-not-unique",
        "each request has its own item for the contact",
        "b-twice c-code g-ledger",
        {"ledger.ledger:Session.__init__": _of_each_name},
    ),
    interleaving(
        "held-is-gone",
        "a contact that another worker has in hand counts as transferred by it",
        "c-code g-announced",
        {"transfer.service:_wait": _held_is_gone},
    ),
    interleaving(
        "lost-starts-condemn",
        "starts whose answer was lost make a request poison",
        "d-early c-doubt g-forgotten",
        {"transfer.poison:is_poison": _only_unfinished},
    ),
    plain(
        "unbounded",
        "as many requests for one contact as come are kept",
        "g-ledger",
        {"ledger.contact:MAXIMUM_UNDER_WAY": value(10**9)},
    ),
)
