"""What happens to a request before it is due: a schedule keeps it, and its message is done.

EventBridge Scheduler is exact to a minute and may send early within it (assumed), so what is left of a minute is waited for in the
queue. Messages in the queue cannot wait for longer: they count against those in flight, of which SQS allows 120,000.
"""

from __future__ import annotations

from dataclasses import dataclass

from contact_transfer.ledger.ledger import cancelled_until
from contact_transfer.ledger.store import LedgerUnavailable, Store
from contact_transfer.messaging.schedules import LONGEST_INPUT_BYTES, NotHeld, Schedules
from contact_transfer.messaging.sqs_record import Delivery
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.clock import Clock, Deadline, Randomness
from contact_transfer.transfer.outcome import Cause, Deferred, Failed, FailureCode, Held

PRECISION_SECONDS = 60.0
#: What holding takes at most: four calls, each three times, as long as the SDK waits for an answer.
_HOLDING_SECONDS = 40.0


@dataclass(frozen=True)
class Holding:
    """Holds requests that are not due yet."""

    schedules: Schedules
    store: Store
    clock: Clock
    randomness: Randomness

    def hold(self, request: TransferRequest, delivery: Delivery, deadline: Deadline) -> Held | Deferred | Failed | None:
        """Hold the request until its ``not_before``. Answer what became of the message; None when the request is due, or cancelled.

        ``Held`` is answered only when the schedule exists: the message may then be deleted.
        """
        left = 0.0 if request.not_before is None else request.not_before - self.clock.now()
        if request.not_before is None or left <= 0:
            return None
        if left <= PRECISION_SECONDS:
            return Deferred(Cause.NOT_BEFORE, left)
        size = len(delivery.body.encode())
        if size > LONGEST_INPUT_BYTES:
            return Failed(
                FailureCode.INVALID_FIELD,
                f"The request cannot be held: its message has {size:,} bytes, and EventBridge Scheduler takes {LONGEST_INPUT_BYTES:,}.",
            )
        if deadline.left(self.clock) < _HOLDING_SECONDS:
            return Deferred(Cause.PACED, 1.0, "no time left to hold it")
        return self._hold(request, delivery, request.not_before)

    def _hold(self, request: TransferRequest, delivery: Delivery, until: float) -> Held | Deferred | None:
        try:
            if cancelled_until(self.store, request, by_name=True) is not None:
                return None
            self.schedules.hold(request, delivery, until)
        except LedgerUnavailable as error:
            return Deferred(error.cause, self._delay(until, delivery), error.detail)
        except NotHeld as error:
            cause = Cause.ACCESS_DENIED if error.denied else Cause.SCHEDULER
            return Deferred(cause, self._delay(until, delivery), error.detail)
        return Held(until)

    def _delay(self, until: float, delivery: Delivery) -> float:
        return min(until - self.clock.now(), self.randomness.backoff(delivery.receives))
