"""What passes by itself: back-off, outages, the pace, and the end of an invocation. Nothing is lost and nothing ends too early."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from local.connect.model import Fault, FaultKind
from tests.component.services import START
from tests.component.world import TIMEOUT, World

HOUR = 3600.0


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.THROTTLE,
        FaultKind.THROTTLE_400,
        FaultKind.UNAVAILABLE,
        FaultKind.REFUSED,
        FaultKind.HANG,
        FaultKind.ACCESS_DENIED,
        FaultKind.EXPIRED_TOKEN,
        FaultKind.ACTIVE_TASK_QUOTA,
    ],
)
@pytest.mark.parametrize("operation", ["TransferContact", "*"])
def test_an_outage_of_whatever_kind_fails_nothing_before_the_deadline(
    new_world: Callable[..., World], kind: FaultKind, operation: str
) -> None:
    world = new_world(retry_for_hours=2)
    world.connect.add_fault(Fault(kind, operation, seconds=1.7 * HOUR))
    contact = world.contact()
    world.carry_out(contact)
    assert world.codes == []
    assert [old for old, _ in world.transfers] == [contact]


@pytest.mark.slow
def test_a_day_of_outage_loses_nothing_and_fails_nothing(world: World) -> None:
    world.connect.add_fault(Fault(FaultKind.UNAVAILABLE, seconds=23.7 * HOUR))
    contacts = [world.contact() for _ in range(2)]
    for contact in contacts:
        world.send(world.request(contact))
    world.settle()
    assert world.codes == []
    assert sorted(old for old, _ in world.transfers) == sorted(contacts)
    assert max(message.receives for message in world.queue.everything) < 500


@pytest.mark.slow
def test_after_the_deadline_it_is_exhausted_and_says_by_what(world: World) -> None:
    world.connect.add_fault(Fault(FaultKind.ACCESS_DENIED, "DescribeContact"))
    world.carry_out(world.contact())
    assert world.codes == ["RetriesExhausted"]
    assert "AccessDenied" in world.dead[0]["FailureMessage"]
    assert world.time.now - START >= 24 * HOUR


def test_a_lost_answer_repeated_until_the_deadline_is_exhausted_once_connect_shows_it_did_nothing(
    new_world: Callable[..., World],
) -> None:
    world = new_world(retry_for_hours=1)
    world.connect.add_fault(Fault(FaultKind.INTERNAL_ERROR, "TransferContact"))
    world.carry_out(world.contact())
    assert world.codes == ["RetriesExhausted"]
    assert world.transfers == []


def test_an_exhausted_request_has_its_whole_time_again_when_it_is_redriven(new_world: Callable[..., World]) -> None:
    world = new_world(retry_for_hours=2)
    world.connect.add_fault(Fault(FaultKind.ACCESS_DENIED, "DescribeContact", seconds=4 * HOUR))
    world.carry_out(world.contact())
    assert world.codes == ["RetriesExhausted"]
    world.time.now = START + 3 * HOUR
    world.send(world.queue.dead[0]["MessageBody"])
    world.settle()
    assert world.codes == ["RetriesExhausted"]
    assert len(world.transfers) == 1


def test_the_back_off_is_capped_and_its_delays_grow(world: World) -> None:
    world.connect.add_fault(Fault(FaultKind.UNAVAILABLE, seconds=12 * HOUR))
    message = world.send(world.request(world.contact()))
    delays = []
    while world.queue.waiting and world.time.now < START + 11 * HOUR:
        world.time.now = message.visible_at
        world.once()
        delays.append(message.visible_at - world.time.now)
    assert max(delays) <= 900
    assert max(delays) > 600
    assert max(delays[:3]) <= 16


def test_a_denial_by_the_dead_letter_queue_is_logged_as_access_denied(
    world: World, log_lines: Callable[[], list[str]]
) -> None:
    world.send({})
    world.queue.refuse = ClientError({"Error": {"Code": "AccessDenied"}}, "SendMessage")
    assert world.once() == ["m1"]
    assert any('"cause":"AccessDenied"' in line for line in log_lines())


def test_a_batch_is_paced_to_the_workers_share_of_the_quota(world: World) -> None:
    world.time.now += 3600  # an environment that has been idle has its share of the burst saved up
    for _ in range(10):
        world.send(world.request(world.contact()))
    world.once()
    times = [call.time for call in world.connect.history.calls if call.operation == "TransferContact"]
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert len(times) == 10
    assert sum(gap > 0.9 for gap in gaps) >= 7
    assert max(gaps) < 1.2


def test_a_message_that_cannot_be_served_in_time_goes_to_the_next_free_token_without_an_attempt(world: World) -> None:
    for _ in range(70):
        world.send(world.request(world.contact()))
    messages = world.receive(70)
    back = world.invoke(messages)
    assert 15 <= len(back) <= 25
    assert world.time.now - START <= TIMEOUT
    waiting = sorted(message.visible_at - world.time.now for message in world.queue.waiting)
    assert waiting[-1] - waiting[0] == pytest.approx(len(back) - 1, abs=2)
    world.settle()
    assert len(world.transfers) == 70
    assert {event["attempts"] for event in world.published("Succeeded")} == {1}


def test_waiting_for_the_pace_exhausts_nothing(new_world: Callable[..., World]) -> None:
    world = new_world(transfers_per_second=0.02, retry_for_hours=0.1)
    for _ in range(20):
        world.send(world.request(world.contact()))
    world.settle()
    assert world.codes == []
    assert len(world.transfers) == 20
    assert world.time.now - START > 0.1 * HOUR


def test_a_throttled_worker_slows_down_and_recovers(world: World) -> None:
    world.connect.add_fault(Fault(FaultKind.THROTTLE, "TransferContact", seconds=60))
    for _ in range(30):
        world.send(world.request(world.contact()))
    world.settle()
    throttled = [call for call in world.connect.history.calls if call.status == 429]
    assert len(throttled) < 15
    assert len(world.transfers) == 30


def test_a_fresh_environment_starts_empty_behind_a_backlog(world: World) -> None:
    for _ in range(3):
        world.send(world.request(world.contact()))
    world.time.now += 120
    world.worker = world.new_worker()
    world.once()
    times = [call.time for call in world.connect.history.calls if call.operation == "TransferContact"]
    assert times[0] - (START + 120) == pytest.approx(1, abs=0.1)
    assert times[2] - times[0] == pytest.approx(2, abs=0.1)


def test_a_defect_of_the_worker_keeps_the_message_and_the_others_go_on(
    world: World, log_lines: Callable[[], list[str]]
) -> None:
    def defect(_: str) -> None:
        raise ZeroDivisionError("SECRET")

    first, second = world.contact(), world.contact()
    world.interrupt("before put_item", defect)
    world.send(world.request(first))
    world.send(world.request(second))
    assert world.once() == ["m1"]
    assert [old for old, _ in world.transfers] == [second]
    unexpected = [line for line in log_lines() if '"unexpected"' in line]
    assert "ZeroDivisionError" in unexpected[0]
    assert "SECRET" not in unexpected[0]
    world.settle()
    assert len(world.transfers) == 2
