"""How long a request is tried: until it expires, and ``retryForHours`` from its message's first receive."""

from __future__ import annotations

from contact_transfer.transfer.arrival import Arrival
from contact_transfer.transfer.outcome import Cause, Deferred, Failed, FailureCode, Outcome

#: Waiting, not failing: no such deferral exhausts anything.
WAITING = frozenset({Cause.PACED, Cause.UNDER_WAY})


def expired(arrival: Arrival) -> Failed | None:
    """Why no call may be started any more, when ``expiresAt`` has passed."""
    request = arrival.request
    if request.expires_at is None or arrival.means.clock.now() < request.expires_at:
        return None
    return Failed(
        FailureCode.REQUEST_EXPIRED, f"expiresAt passed before contact {request.contact_id} could be transferred."
    )


def is_over(arrival: Arrival) -> bool:
    """Whether the request has been tried for ``retryForHours``."""
    received = arrival.delivery.first_received_at
    began = max(arrival.record.first_at if received is None else received, arrival.request.not_before or 0.0)
    return arrival.means.clock.now() >= began + arrival.means.settings.retry_for_hours * 3600


def limit(arrival: Arrival, outcome: Outcome) -> Outcome:
    """The outcome; a transient failure is a permanent one when the time is over."""
    if not isinstance(outcome, Deferred) or outcome.cause in WAITING or not is_over(arrival):
        return outcome
    return exhausted(arrival, f"{outcome.cause}: {outcome.detail}")


def exhausted(arrival: Arrival, last: str) -> Failed:
    """The failure of a request whose time is over. ``last``: its last error."""
    hours = f"{arrival.means.settings.retry_for_hours:g}"
    return Failed(FailureCode.RETRIES_EXHAUSTED, f"Tried for {hours} hours without success. The last error: {last}.")
