"""What happens to one request, from top to bottom.

    ledger: acquire, bind ─► in doubt? reconcile ─► rules, route permit ─► pace ─► TransferContact ─► ledger: record
                                     └───────────── Failed, Skipped, Cancelled or Deferred wherever the way ends ─► ledger: record, release

The rules that make it exactly once:

1. The lease notes that a call may be made before it is made, so a crash leaves a doubt and never a gap.
2. While an attempt on the contact is in doubt, nobody calls with another token, and its request comes to no end.
3. A 200 always wins.
4. An end without a transfer is in the ledger before it is reported: its message, when it comes back, gets it again.
5. A request that called is reported as ``ContactNotActive`` only if the contact was moved or ended before its first call.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from contact_transfer.connect.client import TRANSFER
from contact_transfer.connect.rate_limiter import NotEnoughTime
from contact_transfer.ledger.acquisition import (
    AlreadyTransferred,
    Claim,
    LeaseAcquired,
    LeaseHeld,
    RecordedEnd,
    TooManyRequests,
)
from contact_transfer.ledger.ledger import Session, cancel
from contact_transfer.ledger.store import LedgerUnavailable, Store
from contact_transfer.messaging.sqs_record import Delivery
from contact_transfer.request.cancellation import HOLDS_SECONDS, Cancellation
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer import reporting
from contact_transfer.transfer.arrival import Arrival, Means, Report
from contact_transfer.transfer.clock import LONGEST_BACKOFF_SECONDS, Deadline
from contact_transfer.transfer.handling import Handling
from contact_transfer.transfer.outcome import CancellationRecorded, Cause, Deferred, Failed

#: How much longer than its invocation a lease lasts.
LEASE_MARGIN_SECONDS = 10.0


class Service:
    """Carries out requests, one at a time, through the ledger and Connect."""

    def __init__(self, store: Store, means: Means) -> None:
        self._store = store
        self._means = means

    def carry_out(
        self, request: TransferRequest, delivery: Delivery, deadline: Deadline, policy_failure: Failed | None = None
    ) -> Report:
        """Do before ``deadline`` what can be done for the request, which ``delivery`` brought.

        ``policy_failure``: why the deployment's settings refuse it. What it has come to under earlier settings counts all the same.
        """
        try:
            if policy_failure is None:
                self._means.limiter.check(TRANSFER, deadline)
            session = Session(self._store, request, is_new=delivery.receives == 1)
            arrival = Arrival(self._means, session, request, delivery, deadline, policy_failure)
            return under_lease(arrival, partial(_carry_out, arrival))
        except NotEnoughTime as error:
            return Report(Deferred(Cause.PACED, error.retry_after, error.operation))
        except LedgerUnavailable as error:
            return self._put_off(error, delivery)

    def cancel(self, cancellation: Cancellation, delivery: Delivery) -> Report:
        """Call off a request or a batch. The days for which that holds run from when the message was sent, however often it comes."""
        sent = self._means.clock.now() if delivery.sent_at is None else delivery.sent_at
        try:
            cancel(self._store, cancellation, sent + HOLDS_SECONDS)
        except LedgerUnavailable as error:
            return self._put_off(error, delivery)
        return Report(CancellationRecorded())

    def _put_off(self, error: LedgerUnavailable, delivery: Delivery) -> Report:
        return Report(Deferred(error.cause, self._means.randomness.backoff(delivery.receives), error.detail))


def _carry_out(arrival: Arrival) -> Report:
    if arrival.request.follow or arrival.record.moved_contact_id is not None:
        from contact_transfer.transfer.following import Following  # noqa: PLC0415 - the start does not pay for it

        return Following(arrival, under_lease).carry_out()
    return Handling(arrival).carry_out()


def under_lease(arrival: Arrival, work: Callable[[], Report]) -> Report:
    """Do the work under the lease of the request's contact. Raise ``LedgerUnavailable`` when it cannot be acquired."""
    clock = arrival.means.connect.clock
    match arrival.session.acquire(_claim(arrival), clock.bounds()):
        case LeaseAcquired():
            return work()
        case AlreadyTransferred(transfer):
            return Report(reporting.transferred_before(transfer))
        case RecordedEnd(end):
            return Report(reporting.ended_before(end), session=arrival.session)
        case LeaseHeld(until):
            return _wait(arrival, until - clock.bounds().earliest, "another worker has the contact")
        case TooManyRequests(under_way):
            return _wait(arrival, LONGEST_BACKOFF_SECONDS, f"{under_way} requests for the contact are under way")


def _claim(arrival: Arrival) -> Claim:
    means, request = arrival.means, arrival.request
    return Claim(
        request=request.entry,
        message_id=arrival.delivery.original_id,
        owner=means.randomness.new_id(),
        asked=request.snapshot(),
        until=means.connect.clock.bounds().latest + arrival.deadline.left(means.clock) + LEASE_MARGIN_SECONDS,
        may_call=arrival.policy_failure is None,
    )


def _wait(arrival: Arrival, longest: float, detail: str) -> Report:
    return Report(Deferred(Cause.UNDER_WAY, min(longest, arrival.backoff()), detail))
