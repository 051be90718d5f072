"""What happens to one request, from top to bottom.

    ledger: begin, claim ─► in doubt? look ─► constraints, route ─► pace ─► TransferContact ─► ledger: finish
                                     └───────────── Failed or Deferred wherever the way ends ─► ledger: fail, release

The rules that make it exactly once:

1. The attempt is in the ledger before the call, so a crash leaves a doubt and never a gap.
2. While any attempt on the contact is in doubt, nobody calls with another token and nobody gives a verdict.
3. A 200 always wins.
4. A verdict is in the ledger before anybody is told of it: its message, when it comes back, hears it again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from contact_transfer.config.worker_settings import Settings
from contact_transfer.connect.client import TRANSFER, Connect
from contact_transfer.connect.responses import Accepted, Doubtful, NoTime, Unavailable
from contact_transfer.ledger.ledger import Conflict, Ledger
from contact_transfer.ledger.records import Attempt, Begun, Held, OthersDoubt, Verdict, Won
from contact_transfer.ledger.request_ids import mismatch
from contact_transfer.ledger.table import LedgerUnavailable
from contact_transfer.messaging.sqs_record import Delivery
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer import backoff, poison
from contact_transfer.transfer.clock import Chance, Clock, Deadline
from contact_transfer.transfer.eligibility import Judgement
from contact_transfer.transfer.flow_check import Flows
from contact_transfer.transfer.outcome import Cause, Deferred, Failed, FailureCode, Outcome, Transferred
from contact_transfer.transfer.reconciliation import ACTIVE_PROVES_AFTER_SECONDS, NotApplied, Settlement
from contact_transfer.transfer.route_quota import Routes

LEASE_MARGIN_SECONDS = 10.0
#: Waiting, not failing.
_PASSING = frozenset({Cause.PACED, Cause.UNDER_WAY})


@dataclass(frozen=True)
class Told:
    """What became of one message; the ledger knows it.

    ``happened``: a transfer that is certain although the ledger does not know it yet; it is announced all the same.
    ``conflict``: the name that the ledger has as the contact's winner although Connect answered 200 to this request.
    """

    outcome: Outcome
    happened: Transferred | None = None
    conflict: str | None = None


@dataclass
class _Doubt:
    """Whether some attempt on the contact is unsettled, as far as this worker knows. ``called``: when one was made now."""

    open: bool
    called: float | None = None
    wait: float = 0.0


class Service:
    """Carries out requests, one at a time, through the ledger and Connect."""

    def __init__(
        self,
        ledger: Ledger,
        connect: Connect,
        routes: Routes,
        settings: Settings,
        *,
        clock: Clock,
        chance: Chance,
    ) -> None:
        self._ledger = ledger
        self._connect = connect
        self._routes = routes
        self._settings = settings
        self._clock = clock
        self._chance = chance
        self._judgement = Judgement(connect, Flows(connect, clock), settings.allowed_channels)
        self._settlement = Settlement(connect, clock, settings.settle_minutes * 60)

    def carry_out(
        self, request: TransferRequest, delivery: Delivery, deadline: Deadline, unfit: Failed | None = None
    ) -> Told:
        """Do before ``deadline`` what can be done for the request, which ``delivery`` brought.

        ``unfit``: why the deployment's settings refuse it. What it has come to under earlier settings counts all the same.
        """
        if unfit is None and not self._connect.time_for(TRANSFER, deadline):
            return Told(self._paced(self._connect.no_time(TRANSFER)))
        try:
            if unfit is not None and self._ledger.known(request) is None:
                return self._fail(request, delivery, unfit, None)
            return self._begin(request, delivery, deadline, unfit)
        except LedgerUnavailable as error:
            return Told(self._ledger_away(error, delivery.receives))

    def _begin(self, request: TransferRequest, delivery: Delivery, deadline: Deadline, unfit: Failed | None) -> Told:
        now = self._clock.now()
        owner, lease = self._chance.unique(), deadline.wall + LEASE_MARGIN_SECONDS
        state = self._ledger.begin(request, owner, now, lease)
        if isinstance(state, Won) and isinstance(already := _already(request, state), Transferred):
            return Told(already)
        if not isinstance(state, Begun) and (refused := self._ledger.refused(request, delivery, now)):
            return Told(refused)
        if isinstance(state, OthersDoubt):
            state = self._ledger.take_over(request, state.attempt, owner, now, lease)
        if isinstance(state, Begun):
            return self._work(request, delivery, state, deadline, unfit)
        if isinstance(state, Won):
            return self._lost(request, delivery, state)
        until = state.until - now if isinstance(state, Held) else ACTIVE_PROVES_AFTER_SECONDS
        return Told(Deferred(Cause.UNDER_WAY, min(until, backoff.delay(delivery.receives, self._chance.random))))

    def _lost(self, request: TransferRequest, delivery: Delivery, won: Won) -> Told:
        already = _already(request, won)
        if isinstance(already, Transferred):
            return Told(already)
        given = Verdict.given(won.told, delivery)
        return self._fail(request, delivery, given.failed if given else already, None)

    def _work(
        self, request: TransferRequest, delivery: Delivery, begun: Begun, deadline: Deadline, unfit: Failed | None
    ) -> Told:
        given = Verdict.given(begun.told, delivery)
        doubt = _Doubt(open=begun.doubt is not None and not (given and _its_own_doubt(given, begun.doubt)))
        try:
            stands = given.failed if given else unfit or self._claim(request, delivery, begun)
            outcome = self._attempt(request, stands, begun, doubt, deadline)
        except Doubtful as error:
            doubt.open, doubt.called = True, self._clock.now()
            outcome = self._later(Cause.IN_DOUBT, begun, error.detail)
        except Unavailable as error:
            outcome = self._later(error.cause, begun, error.detail)
        except NoTime as error:
            outcome = self._paced(error)
        outcome = self._within_retries(begun, outcome, doubt)
        if isinstance(outcome, Failed) and doubt.open:
            outcome = self._unsettled(begun, doubt)
        return self._close(request, delivery, begun, outcome, doubt)

    def _claim(self, request: TransferRequest, delivery: Delivery, begun: Begun) -> Failed | None:
        """Bind the ``requestId``, with the lease held: copies of the request are for the same contact, so none of them can interfere."""
        if request.request_id is None or begun.foreign:
            return None
        try:
            return self._ledger.claim(request, delivery, self._clock.now())
        except LedgerUnavailable as error:
            raise Unavailable(Cause.ACCESS_DENIED if error.denied else Cause.LEDGER, error.detail) from error

    def _attempt(
        self, request: TransferRequest, stands: Failed | None, begun: Begun, doubt: _Doubt, deadline: Deadline
    ) -> Outcome:
        """``stands``: the verdict that is known already, to be given once no attempt is in doubt any more."""
        kills = poison.kills(begun)
        if poison.beyond_looking(begun):
            doubt.open = False  # not even looking comes to an end: a person must
            return replace(poison.failure(request, begun), in_doubt=True)
        if poison.suspicious(begun):
            self._ledger.start(request, begun)
        if doubt.open:
            look_only = kills or stands is not None or begun.foreign
            if (seen := self._look(request, begun, doubt, deadline, look_only=look_only)) is not None:
                return stands if stands and begun.foreign and isinstance(seen, Failed) else seen
        if stands is not None:
            return stands
        if kills:
            return poison.failure(request, begun)
        return self._try(request, begun, doubt, deadline)

    def _look(
        self, request: TransferRequest, begun: Begun, doubt: _Doubt, deadline: Deadline, *, look_only: bool
    ) -> Outcome | None:
        """Look into the doubt. None: go on, either because nothing had happened or, unless ``look_only``, with the same call again."""
        seen = self._settlement.look(request, begun, deadline)
        if isinstance(seen, Transferred | Failed):
            doubt.open = False
            return seen
        if isinstance(seen, NotApplied):
            doubt.open = False
        else:
            doubt.wait = seen.wait
            if not seen.active or look_only:
                return self._unsettled(begun, doubt)
        if begun.foreign:
            return Deferred(Cause.UNDER_WAY, 0.0)  # the other's doubt is settled: begin with an attempt of our own
        return None

    def _try(self, request: TransferRequest, begun: Begun, doubt: _Doubt, deadline: Deadline) -> Outcome:
        if refused := self._expired(request) or self._given_up(begun):
            return refused
        contact = self._connect.contact(request.instance_id, request.contact_id, deadline)
        if refused := self._judgement.check(request, contact, deadline):
            return refused
        if refused := self._routes.check(request, begun, contact, deadline):
            return refused
        self._connect.await_turn(TRANSFER, deadline)
        if refused := self._expired(request):
            return refused
        answer = self._connect.transfer(request)
        if isinstance(answer, Accepted):
            doubt.open = False
            return Transferred(answer.contact_id, answer.contact_arn, begun.attempts)
        return self._judgement.explain(request, answer, contact, deadline)

    def _expired(self, request: TransferRequest) -> Failed | None:
        if request.expires_at is None or self._clock.now() < request.expires_at:
            return None
        return Failed(
            FailureCode.REQUEST_EXPIRED, f"expiresAt passed before contact {request.contact_id} could be transferred."
        )

    def _exhausted(self, begun: Begun) -> bool:
        return self._clock.now() >= begun.first_at + self._settings.retry_for_hours * 3600

    def _given_up(self, begun: Begun) -> Failed | None:
        """After the deadline an attempt that was in doubt, and turned out to have done nothing, was the last one.

        So it is when another request has found that out, or two that wait for each other would call for ever.
        """
        if (begun.doubt is None and not begun.undone) or not self._exhausted(begun):
            return None
        return self._exhaustion("a lost answer, which turned out to have transferred nothing")

    def _within_retries(self, begun: Begun, outcome: Outcome, doubt: _Doubt) -> Outcome:
        if doubt.open or not isinstance(outcome, Deferred) or outcome.cause in _PASSING or not self._exhausted(begun):
            return outcome
        return self._exhaustion(f"{outcome.cause}: {outcome.detail}")

    def _exhaustion(self, last: str) -> Failed:
        hours = f"{self._settings.retry_for_hours:g}"
        return Failed(FailureCode.RETRIES_EXHAUSTED, f"Tried for {hours} hours in vain. The last error: {last}.")

    def _later(self, cause: Cause, begun: Begun, detail: str) -> Deferred:
        return Deferred(cause, backoff.delay(begun.failures + 1, self._chance.random), detail)

    def _unsettled(self, begun: Begun, doubt: _Doubt) -> Deferred:
        later = self._later(Cause.IN_DOUBT, begun, "")
        return replace(later, delay=min(later.delay, doubt.wait or ACTIVE_PROVES_AFTER_SECONDS))

    def _paced(self, error: NoTime) -> Deferred:
        return Deferred(Cause.PACED, error.delay, error.operation)

    def _ledger_away(self, error: LedgerUnavailable, receives: int) -> Deferred:
        cause = Cause.ACCESS_DENIED if error.denied else Cause.LEDGER
        return Deferred(cause, backoff.delay(receives, self._chance.random), error.detail)

    def _close(
        self, request: TransferRequest, delivery: Delivery, begun: Begun, outcome: Outcome, doubt: _Doubt
    ) -> Told:
        if isinstance(outcome, Transferred):
            return self._finish(request, delivery, begun, outcome)
        if isinstance(outcome, Failed):
            attempts = (
                begun.attempts if outcome.attempts is None else outcome.attempts
            )  # a repeated verdict has its own
            return self._fail(request, delivery, replace(outcome, attempts=attempts), begun)
        self._release(request, begun, doubt, failed=outcome.cause not in _PASSING)
        return Told(replace(outcome, attempts=begun.attempts))

    def _fail(self, request: TransferRequest, delivery: Delivery, failed: Failed, begun: Begun | None) -> Told:
        """Write the verdict down. What the ledger does not take is told to nobody; the lease then runs out by itself."""
        try:
            self._routes.failed(request, failed)
            self._ledger.fail(request, Verdict.of(failed, delivery, self._clock.now()), begun)
        except LedgerUnavailable as error:
            return Told(self._ledger_away(error, delivery.receives))
        return Told(failed)

    def _finish(self, request: TransferRequest, delivery: Delivery, begun: Begun, done: Transferred) -> Told:
        try:
            self._ledger.finish(request, done, self._clock.now(), begun.owner)
        except Conflict as conflict:
            already = _already(request, conflict.won)
            if not done.inferred:
                return Told(done, conflict=conflict.won.name)
            return Told(already) if isinstance(already, Transferred) else self._fail(request, delivery, already, None)
        except LedgerUnavailable as error:
            return Told(self._ledger_away(error, begun.attempts), happened=None if done.inferred else done)
        return Told(done)

    def _release(self, request: TransferRequest, begun: Begun, doubt: _Doubt, *, failed: bool) -> None:
        # A deadly request stays deadly until it has ended; only looks that came to no end count against it.
        unended, starts = poison.LEFT if poison.kills(begun) else (0, 0)
        counts = {"unended": unended, "starts": starts}
        try:
            self._ledger.release(request, begun, failed=failed, doubt=doubt.open, called=doubt.called, **counts)
        except LedgerUnavailable:
            return  # the lease runs out by itself, and the attempt stays in doubt until it is looked into


def _its_own_doubt(given: Verdict, doubt: Attempt) -> bool:
    """Whether nothing was tried since a verdict that left the doubt."""
    return given.failed.in_doubt and doubt.last <= given.at


def _already(request: TransferRequest, won: Won) -> Transferred | Failed:
    if won.entry == request.entry:
        return Transferred(won.new_contact_id, won.new_contact_arn, won.attempts, won.inferred, repeated=True)
    if won.name == request.name:
        return mismatch(request.contact_id)  # the item of the requestId expired before the contact's
    to = f" to contact {won.new_contact_id}" if won.new_contact_id else ""
    return Failed(
        FailureCode.CONTACT_NOT_ACTIVE,
        f"Contact {request.contact_id} has ended, and not by this request: request {won.name} transferred it{to}.",
    )
