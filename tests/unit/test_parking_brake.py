"""The brake on parking: ten failures in a row within a minute, and then one look a minute."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.failure_codes import FailureCode
from contact_transfer.transfer.failures import FAILURES
from contact_transfer.transfer.parking_brake import ParkingBrake, wait

REQUEST = TransferRequest("i", "c", "flow", "queue")
ARCHIVED, GONE, NO_QUEUE = FailureCode.FLOW_NOT_USABLE, FailureCode.FLOW_NOT_FOUND, FailureCode.DESTINATION_NOT_FOUND


def braked(code: FailureCode = ARCHIVED, request: TransferRequest = REQUEST) -> ParkingBrake:
    """A brake that ten failures at the time 0 have put on."""
    brake = ParkingBrake()
    assert all(brake.is_parked(request, code, 0.0) for _ in range(10))
    return brake


def test_the_first_ten_are_parked_and_the_others_wait() -> None:
    brake = braked()
    assert brake.held_by(REQUEST, 1.0) is ARCHIVED
    assert not brake.is_parked(REQUEST, ARCHIVED, 1.0)


def test_one_a_minute_looks_whether_it_is_put_right() -> None:
    brake = braked()
    assert brake.held_by(REQUEST, 59.9) is ARCHIVED
    assert brake.held_by(REQUEST, 60.0) is None
    assert brake.held_by(REQUEST, 60.1) is ARCHIVED
    assert not brake.is_parked(REQUEST, GONE, 60.2)
    assert brake.held_by(REQUEST, 120.1) is GONE
    assert brake.held_by(REQUEST, 120.2) is None


def test_a_transfer_takes_the_brake_off() -> None:
    brake = braked()
    brake.release(REQUEST)
    assert brake.held_by(REQUEST, 1.0) is None
    assert all(brake.is_parked(REQUEST, ARCHIVED, 2.0) for _ in range(10))


def test_ten_that_are_spread_over_more_than_a_minute_put_no_brake_on() -> None:
    brake = ParkingBrake()
    assert all(brake.is_parked(REQUEST, ARCHIVED, number * 6.7) for number in range(100))
    assert brake.held_by(REQUEST, 670.0) is None


def test_a_transfer_or_another_code_in_between_begins_the_row_anew() -> None:
    brake = ParkingBrake()
    for _ in range(3):
        assert all(brake.is_parked(REQUEST, ARCHIVED, 0.0) for _ in range(9))
        assert brake.is_parked(REQUEST, GONE, 0.0)
        brake.release(REQUEST)
    assert brake.held_by(REQUEST, 0.0) is None


def test_requests_for_other_flows_and_destinations_go_on() -> None:
    brake = braked()
    assert brake.held_by(replace(REQUEST, contact_flow_id="other"), 1.0) is None
    assert brake.held_by(replace(REQUEST, instance_id="other"), 1.0) is None
    assert brake.held_by(replace(REQUEST, queue_id=None, user_id="u"), 1.0) is ARCHIVED
    brake = braked(NO_QUEUE)
    assert brake.held_by(replace(REQUEST, contact_flow_id="other"), 1.0) is NO_QUEUE
    assert brake.held_by(replace(REQUEST, queue_id="other"), 1.0) is None
    assert brake.held_by(replace(REQUEST, queue_id=None), 1.0) is None


def test_one_that_has_waited_before_puts_the_brake_of_a_new_environment_on() -> None:
    brake = ParkingBrake()
    assert not brake.is_parked(REQUEST, ARCHIVED, 0.0, has_waited=True)
    assert brake.held_by(REQUEST, 59.9) is ARCHIVED
    assert brake.held_by(REQUEST, 60.0) is None


def test_a_request_that_fails_for_a_reason_of_its_own_lets_the_next_one_look() -> None:
    brake = braked()
    assert brake.held_by(REQUEST, 60.0) is None
    assert brake.is_parked(REQUEST, FailureCode.CONTACT_NOT_ACTIVE, 60.1)
    assert brake.held_by(REQUEST, 60.2) is None


def test_a_destination_that_is_not_found_shows_that_the_flow_is_good_again() -> None:
    brake = braked()
    assert brake.is_parked(REQUEST, NO_QUEUE, 60.0)
    assert brake.held_by(REQUEST, 60.1) is None


@pytest.mark.parametrize("code", sorted(set(FAILURES) - {ARCHIVED, GONE, NO_QUEUE}))
def test_no_other_code_puts_the_brake_on(code: FailureCode) -> None:
    brake = ParkingBrake()
    assert all(brake.is_parked(REQUEST, code, 0.0) for _ in range(100))
    assert brake.held_by(REQUEST, 0.0) is None


def test_what_is_remembered_is_bounded() -> None:
    brake = ParkingBrake()
    for number in range(5000):
        brake.is_parked(replace(REQUEST, contact_flow_id=str(number)), ARCHIVED, 0.0)
    assert len(brake._failures) <= 1000


def test_a_request_waits_a_minute_and_after_an_hour_longer_so_that_its_receives_last() -> None:
    assert [wait(waited) for waited in (0.0, 3600.0, 7200.0, 86400.0)] == [60.0, 60.0, 120.0, 900.0]
    waited, receives = 0.0, 0
    while waited < 7 * 86400.0:
        waited, receives = waited + wait(waited), receives + 1
    assert receives < 1000
