"""A request whose contact was transferred moves that contact's one active successor instead, if it asks to follow.

    named contact: not active, and not by this request ─► choose the successor ─► ledger: write the choice ─► successor's lease ─► Handling
                                                              ▲                                                      │
                                                              └──── the successor is not active, and not by this request ◄───┤
    named contact: record the end ◄──────────────────────────────────────────────────────────────────────────────────┘

What makes it exactly once:

1. The choice is in the named contact's document before the successor is touched, and a later delivery goes on with it.
2. A contact is left for its successors only if it is not active *and not by this request* (rule 5 of reconciliation), so a successor that
   the request itself has made is never chosen.
3. Lease, attempt, winner and client token are the successor's: requests that meet at one contact are rivals for it.
4. Name and route permit are held under the named contact's lease, and the request's end is recorded there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

from contact_transfer.connect.rate_limiter import NotEnoughTime
from contact_transfer.connect.responses import Unavailable
from contact_transfer.connect.tree import Tree
from contact_transfer.ledger.store import LedgerUnavailable
from contact_transfer.transfer import reporting, retries, rules
from contact_transfer.transfer.arrival import Arrival, Report
from contact_transfer.transfer.handling import Handling
from contact_transfer.transfer.outcome import Cause, Deferred, Failed, Outcome, Skipped, Transferred
from contact_transfer.transfer.succession import NoneActive, OneActive, SeveralActive, find_successor

UnderLease = Callable[[Arrival, Callable[[], Report]], Report]
#: So long after a contact ended the one that follows it may not show yet (assumed).
SUCCESSOR_SHOWS_SECONDS = 15.0


@dataclass
class Following:
    """Work on one delivery, under the named contact's lease.

    ``under_lease``: does work under the lease of a request's contact. ``moved``: the contact that is moved in the named one's place.
    """

    arrival: Arrival
    under_lease: UnderLease
    moved: str | None = None
    tree: Tree | None = None

    def __post_init__(self) -> None:
        self.named = Handling(self.arrival)
        self.moved = self.arrival.record.moved_contact_id

    def carry_out(self) -> Report:
        """Work on the request until it has an outcome or must wait."""
        if self.moved is None:
            outcome = self.named.work()
            if not (self.arrival.request.follow and reporting.is_not_active(outcome)):
                return self._close(Report(outcome))
            report = Report(outcome)
        else:
            report = self._kept(partial(self._move, self.moved, is_new=False))
        while (
            self.arrival.request.follow
            and isinstance(report.outcome, Failed)
            and reporting.is_not_active(report.outcome)
        ):
            passed, left = self.moved, report.outcome
            report = self._kept(partial(self._follow, left))
            if self.moved == passed:
                break
        return self._close(report)

    def _kept(self, work: Callable[[], Report]) -> Report:
        """What the work reports, or why it must wait."""
        try:
            return work()
        except Unavailable as error:
            return Report(retries.limit(self.arrival, self.named.later(error.cause, error.detail)))
        except NotEnoughTime as error:
            return Report(Deferred(Cause.PACED, error.retry_after, error.operation))
        except LedgerUnavailable as error:
            return Report(Deferred(error.cause, self.arrival.backoff(), error.detail))

    def _follow(self, not_active: Failed) -> Report:
        """Go on from a contact that is not active, and not by this request, to the one that follows it."""
        chosen = self._choose(not_active)
        if isinstance(chosen, Failed):
            return Report(chosen)
        self.arrival.session.choose_successor(chosen)
        self.moved = chosen
        return self._move(chosen, is_new=True)

    def _choose(self, not_active: Failed) -> str | Failed:
        """The contact to move. Raise ``Unavailable`` while Connect may not show it yet."""
        arrival, clock = self.arrival, self.arrival.means.connect.clock
        here = self.moved or arrival.request.contact_id
        request = arrival.request
        # A tree is the same for all its contacts, and a look that takes long is kept for the named one.
        self.tree = arrival.means.connect.tree(request.instance_id, request.contact_id, arrival.deadline)
        match find_successor(here, self.tree, not_active.successor_contact_id):
            case OneActive(contact_id):
                return contact_id
            case SeveralActive(contact_ids):
                return rules.several_active(arrival.request.contact_id, contact_ids)
            case NoneActive(ended_at):
                is_recent = ended_at is not None and clock.now() < ended_at + SUCCESSOR_SHOWS_SECONDS
                if is_recent or not self.tree.is_fresh:
                    raise Unavailable(Cause.NOT_SHOWN, "a contact that follows the ended one may not show yet")
                return not_active

    def _move(self, contact_id: str, *, is_new: bool) -> Report:
        """Work on the chosen contact under its own lease, as if the request named it."""
        request = self.arrival.request.moving(contact_id)
        session = self.arrival.session.of_successor(request, is_new=is_new)
        arrival = replace(
            self.arrival, session=session, request=request, policy_failure=self._policy_failure(), tree=self.tree
        )
        return self.under_lease(arrival, partial(_carry_out, arrival))

    def _policy_failure(self) -> Failed | None:
        """A delivery that does not ask to follow moves nothing, and only finds out what became of what an earlier one did."""
        if self.arrival.policy_failure is not None or self.arrival.request.follow:
            return self.arrival.policy_failure
        return rules.ended_contact(self.arrival.request.contact_id)

    def _close(self, report: Report) -> Report:
        """Record what the request has come to where its name is, and report it from there."""
        came_to = cast("Outcome", report.outcome)  # a message goes to another lane before work on it begins
        outcome = reporting.under_conditions(self.arrival.request, came_to)
        if isinstance(outcome, Transferred):
            outcome = replace(outcome, attempts=self.arrival.record.attempts, moved_contact_id=self.moved)
        elif isinstance(outcome, Failed | Skipped | Deferred):
            outcome = replace(outcome, moved_contact_id=self.moved)
        closed = self._kept(partial(self.named.close, outcome))
        return replace(closed, conflict=closed.conflict or report.conflict)


def _carry_out(arrival: Arrival) -> Report:
    """Work on the moved contact. What its end means under the request's conditions is said where the request's end is recorded."""
    handling = Handling(arrival)
    return handling.close(handling.work())
