"""Work on one delivery of a request, under its contact's lease: the story from the lease to the outcome."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from contact_transfer.connect.rate_limiter import NotEnoughTime
from contact_transfer.connect.responses import AmbiguousOutcome, Unavailable
from contact_transfer.connect.tree import kept, resumed
from contact_transfer.ledger.contact import Release
from contact_transfer.ledger.records import Call, Look, TransientError
from contact_transfer.ledger.request_ids import IdCancelled
from contact_transfer.ledger.store import LedgerUnavailable
from contact_transfer.transfer import poison, reporting, retries
from contact_transfer.transfer.arrival import Arrival, Report
from contact_transfer.transfer.attempting import Attempting
from contact_transfer.transfer.clock import LONGEST_BACKOFF_SECONDS
from contact_transfer.transfer.outcome import Cancelled, Cause, Deferred, Ended, Failed, Outcome, Transferred
from contact_transfer.transfer.reconciliation import LOOK_AGAIN_SECONDS, NotApplied, Question, Unsettled, unknown


@dataclass
class Handling:
    """Work on one delivery, under the contact's lease. Whether an attempt is in doubt changes on the way: ``in_doubt``.

    ``settled``: the earlier attempt turned out to have done nothing. ``call``: one that was made now, and is in doubt. ``wait``: seconds
    after which looking again helps. ``has_looked``: Connect has been asked what an attempt did.
    """

    arrival: Arrival
    settled: bool = False
    call: Call | None = None
    wait: float = 0.0
    has_looked: bool = False

    def __post_init__(self) -> None:
        self.means, self.request, self.session = self.arrival.means, self.arrival.request, self.arrival.session
        self.held, self.record = self.session.held, self.session.held.record
        self.attempting = Attempting(self.arrival)
        if look := self.held.contact.look:
            self.means.connect.unfinished[self._place] = resumed(look.began, look.contacts, look.token)

    @property
    def _place(self) -> tuple[str, str]:
        return self.request.instance_id, self.request.contact_id

    @property
    def in_doubt(self) -> bool:
        """Whether some attempt on the contact is unsettled, as far as this worker knows."""
        return self.call is not None or (self.held.attempt is not None and not self.settled)

    @property
    def own_in_doubt(self) -> bool:
        """Whether an attempt of this very request is in doubt."""
        return self.in_doubt and not self.held.is_foreign

    def carry_out(self) -> Report:
        """Work on the request until it has an outcome or must wait; the ledger knows it before it is reported."""
        return self.close(reporting.under_conditions(self.request, self.work()))

    def work(self) -> Outcome:
        """Work on the request until it has an outcome or must wait. Nothing of it is recorded before ``close``."""
        outcome = self._answered(self._outcome)
        if not self.in_doubt:
            outcome = retries.limit(self.arrival, outcome)
        if isinstance(outcome, Ended) and self.record.first_called_at is not None:
            outcome = self._answered(partial(self._end_after_calls, outcome))
        return outcome

    def _answered(self, work: Callable[[], Outcome]) -> Outcome:
        """What ``work`` comes to; where Connect or the ledger does not answer, a deferral."""
        try:
            return work()
        except AmbiguousOutcome as error:
            is_recognised = error.is_conflict and self.own_in_doubt
            self.call = Call(self.attempting.called_from, self.means.connect.clock.bounds().latest, is_recognised)
            return self.later(Cause.IN_DOUBT, error.detail)
        except (Unavailable, LedgerUnavailable) as error:
            return self.later(error.cause, error.detail)
        except NotEnoughTime as error:
            return Deferred(Cause.PACED, error.retry_after, error.operation)

    def _outcome(self) -> Outcome:
        if poison.is_beyond_looking(self.record):
            return poison.left_to_a_person(self.request, self.record)
        if poison.is_suspicious(self.record):
            self.session.confirm_start()
        decided = self._decided_end()
        if self.in_doubt and not (decided and self.record.first_called_at is None):
            reconciled = self._reconcile(may_call=decided is None)
            if reconciled is not None:
                return reconciled
        return decided or self._given_up() or self._attempt()

    def _decided_end(self) -> Ended | None:
        """An end that needs no look at Connect: it is given once no attempt of the request is in doubt."""
        transfer, policy_failure = self.held.contact.transfer, self.arrival.policy_failure
        ends_unbound = transfer is not None or policy_failure is not None
        if (cancelled_until := self.session.cancelled_until(by_name=ends_unbound)) is not None:
            return reporting.cancelled(self.request, cancelled_until)
        if transfer is not None:
            return reporting.transferred_elsewhere(self.request, transfer)
        if ended := policy_failure or self._bind():
            return ended
        return poison.failure(self.request, self.record) if poison.is_poison(self.record) else None

    def _bind(self) -> Failed | Cancelled | None:
        taken = None if self.request.request_id is None else self.session.bind()
        if isinstance(taken, IdCancelled):
            return reporting.cancelled(self.request, taken.until)
        return None if taken is None else reporting.mismatch(taken.contact_id)

    def _reconcile(self, *, may_call: bool) -> Outcome | None:
        """Find out what an attempt did. None: nothing stands against a call, or the decided failure, any more."""
        means, question = self.means, Question.of(self.request, self.held)
        seen = means.reconciliation.look(self.request, question, self.arrival.deadline)
        self.has_looked = True
        may_call = may_call and question.is_own and not retries.expired(self.arrival)
        # An ended contact cannot be transferred, so only Connect's own word can come of the call.
        if may_call and seen.has_ended and (transferred := self.attempting.ask_again()):
            return transferred
        found = means.reconciliation.conclude(question, seen)
        if isinstance(found, NotApplied):
            self.settled = True
            return Deferred(Cause.UNDER_WAY, 0.0) if self.held.is_foreign else None
        if isinstance(found, Unsettled):
            self.wait = found.wait
            repeat = may_call and found.may_call and seen.is_fresh and means.settings.when_in_doubt == "repeat"
            return None if repeat else self._unsettled()
        if isinstance(found, Failed) and not found.in_doubt and question.is_own:
            self.settled = True  # whatever moved or ended the contact came before the first call
        return found

    def _given_up(self) -> Failed | None:
        """After its time, an attempt that did nothing was the request's last one, regardless of which request found that out.

        Else two requests of one contact that settle each other's attempts would call for ever.
        """
        if (self.held.attempt is None and not self.record.abandoned) or not retries.is_over(self.arrival):
            return None
        return retries.exhausted(self.arrival, "a lost answer, which turned out to have transferred nothing")

    def _attempt(self) -> Outcome:
        outcome = self.attempting.attempt(may_wait=not self.in_doubt)
        if isinstance(outcome, Transferred):
            self.settled, self.call = True, None
        return outcome

    def _end_after_calls(self, ended: Ended) -> Outcome:
        """The end of a request that called before, without effect as it seemed: what Connect shows now has the last word."""
        if reporting.leaves_doubt(ended) or self.held.contact.transfer is not None:
            return ended
        if self.own_in_doubt:
            return self._unsettled()
        if self.has_looked and not reporting.rests_on_the_contact(ended):
            return ended
        means, question = self.means, replace(Question.of(self.request, self.held), attempt=None, is_own=False)
        explained = self.attempting.resumed  # a look that needs several invocations is not made twice
        seen = means.reconciliation.look(self.request, question, self.arrival.deadline, explained)
        found = means.reconciliation.conclude(question, seen)
        if isinstance(found, Unsettled):
            self.wait = found.wait
            return self._unsettled()
        if isinstance(found, NotApplied):
            return reporting.doubted(unknown(question, ()), ended) if reporting.rests_on_the_contact(ended) else ended
        return found

    def later(self, cause: Cause, detail: str, longest: float = LONGEST_BACKOFF_SECONDS) -> Deferred:
        """The deferral of the request for a reason that passes. ``longest``: seconds at most."""
        delay = self.means.randomness.backoff(self.record.transient_failures + 1)
        return Deferred(cause, min(delay, longest), detail)

    def _unsettled(self) -> Deferred:
        return self.later(Cause.IN_DOUBT, "", longest=self.wait or LOOK_AGAIN_SECONDS)

    def close(self, outcome: Outcome) -> Report:
        """Write the outcome down. What the ledger does not accept is reported to nobody: ``LedgerUnavailable`` is raised, and the
        lease runs out by itself.
        """
        session, now = self.session, self.means.connect.clock.now()
        look = self._unfinished_look()
        if isinstance(outcome, Transferred):
            return self._close_transfer(replace(outcome, transferred_at=outcome.transferred_at or now))
        outcome = replace(outcome, attempts=self.record.attempts)
        if isinstance(outcome, Deferred):
            self._release(outcome, now, look)
            return Report(outcome)
        session.record_end(reporting.end_record(outcome, self.held, self.arrival.delivery.original_id, now))
        return Report(outcome, session=session)

    def _unfinished_look(self) -> Look | None:
        progress = self.means.connect.unfinished.pop(self._place, None)
        contacts = None if progress is None else kept(progress.contacts, self.request.contact_id)
        return None if progress is None or contacts is None else Look(progress.began, progress.token, contacts)

    def _close_transfer(self, done: Transferred) -> Report:
        recorded = reporting.transfer(done, self.request)
        stands = self.session.record_transfer(recorded)
        if not recorded.is_same(stands):
            return Report(done, conflict=stands.name)
        # While this worker stood still, another delivery may have failed the message as OutcomeUnknown: a message has one end.
        end = self.session.recorded_end(self.arrival.delivery.original_id)
        return Report(done) if end is None else Report(reporting.ended_before(end), session=self.session)

    def _release(self, outcome: Deferred, now: float, look: Look | None) -> None:
        error = None
        if outcome.cause not in retries.WAITING:
            error = TransientError(str(outcome.cause), outcome.detail, now, now + outcome.delay)
        # A poison request stays one until it has ended; only looks that came to no end count against it.
        left = poison.LEFT if poison.is_poison(self.record) else (0, 0)
        with suppress(LedgerUnavailable):  # then the lease runs out by itself, and what is in doubt is looked into
            self.session.release(Release(self.settled, self.call, error, *left, look))
