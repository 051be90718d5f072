"""From a delivery to work on its request: the lease of the contact, or what stands in its way."""

from __future__ import annotations

from collections.abc import Callable

from contact_transfer.ledger.records import (
    AlreadyTransferred,
    Claim,
    LeaseAcquired,
    LeaseHeld,
    RecordedEnd,
    TooManyRequests,
)
from contact_transfer.transfer import backoff, reporting
from contact_transfer.transfer.arrival import Arrival, Report
from contact_transfer.transfer.outcome import Cause, Deferred

#: How much longer than its invocation a lease lasts.
LEASE_MARGIN_SECONDS = 10.0


def under_lease(arrival: Arrival, work: Callable[[LeaseAcquired], Report]) -> Report:
    """Do the work under the lease of the request's contact. Raise ``LedgerUnavailable`` when it cannot be acquired."""
    clock = arrival.means.connect.clock
    match arrival.session.acquire(_claim(arrival), clock.bounds()):
        case LeaseAcquired() as held:
            return work(held)
        case AlreadyTransferred(transfer):
            return Report(reporting.transferred_before(transfer))
        case RecordedEnd(end):
            return Report(reporting.ended_before(end), session=arrival.session)
        case LeaseHeld(until):
            return _wait(arrival, until - clock.bounds().earliest, "another worker has the contact")
        case TooManyRequests(under_way):
            return _wait(arrival, backoff.CAP_SECONDS, f"{under_way} requests for the contact are under way")


def _claim(arrival: Arrival) -> Claim:
    means, request = arrival.means, arrival.request
    return Claim(
        request=request.entry,
        message_id=arrival.delivery.message_id,
        owner=means.randomness.new_id(),
        asked=request.snapshot(),
        until=means.connect.clock.bounds().latest + arrival.deadline.left(means.clock) + LEASE_MARGIN_SECONDS,
        queue_id=request.queue_id,
        user_id=request.user_id,
        may_call=arrival.policy_failure is None,
    )


def _wait(arrival: Arrival, longest: float, detail: str) -> Report:
    delay = min(longest, backoff.delay(arrival.delivery.receives, arrival.means.randomness.random))
    return Report(Deferred(Cause.UNDER_WAY, delay, detail))
