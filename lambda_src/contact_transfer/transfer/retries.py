"""How long a request is tried: until it expires, and ``retryForHours`` from its message's first receive."""

from __future__ import annotations

from dataclasses import dataclass

from contact_transfer.config.worker_settings import Settings
from contact_transfer.ledger.records import RequestRecord
from contact_transfer.messaging.sqs_record import Delivery
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.clock import Clock
from contact_transfer.transfer.outcome import Cause, Deferred, Failed, FailureCode, Outcome

#: Waiting, not failing: no such deferral exhausts anything.
WAITING = frozenset({Cause.PACED, Cause.UNDER_WAY})


@dataclass(frozen=True)
class Retries:
    """The time that one delivery of a request has."""

    settings: Settings
    clock: Clock
    request: TransferRequest
    delivery: Delivery
    record: RequestRecord

    def expired(self) -> Failed | None:
        """Why no call may be started any more, when ``expiresAt`` has passed."""
        request = self.request
        if request.expires_at is None or self.clock.now() < request.expires_at:
            return None
        return Failed(
            FailureCode.REQUEST_EXPIRED, f"expiresAt passed before contact {request.contact_id} could be transferred."
        )

    def limit(self, outcome: Outcome) -> Outcome:
        """The outcome; a transient failure is a permanent one when the time is over."""
        if not isinstance(outcome, Deferred) or outcome.cause in WAITING or not self.is_over():
            return outcome
        return self._exhausted(f"{outcome.cause}: {outcome.detail}")

    def after_attempt(self) -> Failed | None:
        """As ``limit``, after an attempt that did nothing."""
        return (
            self._exhausted("a lost answer, which turned out to have transferred nothing") if self.is_over() else None
        )

    def is_over(self) -> bool:
        """Whether the request has been tried for ``retryForHours``."""
        received = self.delivery.first_received_at
        began = max(self.record.first_at if received is None else received, self.request.not_before or 0.0)
        return self.clock.now() >= began + self.settings.retry_for_hours * 3600

    def _exhausted(self, last: str) -> Failed:
        hours = f"{self.settings.retry_for_hours:g}"
        return Failed(
            FailureCode.RETRIES_EXHAUSTED, f"Tried for {hours} hours without success. The last error: {last}."
        )
