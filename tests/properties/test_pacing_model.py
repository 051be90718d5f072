"""Pacing against the account's own bucket: whatever the order of calls and pauses, the workers' shares together never overrun it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contact_transfer.pacing import SLOWEST, Pacing
from contact_transfer.settings import Quota
from local.connect.model import Rate
from local.connect.model.quotas import Bucket

_STEPS = st.lists(
    st.tuples(st.integers(0, 4), st.sampled_from([0.0, 0.05, 0.4, 3.0, 60.0]), st.booleans()), min_size=1, max_size=80
)


@settings(max_examples=300, deadline=None)
@given(
    steps=_STEPS,
    workers=st.integers(1, 5),
    rate=st.sampled_from([0.5, 2.0, 10.0]),
    burst=st.sampled_from([5.0, 15.0]),
    at_once=st.booleans(),
)
def test_the_shares_never_overrun_the_quota(
    steps: list[tuple[int, float, bool]], workers: int, rate: float, burst: float, *, at_once: bool
) -> None:
    """Each worker waits for its tokens; the account's bucket, full at first, then admits every call of them all.

    ``at_once``: the first messages had not to wait, which proves that the bucket is full. Later environments are recycled: a
    new one is told how long nobody used its share, and nothing of a queue that has a backlog.
    """
    now, calls = 1000.0, []
    quotas = {"Call": Quota(rate, burst)}
    paced = [Pacing(quotas, workers, now) for _ in range(workers)]
    for pacing in paced:
        pacing.arrived(0.0 if at_once else None, now)
    free = [now] * workers
    for number, pause, recycled in steps:
        now += pause
        worker = number % workers
        at = max(now, free[worker])
        if recycled:
            paced[worker] = Pacing(quotas, workers, at)
            paced[worker].arrived(None, at, at - free[worker])
        at += paced[worker].wait("Call", at)
        paced[worker].take("Call", at)
        free[worker] = at
        calls.append(at)
    account = Bucket(Rate(rate, burst), 1000.0)
    assert all(account.take(at) for at in sorted(calls))


@settings(max_examples=200, deadline=None)
@given(
    waits=st.lists(st.sampled_from([0.0, 0.3, 2.0, 30.0, 200.0]), max_size=30),
    throttles=st.lists(st.booleans(), max_size=30),
)
def test_a_throttled_worker_gets_slower_and_recovers(waits: list[float], throttles: list[bool]) -> None:
    """After a throttle the next token is later than it would have been, or as late as ever; two quiet minutes later all is as before."""
    slowest = 1 / SLOWEST  # seconds for a token at this share of one a second
    now, pacing = 1000.0, Pacing({"Call": Quota(2.0, 5.0)}, 2, 1000.0)
    for pause, throttled in zip(waits, throttles, strict=False):
        now += pause
        before = pacing.wait("Call", now)
        if throttled:
            pacing.throttled("Call", now)
            after = pacing.wait("Call", now)
            assert after > before or after == pytest.approx(slowest, rel=1e-4)  # a token is whole a little early
    assert pacing.wait("Call", now + 120.0) == 0.0
