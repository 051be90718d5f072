"""A transfer whose answer was lost, and whose flow then moves the new contact on or ends it: it is never reported as failed."""

from __future__ import annotations

from typing import Any

import pytest

from local.connect.model import Course, FaultKind
from tests.component.doors import Doors
from tests.component.services import START
from tests.properties.losing import Client

QUEUE, AGENT, FLOW, ROUTE = "queue", "agent", "flow", "route"
#: The old contact shows as ended at once, or beside its successor for longer than settleMinutes.
ENDED, ACTIVE = 0.0, 3000.0


def _destination(doors: Doors, kind: str) -> dict[str, Any]:
    if kind == AGENT:
        return {"queueId": None, "userId": doors.seed.users["ana"], "contactFlowId": doors.seed.flows["Move to agent"]}
    return {"queueId": None} if kind == FLOW else {}


def _lost(kind: str, course: Course, active: float) -> tuple[Doors, str, str]:
    """Send a request whose answer is lost and whose token is forgotten. Answer the world, the contact and the new one."""
    doors = Doors(Client(), routes={"again": 1})
    doors.connect.set_switches(token_forgotten_after=0.0, old_contact_active_for=active)
    for place in (doors.seed.queues["Billing"], doors.seed.users["ana"], doors.seed.flows["Move to queue"]):
        doors.connect.others.set_course(place, course, queue_id=doors.seed.queues["Support"])
    contact = doors.contact()
    doors.lose(FaultKind.LOST_RESET)
    given = {"requestId": "r", **_destination(doors, kind)}
    if kind == ROUTE:
        doors.route(contact, **given)
    else:
        doors.send(doors.request(contact, **given))
    doors.settle()
    [(_, new)] = doors.transfers
    return doors, contact, new


@pytest.mark.parametrize("kind", [QUEUE, AGENT, FLOW, ROUTE])
@pytest.mark.parametrize("course", [Course.MOVES_ON, Course.FAILS])
@pytest.mark.parametrize("active", [ENDED, ACTIVE])
def test_it_is_inferred_or_unknown_and_nobody_calls_again(kind: str, course: Course, active: float) -> None:
    doors, _, new = _lost(kind, course, active)
    assert set(doors.codes) <= {"OutcomeUnknown"}
    assert {event["newContactId"] for event in doors.published("Succeeded")} <= {new}
    assert len(doors.codes) + len(doors.published("Succeeded")) == 1
    if active:
        assert doors.calls("TransferContact") == 1, "called beside a successor"
    doors.send(doors.request(doors.contact(), requestId="r"))  # the name stays bound
    if kind == ROUTE:
        doors.route(new)  # the route's permit stays taken
    doors.settle()
    assert doors.codes[len(doors.codes) - 1 - (kind == ROUTE) :][0] == "IdempotencyMismatch"
    if kind == ROUTE and course is Course.MOVES_ON:
        assert doors.codes[-1] == "RouteLimitReached"
    assert len(doors.transfers) == 1


@pytest.mark.parametrize("later", [20.0, 4 * 3600.0])
@pytest.mark.parametrize("queue", ["Support", "Billing"])
def test_an_agents_own_transfer_after_a_call_that_did_nothing_is_not_ours(later: float, queue: str) -> None:
    """Seconds after the call and in another queue, or hours after it and wherever: the window belongs to the last attempt."""
    doors = Doors(Client())
    contact = doors.contact()
    doors.lose(FaultKind.INTERNAL_ERROR)
    doors.connect.others.transfer(contact, queue_id=doors.seed.queues[queue], at=START + later)
    message = doors.try_once(contact)
    message.visible_at = START + later + 10
    doors.settle()
    assert doors.transfers == []
    if later == 20.0 and queue == "Billing":  # just what our call would have made: evidence enough
        assert [event["attribution"] for event in doors.published("Succeeded")] == ["inferred"]
    else:
        assert doors.published("Succeeded") == []
        assert doors.codes == ["OutcomeUnknown"]


def test_the_window_of_an_earlier_attempt_ends_with_it() -> None:
    """An agent moved the contact between two calls that did nothing, and Connect shows it after both."""
    doors = Doors(Client())
    doors.connect.set_switches(end_shown_after=7200.0, successor_listed_after=5400.0)
    contact = doors.contact()
    doors.lose(FaultKind.INTERNAL_ERROR, calls=2)
    doors.connect.others.transfer(contact, queue_id=doors.seed.queues["Billing"], at=START + 1800)
    message = doors.try_once(contact)
    message.visible_at = START + 3600
    doors.settle()
    assert doors.calls("TransferContact") >= 2
    assert doors.transfers == []
    assert doors.published("Succeeded") == []
    assert doors.codes == ["OutcomeUnknown"]


@pytest.mark.parametrize("at", [2, 3])
def test_no_call_is_made_again_for_an_ended_contact_after_the_request_has_expired(at: float) -> None:
    """Before it, the same call is made once more, since an ended contact cannot be transferred."""
    doors = Doors(Client())
    doors.connect.set_switches(token_forgotten_after=0.0, successor_listed_after=3000.0)
    doors.lose(FaultKind.LOST_RESET)
    message = doors.send(doors.request(doors.contact(), expiresAt="2026-02-25T06:14:00Z"))
    expires = 1_772_000_040.0
    doors.once()
    message.visible_at = expires - 1 if at == 2 else expires
    doors.time.now = message.visible_at
    doors.settle()
    calls = [call.time for call in doors.connect.history.calls if call.operation == "TransferContact"]
    assert len(calls) == 1 if at == 3 else len(calls) >= 2
    assert max(calls) < expires
    assert doors.codes == ["OutcomeUnknown"]
    assert len(doors.transfers) == 1


def _late_at_will(doors: Doors) -> None:
    """Connect shows neither the end nor the successor for an hour, four times settleMinutes."""
    doors.connect.set_switches(token_forgotten_after=0.0, end_shown_after=3600.0, successor_listed_after=3600.0)


@pytest.mark.parametrize("ends", ["invalid-request", "not-found"])
def test_a_refusal_that_the_requests_own_call_explains_is_no_failure(ends: str) -> None:
    """However late an end and a successor show: a request that called learns nothing from being refused afterwards."""
    doors = Doors(Client())
    _late_at_will(doors)
    doors.connect.set_switches(ended_contact_answers=ends)
    doors.lose(FaultKind.LOST_RESET)
    doors.carry_out(doors.contact(), requestId="r")
    [(_, new)] = doors.transfers
    assert set(doors.codes) <= {"OutcomeUnknown"}
    assert {event["newContactId"] for event in doors.published("Succeeded")} <= {new}
    assert len(doors.codes) + len(doors.published("Succeeded")) == 1
