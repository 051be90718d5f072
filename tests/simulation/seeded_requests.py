"""Seeded bugs in what a request is, when it is permanent or over, and how fast calls are made."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

from tests.simulation.seeded import Make, SeededBug, always, interleaving, plain, value


def _random_token(real: Any) -> Any:
    numbers = count()
    return lambda self: f"{real(self)[:60]}{next(numbers)}"


def _success_of_unreadable(real: Any) -> Any:
    accepted, ambiguous = real.__globals__["Accepted"], real.__globals__["AmbiguousOutcome"]

    def transfer(self: Any, request: Any, sign_until: float) -> Any:
        try:
            return real(self, request, sign_until)
        except ambiguous:
            return accepted(None, None)

    return transfer


def _wrong_code(real: Any) -> Any:
    unknown = real.__globals__["FailureCode"].CONTACT_NOT_FOUND
    return lambda *args: replace(real(*args), code=unknown)


def _and_refusal(code: str) -> Make:
    """An error code of TransferContact that counts as a refusal."""
    return lambda refusals: {**refusals, code: refusals["InvalidRequestException"]}


def _not_of_transfer(real: Any) -> Any:
    """Of TransferContact these errors are not what they are of other operations."""

    def raised(self: Any, operation: str, error: Any) -> None:
        if operation != real.__globals__["TRANSFER"]:
            real(self, operation, error)

    return raised


def _full(real: Any) -> Any:
    names = real.__globals__

    def explain(self: Any, request: Any, answer: Any, *more: Any) -> Any:
        if answer.refusal is names["Refusal"].QUOTA:
            return names["Failed"](names["FailureCode"].TRANSFER_LIMIT_REACHED, "full")
        return real(self, request, answer, *more)

    return explain


def _minutes(real: Any) -> Any:
    def is_over(arrival: Any) -> bool:
        settings = arrival.means.settings
        minutes = replace(settings, retry_for_hours=settings.retry_for_hours / 60)
        return bool(real(replace(arrival, means=replace(arrival.means, settings=minutes))))

    return is_over


def _from_first_beginning(real: Any) -> Any:
    def is_over(arrival: Any) -> bool:
        delivery = replace(arrival.delivery, first_received_at=arrival.record.first_at)
        return bool(real(replace(arrival, delivery=delivery)))

    return is_over


def _once(real: Any) -> Any:
    """Only the first look of a delivery at its expiry counts."""

    def expired(arrival: Any) -> Any:
        if arrival.__dict__.setdefault("_looked", False):
            return None
        arrival.__dict__["_looked"] = True
        return real(arrival)

    return expired


def _faster(factor: float) -> Make:
    def make(real: Any) -> Any:
        def init(self: Any, quota: Any, workers: int, now: float) -> None:
            real(self, quota, workers, now)
            self.rate = quota.rate * (factor if factor != 1 else workers) / workers

        return init

    return make


def _no_wait(_real: Any) -> Any:
    def acquire(self: Any, operation: str, _deadline: Any) -> None:
        self._whole.take(operation)

    return acquire


def _full_bucket(real: Any) -> Any:
    def start(self: Any, queued: Any, held: float, now: float) -> None:
        real(self, queued, held, now)
        self._level = self.capacity

    return start


def _transient_at_first(real: Any) -> Any:
    names = real.__globals__

    def outcome(self: Any) -> Any:
        found = real(self)
        if isinstance(found, names["Failed"]) and self.held.attempt is None and self.held.record.attempts < 3:
            return names["Deferred"](names["Cause"].SERVER_ERROR, 1.0)
        return found

    return outcome


REQUESTS: tuple[SeededBug, ...] = (
    plain(
        "random-token",
        "a new client token for each call",
        "b-twice",
        {"request.parser:TransferRequest.client_token": _random_token},
    ),
    plain(
        "unreadable-is-success",
        "an unreadable answer of TransferContact counts as success",
        "g-announced g-ledger",
        {"connect.client:ConnectClient.transfer": _success_of_unreadable},
    ),
    plain(
        "wrong-code", "an ended contact is said to be unknown", "c-code", {"transfer.rules:ended_contact": _wrong_code}
    ),
    plain(
        "region-ignored",
        "a contact of another Region is called for",
        "c-code",
        {"transfer.rules:check_region": always(None)},
    ),
    plain(
        "throttle-is-final",
        "a throttled call counts as a refusal",
        "c-code",
        {
            "connect.client:ConnectClient._raise_unavailable": _not_of_transfer,
            "connect.client:REFUSALS": _and_refusal("ThrottlingException"),
        },
    ),
    plain(
        "denied-is-final",
        "access denied counts as a refusal",
        "c-code",
        {
            "connect.client:ConnectClient._raise_unavailable": _not_of_transfer,
            "connect.client:REFUSALS": _and_refusal("AccessDeniedException"),
        },
    ),
    plain(
        "quota-is-final",
        "used-up active tasks count as a full chain",
        "c-code",
        {"transfer.eligibility:Eligibility.explain": _full},
    ),
    plain(
        "minutes-for-hours",
        "retryForHours is taken for minutes",
        "d-early",
        {"transfer.retries:is_over": _minutes},
    ),
    plain(
        "time-of-the-first-message",
        "a message that is sent back has the time of the request's first one",
        "d-early",
        {"transfer.retries:is_over": _from_first_beginning},
    ),
    plain(
        "given-up-after-two-deaths",
        "two starts without end make a request poison",
        "d-early",
        {"transfer.poison:UNFINISHED_STARTS": value(2), "transfer.poison:CONFIRMED_STARTS": value(1)},
    ),
    plain(
        "permanent-deferred",
        "a failure that Connect shows is permanent counts as transient until the third start",
        "c-first",
        {"transfer.handling:Handling._outcome": _transient_at_first},
    ),
    plain(
        "expiry-ignored",
        "expiresAt is read and never looked at",
        "b-expired",
        {"transfer.retries:expired": always(None)},
    ),
    interleaving(
        "expiry-before-the-wait",
        "expiresAt is looked at before the wait for a call slot and not after it",
        "b-expired",
        {"transfer.retries:expired": _once},
    ),
    plain(
        "whole-quota-each",
        "each worker takes the whole account's rate for its share",
        "e-quota",
        {"connect.rate_limiter:Bucket.__init__": _faster(1)},
    ),
    plain(
        "pace-a-fifth-too-fast",
        "each worker's rate is a fifth above its share",
        "e-quota",
        {"connect.rate_limiter:Bucket.__init__": _faster(1.2)},
    ),
    plain(
        "no-pace", "calls do not wait for their slot", "e-quota", {"connect.lane_shares:LaneShares.acquire": _no_wait}
    ),
    interleaving(
        "full-buckets",
        "a new environment starts with full buckets",
        "e-quota",
        {"connect.rate_limiter:Bucket.start": _full_bucket},
    ),
)
