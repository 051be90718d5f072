"""How the lanes share the quotas: what each has while the other works, and how the normal lane learns of the urgent one."""

from __future__ import annotations

import pytest

from contact_transfer.config.worker_settings import Quota
from contact_transfer.connect.lane_shares import HOLD_SECONDS, LOOK_SECONDS, STILL_SECONDS, LaneShares, Waiting
from contact_transfer.connect.rate_limiter import NotEnoughTime
from contact_transfer.request.lanes import Lane
from contact_transfer.transfer.clock import Clock, Deadline

NONE = Waiting(0, 0)
BACKLOG = 3600.0  # a message that waited so long proves nothing


class Worker:
    """One environment of two, at a quota of 2 a second, on a clock that its own waiting moves."""

    def __init__(self, lane: Lane = Lane.NORMAL, queued: float | None = BACKLOG) -> None:
        self.now = 1000.0
        self.waiting: Waiting | None = NONE
        self.looks: list[float] = []
        clock = Clock(now=lambda: self.now, monotonic=lambda: self.now, sleep=self.sleep)
        self.shares = LaneShares({"T": Quota(2, 5)}, 2, clock, self._look)
        self.shares.start_batch(lane, queued)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def _look(self) -> Waiting | None:
        self.looks.append(self.now)
        return self.waiting

    def call(self) -> None:
        self.shares.acquire("T", Deadline(self.now + 60, self.now + 60))

    def calls(self, seconds: float) -> int:
        """How many calls are made in so many seconds."""
        until, made = self.now + seconds, 0
        while self.now < until:
            self.call()
            made += 1
        return made


def test_with_an_empty_urgent_queue_the_normal_lane_has_all() -> None:
    assert Worker().calls(300) == pytest.approx(300, abs=2), "one of two workers: 1 a second"


@pytest.mark.parametrize("waiting", [Waiting(7, 2), Waiting(1, 0)])
def test_while_urgent_requests_wait_the_normal_lane_has_one_tenth(waiting: Waiting) -> None:
    worker = Worker()
    worker.waiting = waiting
    assert worker.calls(300) == pytest.approx(30, abs=2)


def test_the_urgent_lane_has_nine_tenths_and_asks_nobody() -> None:
    worker = Worker(Lane.URGENT)
    assert worker.calls(300) == pytest.approx(270, abs=2)
    assert worker.looks == []


def test_the_normal_lane_notices_within_two_seconds_and_takes_all_back_when_the_urgent_one_is_done() -> None:
    worker = Worker()
    worker.calls(10)
    worker.waiting = Waiting(3, 2)
    assert worker.calls(100) <= 10 + LOOK_SECONDS + 1
    worker.waiting = NONE
    assert worker.calls(100) == pytest.approx(100 - HOLD_SECONDS, abs=4)


def test_it_looks_every_two_seconds_at_most_and_not_while_its_tenth_carries_it() -> None:
    worker = Worker()
    worker.calls(100)
    gaps = [later - earlier for earlier, later in zip(worker.looks, worker.looks[1:], strict=False)]
    assert len(worker.looks) > 30
    assert min(gaps) >= LOOK_SECONDS
    calm = Worker(queued=0.0)
    for _ in range(10):
        calm.call()
        calm.sleep(11.0)  # one worker's tenth of two calls a second is one call in ten seconds
    assert calm.looks == []


def test_what_is_deferred_in_the_urgent_queue_does_not_slow_the_normal_lane_for_ever() -> None:
    worker = Worker()
    worker.waiting = Waiting(0, 1)
    worker.calls(STILL_SECONDS + HOLD_SECONDS + 10)
    assert worker.calls(100) == pytest.approx(100, abs=3)


def test_a_look_that_fails_leaves_things_as_they_are() -> None:
    worker = Worker()
    worker.waiting = None
    assert worker.calls(100) == pytest.approx(100, abs=2)
    worker.waiting = Waiting(1, 0)
    worker.calls(20)
    worker.waiting = None
    assert worker.calls(100) == pytest.approx(10, abs=2)


def test_an_environment_that_changes_lanes_has_not_earned_what_others_used() -> None:
    worker = Worker(Lane.URGENT)
    worker.calls(60)
    worker.shares.end_batch()
    worker.shares.start_batch(Lane.NORMAL, BACKLOG)
    worker.shares.end_batch()
    worker.sleep(300)
    worker.shares.start_batch(Lane.URGENT, BACKLOG)
    began = worker.now
    worker.call()
    assert worker.now - began > 0.9, "another environment of the lane had its pace meanwhile"


def test_an_urgent_request_that_comes_alone_does_not_wait() -> None:
    worker = Worker(Lane.URGENT)
    worker.calls(60)
    worker.shares.end_batch()
    worker.sleep(300)
    worker.shares.start_batch(Lane.URGENT, 0.1)
    began = worker.now
    worker.call()
    assert worker.now == began


def test_the_urgent_lane_keeps_its_pace_for_a_throttle_while_the_normal_one_may_not_have_noticed() -> None:
    worker = Worker(Lane.URGENT)
    worker.shares.reduce("T")
    assert worker.calls(100) == pytest.approx(90, abs=2)
    worker.shares.reduce("T")
    assert worker.calls(60) < 50


def test_a_slot_beyond_the_invocation_is_refused_with_the_time_to_come_back() -> None:
    worker = Worker()
    worker.waiting = Waiting(5, 0)
    worker.call()
    with pytest.raises(NotEnoughTime) as refused:
        worker.shares.acquire("T", Deadline(worker.now + 8, worker.now + 8))
    assert 8 < refused.value.retry_after <= 10
