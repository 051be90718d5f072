"""Pacing against the account's own bucket: whatever the workers' order of calls and pauses, their shares together never overrun it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from contact_transfer.config.worker_settings import Quota
from contact_transfer.connect.rate_limiter import JITTER_SECONDS, RECOVERY_SECONDS, SLOWEST
from local.connect.model import Rate
from local.connect.model.quotas import Bucket
from tests.share import Share

_BEGAN = 1000.0
_WORKER = st.integers(0, 4)  # of however many there are
_PART = st.sampled_from([0.0, 0.5, 1.0])


class PacingMachine(RuleBasedStateMachine):
    """Workers with a quota in common, against one bucket of the account that is full at first and has to admit every call of them all.

    The model knows of each worker when it called last and at which part of its rate it is; of the account, since when at the
    latest its bucket was full, for only a message that was sent after that may say that it had hardly to wait.
    """

    @initialize(
        workers=st.integers(1, 5),
        quota=st.sampled_from([(0.5, 5.0), (2.0, 5.0), (2.0, 15.0), (10.0, 5.0), (10.0, 15.0)]),
        at_once=st.booleans(),
    )
    def begin(self, *, workers: int, quota: tuple[float, float], at_once: bool) -> None:
        self.rate, self.burst = quota
        self.workers, self.now, self.full_at = workers, _BEGAN, _BEGAN
        self.pacings = [Share({"Call": Quota(*quota)}, workers, _BEGAN) for _ in range(workers)]
        for pacing in self.pacings:
            pacing.start_batch(0.0 if at_once else None, _BEGAN)
        self.free, self.called = [_BEGAN] * workers, [0.0] * workers
        self.pace, self.paced_at = [1.0] * workers, [_BEGAN] * workers
        self.calls: list[float] = []
        share = (self.burst - self.rate * JITTER_SECONDS) / workers
        self.saved, self.jitter = (
            int(share),
            JITTER_SECONDS if share >= 1 else 0.0,
        )  # a whole token leaves no room for jitter

    @rule(seconds=st.sampled_from([0.01, 0.3, 3.0, 30.0]))
    def pause(self, *, seconds: float) -> None:
        self.now += seconds

    @rule(worker=_WORKER, travel=_PART)
    def call(self, *, worker: int, travel: float) -> None:
        """The worker waits for its token; Connect sees the call a little later."""
        worker, at = self._turn(worker)
        at += self.pacings[worker].wait("Call", at)
        self._call(worker, at, travel)

    @rule(worker=_WORKER)
    def throttled(self, *, worker: int) -> None:
        """Others have used the quota up: nothing that was saved counts, the pace halves, and comes back in a straight line."""
        worker, at = self._turn(worker)
        before = self.pacings[worker].wait("Call", at)
        self.pacings[worker].reduce("Call", at)
        self.pace[worker] = max(SLOWEST, self._pace(worker, at) / 2)
        self.paced_at[worker] = at
        wait = self.pacings[worker].wait("Call", at)
        assert wait >= before - 1e-4
        assert wait == pytest.approx(self.workers / self.rate / self.pace[worker], rel=1e-4)

    @rule(worker=_WORKER, waited=st.booleans(), held=_PART)
    def recycle(self, *, worker: int, waited: bool, held: float) -> None:
        """A new environment takes the worker's place. ``waited``: its message knows how long it waited, if the account was at rest then."""
        worker, at = self._turn(worker)
        self.pacings[worker] = Share({"Call": Quota(self.rate, self.burst)}, self.workers, at)
        proves = waited and self.called[worker] < self.full_at
        made_in = held * (at - (self.full_at if proves else self.free[worker]))
        self.pacings[worker].start_batch(at - self.full_at - made_in if proves else None, at, made_in)
        self.pace[worker], self.paced_at[worker] = 1.0, at
        self.free[worker] = at

    @rule(worker=_WORKER, queued=st.sampled_from([None, 0.0, 20.0]), held=st.sampled_from([0.0, 20.0]))
    def message_arrives(self, *, worker: int, queued: float | None, held: float) -> None:
        """Another batch for an environment that knows its tokens: nothing that it learns of the message adds any."""
        worker, at = self._turn(worker)
        before = self.pacings[worker].wait("Call", at)
        self.pacings[worker].start_batch(queued, at, held)
        assert self.pacings[worker].wait("Call", at) == before
        assert self.pacings[worker].reserve("Call", at) == before  # nothing of this batch was put off before

    @rule(worker=_WORKER)
    def put_off(self, *, worker: int) -> None:
        """Messages of a batch are put off, each to a token of its own."""
        worker, at = self._turn(worker)
        first, second = (self.pacings[worker].reserve("Call", at) for _ in range(2))
        assert self.pacings[worker].wait("Call", at) <= first
        assert first < second or second == 0.0

    @rule(spent=st.booleans())
    def quiet(self, *, spent: bool) -> None:
        """After quiet time all have their pace back, and what they may save up. ``spent``: at once, so that the pace shows."""
        self.now = (
            max(self.now, *self.free, *self.calls[-1:]) + RECOVERY_SECONDS + max(self.burst, self.workers) / self.rate
        )
        self.full_at = self.now
        for worker, pacing in enumerate(self.pacings):
            assert pacing.wait("Call", self.now) == 0.0
            made = 0
            while spent and pacing.wait("Call", self.now) == 0.0:
                self._call(worker, self.now, 0.0)
                made += 1
            assert not spent or made >= max(1, self.saved)
            assert pacing.wait("Call", self.now) <= self.workers / self.rate + 1e-4

    @invariant()
    def the_account_admits_every_call(self) -> None:
        if hasattr(self, "calls"):
            account = Bucket(Rate(self.rate, self.burst), _BEGAN)
            late = self.workers * 1e-6 / self.rate  # a token counts as whole a millionth early
            assert all(account.take(at + late) for at in sorted(self.calls))

    def _turn(self, worker: int) -> tuple[int, float]:
        """The worker, and when it can do something: it does one thing after the other."""
        worker %= self.workers
        return worker, max(self.now, self.free[worker])

    def _call(self, worker: int, at: float, travel: float) -> None:
        self.pacings[worker].take("Call", at)
        self.free[worker] = self.called[worker] = at
        self.calls.append(at + travel * self.jitter)

    def _pace(self, worker: int, now: float) -> float:
        return min(1.0, self.pace[worker] + (now - self.paced_at[worker]) / RECOVERY_SECONDS)


PacingMachine.TestCase.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
TestPacing = PacingMachine.TestCase


@settings(max_examples=200, deadline=None)
@given(
    waits=st.lists(st.sampled_from([0.0, 0.3, 2.0, 30.0, 200.0]), max_size=30),
    throttles=st.lists(st.booleans(), max_size=30),
)
def test_a_throttled_worker_gets_slower_and_recovers(waits: list[float], throttles: list[bool]) -> None:
    """After a throttle the next token is later than it would have been, or as late as ever; two quiet minutes later all is as before."""
    slowest = 1 / SLOWEST  # seconds for a token at this share of one a second
    now, pacing = 1000.0, Share({"Call": Quota(2.0, 5.0)}, 2, 1000.0)
    for pause, throttled in zip(waits, throttles, strict=False):
        now += pause
        before = pacing.wait("Call", now)
        if throttled:
            pacing.reduce("Call", now)
            after = pacing.wait("Call", now)
            assert after > before or after == pytest.approx(slowest, rel=1e-4)  # a token is whole a little early
    assert pacing.wait("Call", now + 120.0) == 0.0
