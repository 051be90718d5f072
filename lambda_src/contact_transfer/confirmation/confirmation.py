"""Whether transferred contacts arrive: one invocation over messages of the confirmation queue.

    not ours           done: somebody else made the contact
    not known yet      later: the event is ahead of the ledger, whose attempt is under way or in doubt
    a result           ledger, event, done

A message is done when its event is out, so a crash anywhere tells it once more and loses nothing; whether it is the one to
report the result is in the ledger, so no two messages do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contact_transfer.aws.answers import is_denial
from contact_transfer.confirmation import arrival_events
from contact_transfer.confirmation.arrivals import CONTACT_ENDED, SILENCE, Arrivals, Pending, Transfer
from contact_transfer.confirmation.contact_events import (
    Announced,
    Arrived,
    ContactEvent,
    Ended,
    Unreadable,
    read_contact_event,
)
from contact_transfer.ledger.store import LedgerUnavailable
from contact_transfer.messaging.event_bus import Bus, Event
from contact_transfer.messaging.queue import Visibility
from contact_transfer.messaging.sqs_record import Delivery
from contact_transfer.observability.telemetry import Telemetry
from contact_transfer.transfer.clock import Clock, Randomness
from contact_transfer.transfer.outcome import Cause

#: The disconnect reason of a task that nobody took in time. Source: Amazon Connect administrator guide, "Contact records data model".
EXPIRED = "EXPIRED"


class _Later(Exception):
    """Not now; the message comes back after ``delay`` seconds, or a back-off."""

    def __init__(self, why: str, delay: float | None = None) -> None:
        super().__init__(why)
        self.delay = delay


@dataclass(frozen=True)
class Confirmation:
    """``within_seconds``: how long a transfer may stay silent; None: for ever."""

    arrivals: Arrivals
    bus: Bus
    visibility: Visibility
    telemetry: Telemetry
    within_seconds: float | None
    clock: Clock
    randomness: Randomness

    def carry_out(self, records: Sequence[Mapping[str, Any]]) -> list[str]:
        """Do what each message says. Answer the ids of those that must come back."""
        later: list[tuple[Delivery, float]] = []
        for delivery in map(Delivery.of, records):
            delay = self._carry_out(delivery)
            if delay is not None:
                later.append((delivery, delay))
        troubles = self.visibility.postpone(later) if later else []
        if troubles:
            self.telemetry.trouble("visibility not changed", messages=len(troubles), error=troubles[0])
        self.telemetry.end()
        return [delivery.message_id for delivery, _ in later]

    def _carry_out(self, delivery: Delivery) -> float | None:
        """Seconds after which the message is to come back; None when it is done."""
        try:
            self._tell(read_contact_event(delivery.body), delivery.message_id)
        except Unreadable as error:
            self.telemetry.trouble("event not understood", messageId=delivery.message_id, detail=str(error))
        except _Later as later:
            return self._delay(delivery) if later.delay is None else later.delay
        except LedgerUnavailable as error:
            self.telemetry.put_off(error.cause, "ledger unavailable", messageId=delivery.message_id, error=error.detail)
            return self._delay(delivery)
        except Exception as error:  # noqa: BLE001 - a defect of ours must not take the batch with it, nor lose the message
            self.telemetry.defect(error, messageId=delivery.message_id)
            self.telemetry.put_off(Cause.UNEXPECTED, "event put off", messageId=delivery.message_id)
            return self._delay(delivery)
        return None

    def _delay(self, delivery: Delivery) -> float:
        return self.randomness.backoff(delivery.receives)

    def _tell(self, event: ContactEvent, message_id: str) -> None:
        if isinstance(event, Announced):
            if self.within_seconds is None:
                return  # the setting was on when this was announced, and is off now
            if (wait := self._silence_ends(event) - self.clock.now()) > 0:
                raise _Later("it may still arrive in time", wait)
        transfer = self.arrivals.look(event.contact)
        if isinstance(transfer, Pending):
            raise _Later("the ledger does not know the outcome yet")
        if transfer is None:
            return
        match event:
            case Arrived():
                self._confirm(transfer, event, message_id)
            case Ended():
                self._unconfirm(transfer, CONTACT_ENDED, event.at, message_id, event.reason)
            case Announced():
                self._unconfirm(transfer, SILENCE, self._silence_ends(event), message_id)

    def _silence_ends(self, event: Announced) -> float:
        return event.at + (self.within_seconds or 0.0)

    def _confirm(self, transfer: Transfer, event: Arrived, message_id: str) -> None:
        if not self.arrivals.confirm(transfer, event, message_id):
            return
        self._publish(arrival_events.confirmed(transfer, event))
        since_transfer = max(0.0, event.at - transfer.transferred_at)
        since_request = arrival_events.seconds_to_arrival(transfer, event)
        self.telemetry.confirmed(since_transfer, since_request, arrivedAs=event.kind, **_keys(transfer))

    def _unconfirm(
        self, transfer: Transfer, why: str, at: float, message_id: str, disconnect_reason: str | None = None
    ) -> None:
        if transfer.new_contact_id == transfer.contact_id:
            return  # Connect kept the contact's id: it lives on where it is, and no new contact will be heard of
        if not self.arrivals.unconfirm(transfer, why, at, message_id):
            return
        event = arrival_events.unconfirmed(transfer, why, at, disconnect_reason)
        self._publish(event)
        if _ended_as_designed(event.detail):
            self.telemetry.ended_in_flow(**_keys(transfer))
        else:
            self.telemetry.unconfirmed(why=why, **_keys(transfer))

    def _publish(self, event: Event) -> None:
        [error] = self.bus.publish([event])
        if error is not None:
            cause = Cause.ACCESS_DENIED if is_denial(error) else Cause.EVENT_BUS
            self.telemetry.put_off(cause, "event not published", error=error)
            raise _Later("the bus did not take the event")


def _ended_as_designed(unconfirmed: Mapping[str, Any]) -> bool:
    """Whether the flow of a flow-only transfer ended the contact. An expired contact waited somewhere without success."""
    destination = "queueId" in unconfirmed or "userId" in unconfirmed
    ended = unconfirmed["unconfirmedReason"] == CONTACT_ENDED
    return ended and not destination and unconfirmed.get("disconnectReason") != EXPIRED


def _keys(transfer: Transfer) -> dict[str, Any]:
    return {
        "requestName": transfer.name,
        "contactId": transfer.contact_id,
        "newContactId": transfer.new_contact_id,
        "correlation_id": transfer.name,
    }
