"""One attempt at a transfer: rules, route permit, rate limit, call; and what a definite rejection means."""

from __future__ import annotations

from dataclasses import dataclass

from contact_transfer.connect.rate_limiter import NotEnoughTime
from contact_transfer.connect.responses import Accepted, AmbiguousOutcome, ContactView, Refusal, Rejected, Unavailable
from contact_transfer.connect.tree import Tree
from contact_transfer.transfer import parking_brake, retries, rules
from contact_transfer.transfer.arrival import Arrival
from contact_transfer.transfer.outcome import Cause, Deferred, Failed, FailureCode, Outcome, Skipped, Transferred

#: A contact that was just created may not show yet; so long after its message was sent it does (contract).
SHOWS_AFTER_SECONDS = 60.0
#: How long after the invocation's end a call may still be signed: less than the lease lasts.
SIGNING_MARGIN_SECONDS = 5.0


@dataclass
class Attempting:
    """Tries to transfer one contact, under its lease. ``called_from``: when the latest call was made, at the earliest.

    ``resumed``: the contact's tree, where an earlier invocation began to read it. Then it serves for all that is asked about an attempt,
    or a tree for which several invocations are needed would be read anew in each of them.
    """

    arrival: Arrival
    called_from: float = 0.0
    resumed: Tree | None = None

    def __post_init__(self) -> None:
        self.means, self.request, self.deadline = self.arrival.means, self.arrival.request, self.arrival.deadline
        self.record = self.arrival.record

    def attempt(self, *, may_wait: bool) -> Outcome:
        """Check everything, wait for a slot, and call. Raise what ``Connect`` raises.

        ``may_wait``: no attempt is in doubt, so the request may be held by the parking brake until its time is over.
        """
        brake, now = self.means.brake, self.means.clock.monotonic()
        may_wait = may_wait and not retries.is_over(self.arrival) and retries.expired(self.arrival) is None
        if may_wait and (code := brake.held_by(self.request, now)):
            return self._braked(code)
        outcome = self._tried()
        if isinstance(outcome, Transferred):
            brake.release(self.request)
        if isinstance(outcome, Skipped):
            brake.look_again(self.request, now)
        if isinstance(outcome, Failed):
            has_waited = self._has_waited_for(outcome.code)
            if not brake.is_parked(self.request, outcome.code, now, has_waited=has_waited) and may_wait:
                return self._braked(outcome.code)
        return outcome

    def _has_waited_for(self, code: FailureCode) -> bool:
        error = self.record.last_error
        return error is not None and error.cause == Cause.BRAKED and error.detail == _waits_for(code)

    def _braked(self, code: FailureCode) -> Deferred:
        received = self.arrival.delivery.first_received_at
        waited = 0.0 if received is None else self.means.clock.now() - received
        return Deferred(Cause.BRAKED, parking_brake.wait(waited), _waits_for(code))

    def _tried(self) -> Outcome:
        means, request = self.means, self.request
        if expired := retries.expired(self.arrival):
            return expired
        tree = self.arrival.tree or self._tree()
        self.resumed = None if tree.is_fresh else tree
        contact = means.connect.contact(request.instance_id, request.contact_id, self.deadline)
        if refused := self._refusal(contact, tree):
            return refused
        means.connect.await_transfer(self.deadline)
        if expired := retries.expired(self.arrival):
            return expired
        self.called_from = means.connect.clock.bounds().earliest
        answer = self._call()
        if isinstance(answer, Accepted):
            return self._transferred(answer, contact)
        return self._explained(answer, contact)

    def _tree(self) -> Tree:
        return self.means.connect.tree(self.request.instance_id, self.request.contact_id, self.deadline)

    def _refusal(self, contact: ContactView | None, tree: Tree) -> Failed | Skipped | None:
        """Why the contact is not transferred: rules, conditions, and the limit of a route."""
        means, request = self.means, self.request
        if contact is None and request.is_conditional and self.record.first_called_at is None:
            return self._not_shown("DescribeContact does not know the contact yet")
        return means.eligibility.check(request, contact, self.deadline, tree) or means.routes.check(
            request, self.arrival.session, contact, self.deadline
        )

    def _call(self) -> Accepted | Rejected:
        return self.means.connect.transfer(self.request, self.deadline.wall + SIGNING_MARGIN_SECONDS)

    def ask_again(self) -> Transferred | None:
        """Make the same call for a contact that has ended, which can transfer nothing: only Connect's 200 counts."""
        try:
            self.means.connect.await_transfer(self.deadline)
            if retries.expired(self.arrival):
                return None
            answer = self._call()
        except (AmbiguousOutcome, Unavailable, NotEnoughTime):
            return None
        return self._transferred(answer, None) if isinstance(answer, Accepted) else None

    def _transferred(self, answer: Accepted, contact: ContactView | None) -> Transferred:
        initial = None
        if contact is not None:
            initial = contact.initial_contact_id or (None if contact.previous_contact_id else contact.contact_id)
        return Transferred(answer.contact_id, answer.contact_arn, self.record.attempts, initial_contact_id=initial)

    def _explained(self, answer: Rejected, contact: ContactView | None) -> Outcome:
        if answer.refusal is Refusal.NOT_FOUND and contact is None:
            return self._not_shown(
                f"TransferContact: {answer.detail}, and DescribeContact does not know the contact yet"
            )
        return self.means.eligibility.explain(self.request, answer, self.deadline, self.resumed or self._tree())

    def _not_shown(self, detail: str) -> Failed:
        """The failure of a contact that Connect does not know; it is transient while the contact may be new (``detail``).

        A conditional request makes no call for a contact whose condition cannot be looked at. A contact that follows the named one showed
        in its tree, or was in the answer of a transfer, so it exists, however old the message is.
        """
        sent, follows = self.arrival.delivery.sent_at, self.request.named_contact_id is not None
        if follows or (sent is not None and self.means.clock.now() <= sent + SHOWS_AFTER_SECONDS):
            raise Unavailable(Cause.NOT_SHOWN, detail)
        return rules.unknown_contact(self.request.contact_id, self.request.instance_id)


def _waits_for(code: FailureCode) -> str:
    return f"others failed as {code}"
