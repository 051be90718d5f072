"""What became of an attempt whose answer was lost: look, not guess.

Connect shows two things: whether the contact has ended, and which contacts follow it. A transfer ends the contact and
creates one that names it as its previous contact (admin guide; for the API call an assumption). What it shows may be late,
and how late is not documented; the margins below are assumed.
"""

from __future__ import annotations

from dataclasses import dataclass

from contact_transfer.connect.client import Connect
from contact_transfer.connect.responses import ContactView
from contact_transfer.ledger.records import Attempt, Begun
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.clock import Clock, Deadline
from contact_transfer.transfer.outcome import Failed, FailureCode, Transferred

#: Contacts that a transfer made; a task linked with StartTaskContact has the method API (both assumed). None: not shown.
TRANSFER_METHODS = frozenset({"TRANSFER", "QUEUE_TRANSFER", None})
#: How far Connect's clock and a worker's may be apart.
SKEW_SECONDS = 10.0
#: A contact still active, and without successor, so long after the attempt was not transferred by it.
ACTIVE_PROVES_AFTER_SECONDS = 60.0
#: So long after it began, a successor that shows neither queue nor agent will not contradict any more.
DESTINATION_SHOWS_WITHIN_SECONDS = 60.0


@dataclass(frozen=True)
class NotApplied:
    """Settled: the attempt did nothing; the contact is there to be transferred, or Connect does not know it."""


@dataclass(frozen=True)
class Unsettled:
    """Look again later. ``active``: the contact seems active. ``wait``: seconds after which looking again settles it at the latest."""

    active: bool
    wait: float


Seen = Transferred | Failed | NotApplied | Unsettled


def is_successor(contact: ContactView, contact_id: str) -> bool:
    return contact.previous_contact_id == contact_id and contact.initiation_method in TRANSFER_METHODS


class Settlement:
    """Looks into attempts in doubt. ``settle_seconds``: how long after the contact's end a successor may stay invisible."""

    def __init__(self, connect: Connect, clock: Clock, settle_seconds: float) -> None:
        self._connect = connect
        self._clock = clock
        self._settle = settle_seconds

    def look(self, request: TransferRequest, begun: Begun, deadline: Deadline) -> Seen:
        """Say what became of ``begun.doubt``. Raises what ``Connect.contact`` and ``Connect.chain`` raise."""
        seen_at = self._clock.now()  # calls wait and workers freeze: what is shown is as old as the first look
        contact = self._connect.contact(request.instance_id, request.contact_id, deadline)
        chain = self._connect.chain(request.instance_id, request.contact_id, deadline)
        successors = [seen for seen in chain if is_successor(seen, request.contact_id)]
        others = []
        for successor in successors:
            ours = self._ours(request, begun, successor, deadline)
            if ours is None:
                return Unsettled(active=False, wait=DESTINATION_SHOWS_WITHIN_SECONDS)
            if ours:
                return self._found(request, begun, successor)
            others.append(successor.contact_id)
        if contact is not None and not contact.ended:
            return self._still_active(begun, others, seen_at)
        return self._ended(request, begun, contact, others, seen_at)

    def _ours(self, request: TransferRequest, begun: Begun, successor: ContactView, deadline: Deadline) -> bool | None:
        """Whether the attempt made this successor; None while its destination does not show yet."""
        doubt = begun.doubt
        if doubt is None or successor.initiated_at is None:
            return False
        if not doubt.since - SKEW_SECONDS <= successor.initiated_at <= doubt.until + SKEW_SECONDS:
            return False
        if doubt.queue_id is None and doubt.user_id is None:
            return True
        seen_at = self._clock.now()
        shown = self._connect.contact(request.instance_id, successor.contact_id, deadline)
        if shown is None or not (shown.queue_id or shown.user_id):
            young = seen_at - successor.initiated_at < DESTINATION_SHOWS_WITHIN_SECONDS
            return None if young else True
        return _agrees(doubt, shown)

    def _found(self, request: TransferRequest, begun: Begun, successor: ContactView) -> Transferred | Failed:
        if begun.foreign:
            return _not_active(request, f": another request transferred it to {successor.contact_id}")
        return Transferred(successor.contact_id, successor.arn, begun.attempts, inferred=True)

    def _still_active(self, begun: Begun, others: list[str], seen_at: float) -> Seen:
        last = begun.doubt.last if begun.doubt else 0.0
        margin = self._settle if others else ACTIVE_PROVES_AFTER_SECONDS
        wait = last + margin - seen_at
        # With somebody else's successor in sight "active" is stale: another call might transfer a second time.
        return Unsettled(active=not others, wait=wait) if wait > 0 else NotApplied()

    def _ended(
        self, request: TransferRequest, begun: Begun, contact: ContactView | None, others: list[str], seen_at: float
    ) -> Seen:
        since, last = (begun.doubt.since, begun.doubt.last) if begun.doubt else (0.0, 0.0)
        ended_at = contact.ended_at if contact and contact.ended_at is not None else last
        if contact is not None and ended_at < since - SKEW_SECONDS:
            return _not_active(request, ": it ended before the request was first tried")
        wait = max(last, ended_at) + self._settle - seen_at
        if wait > 0:
            return Unsettled(active=False, wait=wait)
        if contact is None:
            return NotApplied()  # a transferred contact would show by now; TransferContact has the last word
        if others:
            return _not_active(request, f": it was transferred to {', '.join(others)} by somebody else")
        if begun.foreign:
            return _not_active(request, "")
        return Failed(
            FailureCode.OUTCOME_UNKNOWN,
            f"The answer to a transfer of contact {request.contact_id} was lost, the contact has ended and no successor shows. "
            "Look at the contact's details in Connect before sending it again.",
            in_doubt=True,
        )


def _agrees(doubt: Attempt, shown: ContactView) -> bool:
    """Whether the destination that shows is the one that was asked for. An agent's own queue counts as the agent (assumed)."""
    if doubt.queue_id is not None:
        return shown.queue_id == doubt.queue_id
    if shown.user_id is not None:
        return shown.user_id == doubt.user_id
    return (shown.queue_id or "").endswith(doubt.user_id or "")


def _not_active(request: TransferRequest, by: str) -> Failed:
    return Failed(
        FailureCode.CONTACT_NOT_ACTIVE, f"Contact {request.contact_id} has ended, and not by this request{by}."
    )
