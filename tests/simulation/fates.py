"""What became of each message beside a success and a failure: moved to its lane, held, skipped, cancelled, or a cancellation itself."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from contact_transfer.messaging.sqs_record import MOVED_FROM
from contact_transfer.request.event_types import CANCELLED, SKIPPED
from local.virtual import Invocation, Message, Schedule
from tests.simulation.evidence import Evidence, Wanted

#: How far the clocks of workers and Connect may be apart: what a worker says of times may be off by this.
SKEW = 8.0
#: What an event of these kinds says of why, as one word.
_ENDS = {SKIPPED: "skipReason", CANCELLED: "cancelled"}


class Fates:
    """Which message is which, in which invocations it was, and how it ended."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence

    def original(self, message: Message) -> str:
        """The id that the message had when its producer sent it: one that was moved to its lane has another."""
        moved = message.attributes.get(MOVED_FROM, {})
        return str(moved.get("StringValue", message.id))

    @cached_property
    def copies(self) -> dict[str, list[Message]]:
        """The messages by the ids that they had at first, those that were moved with the copies that were sent for them."""
        found: dict[str, list[Message]] = defaultdict(list)
        for message in self._evidence.messages:
            found[self.original(message)].append(message)
        return found

    @cached_property
    def runs_of(self) -> dict[str, list[Invocation]]:
        """The invocations that each message was in."""
        found: dict[str, list[Invocation]] = defaultdict(list)
        for invocation in self._evidence.invocations:
            for message in invocation.messages:
                found[message.id].append(invocation)
        return found

    def runs_for(self, original: str) -> list[Invocation]:
        """The invocations that the message of a producer was in, before it was moved to its lane and after."""
        return [run for one in self.copies.get(original, ()) for run in self.runs_of.get(one.id, ())]

    @cached_property
    def dropped(self) -> dict[str, list[tuple[float, str]]]:
        """When each message was said to be skipped or cancelled, and why, by the id that it had at first."""
        found: dict[str, list[tuple[float, str]]] = defaultdict(list)
        for event in self._evidence.events:
            if event.detail_type in _ENDS:
                why = str(event.detail.get(_ENDS[event.detail_type], "Cancelled"))
                found[str(event.detail.get("originalMessageId"))].append((event.time, why))
        return found

    def is_over(self, message: Message, wanted: Wanted, by: float) -> bool:
        """Whether by then the message had an end that is neither a success nor a failure, so that it could be deleted."""
        if wanted.request.cancels is not None:
            return True  # what it has brought about is b-cancelled's to say
        if any(time <= by for time, _ in self.dropped.get(self.original(message), ())):
            return True
        return self._was_moved(message, by) or self._is_held(wanted, by)

    def _was_moved(self, message: Message, by: float) -> bool:
        copies = self.copies[self.original(message)]
        return any(is_urgent(one) is not is_urgent(message) and message.sent < one.sent <= by for one in copies)

    def _is_held(self, wanted: Wanted, by: float) -> bool:
        # a schedule fires after the invocation that made it, or found it, at least a minute later by the worker's clock
        since = by - self._evidence.scenario.sizing.timeout - SKEW
        return any(one.made <= min(by, one.at) and one.at > since for one in self._schedules.get(wanted.token, ()))

    @cached_property
    def _schedules(self) -> dict[str | None, list[Schedule]]:
        """The schedules of each request, whichever of its messages they send again, by its token."""
        whose = {message.body: self._evidence.of_message[message.id].token for message in self._evidence.messages}
        found: dict[str | None, list[Schedule]] = defaultdict(list)
        for schedule in self._evidence.schedules:
            if token := whose.get(schedule.body):
                found[token].append(schedule)
        return found


def is_urgent(message: Message) -> bool:
    """Whether the message is, or was, in the urgent lane's queue."""
    return message.id.startswith("urgent-")
