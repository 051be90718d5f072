"""Faults on the model: when they strike and what they do."""

from __future__ import annotations

from typing import Any

import pytest

from local.connect.model import Delivery, Fault, FaultKind
from local.connect.model.faults import EFFECTS

STATUS = {
    "throttle": 429,
    "throttle-400": 400,
    "internal-error": 500,
    "unavailable": 503,
    "request-timeout": 408,
    "conflict": 409,
    "access-denied": 403,
    "expired-token": 403,
    "active-task-quota": 402,
    "lost-500": 500,
    "lost-503": 503,
    "lost-408": 408,
    "lost-409": 409,
}


@pytest.mark.parametrize("kind", list(EFFECTS), ids=str)
def test_each_fault_applies_or_not_and_shows_what_it_promises(scene: Any, kind: FaultKind) -> None:
    task = scene.task()
    scene.connect.add_fault(Fault(kind, "TransferContact", calls=1))
    reply = scene.to_support(task, "t")
    lost = kind.startswith("lost-")
    assert len(scene.connect.history.transfers) == int(lost)
    if str(kind) in STATUS:
        assert (reply.delivery, reply.status) == (Delivery.ANSWER, STATUS[str(kind)])
    elif "page" in kind:
        assert (reply.delivery, reply.page) == (Delivery.PAGE, int(kind.rpartition("-")[2]))
    else:
        assert str(reply.delivery) == kind.removeprefix("lost-")
    record = scene.connect.history.calls[-1]
    assert (record.applied, record.fault) == (lost, str(kind))
    assert scene.connect.history.stats()["lost_answers"] == int(lost)
    assert scene.to_support(task, "t").status == 200
    assert len(scene.connect.history.transfers) == 1


def test_a_lost_answer_hides_a_rejection_too(scene: Any) -> None:
    scene.connect.add_fault(Fault(FaultKind.LOST_500))
    reply = scene.transfer(scene.task(), ContactFlowId=scene.ids.flows["Retired"])
    assert reply.status == 500
    record = scene.connect.history.calls[-1]
    assert (record.status, record.code, record.applied, record.delivered) == (
        400, "InvalidRequestException", False, "error 500",
    )  # fmt: skip


def test_slow_answers_late_and_late_takes_effect_late(scene: Any) -> None:
    scene.connect.add_fault(Fault(FaultKind.SLOW, delay=2, calls=1))
    assert scene.to_support(scene.task()).delay == 2
    scene.connect.add_fault(Fault(FaultKind.LATE, delay=3, calls=1))
    params = {
        "InstanceId": scene.ids.instance_id,
        "ContactId": scene.task(),
        "ContactFlowId": scene.ids.flows["Move to queue"],
    }
    call = scene.connect.receive("TransferContact", params)
    assert call.hold == 3
    scene.connect.others.end(params["ContactId"], at=scene.clock.now + 1)
    scene.clock.wait(call.hold)
    assert scene.connect.finish(call).status == 400


def test_a_delay_joins_another_fault(scene: Any) -> None:
    scene.connect.add_fault(Fault(FaultKind.SLOW, delay=2))
    scene.connect.add_fault(Fault(FaultKind.LOST_RESET))
    reply = scene.to_support(scene.task())
    assert (reply.delay, reply.delivery) == (2, Delivery.RESET)
    assert scene.connect.history.calls[-1].fault == "slow+lost-reset"


def test_faults_choose_operation_contact_number_and_time(scene: Any) -> None:
    one, other = scene.task(), scene.task()
    scene.connect.add_fault(
        Fault(FaultKind.UNAVAILABLE, "DescribeContact", contact_id=one, skip=1, starts_after=10, seconds=10)
    )

    def status(contact: str) -> int:
        return int(scene.ask("DescribeContact", ContactId=contact).status)

    assert status(one) == 200  # not begun
    scene.clock.wait(10)
    assert [status(other), status(one), status(one)] == [200, 200, 503]  # another contact; skipped; struck
    assert scene.ask("ListAssociatedContacts", ContactId=one).status == 200
    scene.clock.wait(10)
    assert status(one) == 200
    assert scene.connect.store.faults.in_force() == {}


def test_the_older_fault_decides_and_the_younger_is_not_used_up(scene: Any) -> None:
    scene.connect.add_fault(Fault(FaultKind.THROTTLE, calls=1))
    younger = scene.connect.add_fault(Fault(FaultKind.UNAVAILABLE, calls=1))
    task = scene.task()
    assert [scene.to_support(task).status for _ in range(3)] == [429, 503, 200]
    assert not scene.connect.remove_fault(younger)


def test_probability_is_drawn_from_the_seed(scene: Any) -> None:
    scene.connect.add_fault(Fault(FaultKind.UNAVAILABLE, "DescribeContact", probability=0.5))
    task = scene.task()
    struck = [scene.ask("DescribeContact", ContactId=task).status for _ in range(200)].count(503)
    assert 60 < struck < 140


def test_a_fault_can_be_ended(scene: Any) -> None:
    number = scene.connect.add_fault(Fault(FaultKind.UNAVAILABLE))
    assert scene.connect.remove_fault(number)
    assert scene.to_support(scene.task()).status == 200


@pytest.mark.parametrize("bad", [{"probability": 2}, {"seconds": -1}, {"delay": -1}])
def test_nonsense_is_refused(bad: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"probability|0 or more"):
        Fault(FaultKind.RESET, **bad)
    with pytest.raises(ValueError, match="needs a delay"):
        Fault(FaultKind.SLOW)
