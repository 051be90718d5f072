"""One invocation: each message worked on in turn, then everything that follows from it, in the order that loses nothing.

    success   ledger (in the service), event, report
    failure   ledger (in the service), event, park, report
    skipped   ledger (in the service), event, report; so is a request that was cancelled
    deferred  visibility, reported as failed
    moved     sent to the queue of its request's lane, report
    held      schedule, report

A crash anywhere repeats something harmless. Whatever one message does, the others of its batch are carried out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contact_transfer.aws.answers import is_denial
from contact_transfer.config.worker_settings import Settings
from contact_transfer.connect.lane_shares import LaneShares
from contact_transfer.ledger.store import LedgerUnavailable
from contact_transfer.messaging import outcome_events
from contact_transfer.messaging.event_bus import Bus
from contact_transfer.messaging.holding import Holding
from contact_transfer.messaging.queue import NotSent, Queue
from contact_transfer.messaging.sqs_record import Delivery
from contact_transfer.messaging.turn import Turn
from contact_transfer.observability.telemetry import Telemetry
from contact_transfer.request.cancellation import read_cancellation
from contact_transfer.request.envelope import MalformedMessage, open_body
from contact_transfer.request.lanes import Lane
from contact_transfer.request.model import TransferRequest
from contact_transfer.request.parser import Refused, read_request
from contact_transfer.transfer.arrival import Report
from contact_transfer.transfer.clock import Clock, Deadline, Randomness
from contact_transfer.transfer.outcome import Cancelled, Cause, Deferred, Failed, FailureCode, Moved, Skipped
from contact_transfer.transfer.rules import LONGEST_HOLD_SECONDS
from contact_transfer.transfer.service import Service


@dataclass(frozen=True)
class Batch:
    """Works through batches of messages, one invocation after the other."""

    service: Service
    holding: Holding
    queue: Queue
    bus: Bus
    limiter: LaneShares
    telemetry: Telemetry
    settings: Settings
    clock: Clock
    randomness: Randomness

    def carry_out(self, records: Sequence[Mapping[str, Any]], deadline: Deadline) -> list[str]:
        """Do what can be done for each message before ``deadline``. Answer the ids of those that must come back."""
        deliveries = [Delivery.of(record) for record in records]
        self._arrived(deliveries)
        turns = [self._turn(delivery, deadline) for delivery in deliveries]
        self._announce(turns)
        for turn in turns:
            if isinstance(turn.outcome, Failed):
                self._park(turn)
            elif isinstance(turn.outcome, Skipped | Cancelled):
                self._mark_reported(turn)
        self._postpone(turns)
        for turn in turns:
            self._tell(turn)
        self.telemetry.end(self.limiter.end_batch())
        return [turn.delivery.message_id for turn in turns if isinstance(turn.outcome, Deferred)]

    def _arrived(self, deliveries: Sequence[Delivery]) -> None:
        """Tell the pace how long messages received for the first time were queued, and how long the batch has been held since."""
        now, queued, held = self.clock.now(), None, 0.0
        fresh = [(item.sent_at, item.first_received_at) for item in deliveries if item.receives == 1]
        times = [(sent, now if received is None else received) for sent, received in fresh if sent is not None]
        if times:
            queued, held = (
                max(received - sent for sent, received in times),
                min(now - received for _, received in times),
            )
        lane = (self.queue.lane(deliveries[0]) if deliveries else None) or Lane.NORMAL  # one mapping, one queue
        self.limiter.start_batch(lane, queued, held)

    def _turn(self, delivery: Delivery, deadline: Deadline) -> Turn:
        began = self.clock.monotonic()
        turn = Turn(delivery, Report(Deferred(Cause.UNEXPECTED, self.randomness.backoff(delivery.receives))))
        try:
            turn.report = self._carried_out(turn, deadline)
        except Exception as error:  # noqa: BLE001 - a defect of ours must not take the batch with it, nor lose the message
            self.telemetry.defect(error, messageId=delivery.message_id)
        turn.ended_at = self.clock.now()
        turn.seconds = self.clock.monotonic() - began
        return turn

    def _carried_out(self, turn: Turn, deadline: Deadline) -> Report:
        policy_failure = None
        try:
            opened = open_body(turn.delivery.body, turn.delivery.attributes)
            if opened.cancels:
                cancellation = read_cancellation(opened.fields, self.settings.instance_arns)
                return self.service.cancel(cancellation, turn.delivery)
            request = read_request(opened.fields, self.settings, opened.source, self.clock.now())
        except MalformedMessage as error:
            return Report(Failed(FailureCode.MALFORMED_MESSAGE, str(error)))
        except Refused as error:
            turn.known = error.known
            if error.request is None:
                return Report(error.failed)
            request, policy_failure = error.request, error.failed
        turn.request = replace(
            request, asked_at=turn.delivery.sent_at, not_before=self._due(request.not_before, opened.not_before)
        )
        turn.known = turn.request.public()
        if policy_failure is None and (lane := self._other_lane(turn.request, turn.delivery)) is not None:
            return self._move(turn, lane)
        if policy_failure is None and (held := self.holding.hold(turn.request, turn.delivery, deadline)):
            return Report(held)
        return self.service.carry_out(turn.request, turn.delivery, deadline, policy_failure)

    def _due(self, asked: float | None, by_route: float | None) -> float | None:
        """The later of the two times. An event's own time can be wrong; a route holds for no longer than seven days at a time."""
        if by_route is not None:
            by_route = min(by_route, self.clock.now() + LONGEST_HOLD_SECONDS)
        return max((time for time in (asked, by_route) if time is not None), default=None)

    def _other_lane(self, request: TransferRequest, delivery: Delivery) -> Lane | None:
        """The lane that the request names, if its message came through the other one."""
        came = self.queue.lane(delivery)
        wanted = request.priority and Lane(request.priority)
        return wanted if wanted and came and wanted is not came else None

    def _move(self, turn: Turn, lane: Lane) -> Report:
        """Sent first; the report that it is done deletes it here. A crash in between leaves two messages of one request."""
        try:
            self.queue.move(turn.delivery, lane)
        except NotSent as error:
            cause = Cause.ACCESS_DENIED if error.denied else Cause.LANE_QUEUE
            return Report(Deferred(cause, self._delay(turn), error.detail))
        return Report(Moved(lane))

    def _announce(self, turns: Sequence[Turn]) -> None:
        """Publish what is certain, all at once. What the bus does not take comes back."""
        announced = [(turn, event) for turn in turns if (event := turn.event()) is not None]
        errors = self.bus.publish([event for _, event in announced])
        for (turn, _), error in zip(announced, errors, strict=True):
            if error is not None:
                self._come_back(turn, Cause.ACCESS_DENIED if is_denial(error) else Cause.EVENT_BUS, error)

    def _park(self, turn: Turn) -> None:
        failure = turn.outcome
        if not isinstance(failure, Failed):
            return
        reason = outcome_events.attributes(turn.known, failure, turn.delivery.original_id, turn.reported_at)
        try:
            self.queue.park(turn.delivery, reason)
        except NotSent as error:
            cause = Cause.ACCESS_DENIED if error.denied else Cause.DEAD_LETTER_QUEUE
            self._come_back(turn, cause, error.detail)
            return
        except Exception as error:  # noqa: BLE001 - as above: an odd message must not keep its batch from its end
            self.telemetry.defect(error, messageId=turn.delivery.message_id)
            self._come_back(turn, Cause.UNEXPECTED, type(error).__name__)
            return
        self._mark_reported(turn)

    def _mark_reported(self, turn: Turn) -> None:
        """Let the ledger forget the end in its turn. If that fails, it is remembered for as long as the message could come back."""
        if turn.report.session is None:
            return
        try:
            turn.report.session.mark_reported(turn.delivery.original_id)
        except LedgerUnavailable as error:
            self.telemetry.trouble("reported end not noted", messageId=turn.delivery.message_id, error=error.detail)

    def _come_back(self, turn: Turn, cause: Cause, detail: str) -> None:
        turn.report = Report(Deferred(cause, self._delay(turn), detail))

    def _delay(self, turn: Turn) -> float:
        return self.randomness.backoff(turn.delivery.receives)

    def _postpone(self, turns: Sequence[Turn]) -> None:
        delays = [(turn.delivery, turn.outcome.delay) for turn in turns if isinstance(turn.outcome, Deferred)]
        troubles = self.queue.postpone(delays) if delays else []
        if troubles:
            self.telemetry.trouble("visibility not changed", messages=len(troubles), error=troubles[0])

    def _tell(self, turn: Turn) -> None:
        if turn.request is not None and turn.report.conflict is not None:
            self.telemetry.conflict(turn.request.name, turn.report.conflict)
        now, sent, received = self.clock.now(), turn.waits_since, turn.delivery.first_received_at
        self.telemetry.outcome(
            turn.outcome,
            seconds=turn.seconds,
            waited=None if sent is None else max(0.0, now - sent),
            tried=None if received is None else now - received,
            messageId=turn.delivery.message_id,
            receives=turn.delivery.receives,
            requestName=turn.request and turn.request.name,
            contactId=turn.request and turn.request.contact_id,
        )
