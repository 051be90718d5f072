"""Requests with a condition: carried out while it holds, skipped when it does not, and never while a call may have moved the contact."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from local.connect.model import FaultKind
from local.connect.model.switches import Ended
from tests.component.world import INSTANCE_ARN, World


def _queued(world: World, queue: str = "Support") -> str:
    contact = world.contact()
    world.connect.others.place(contact, queue_id=world.seed.queues[queue])
    return contact


def _in_flow(world: World) -> str:
    return world.contact()


def _with_agent(world: World) -> str:
    contact = _queued(world)
    world.connect.others.place(contact, user_id=world.seed.users["ana"])
    return contact


def _ended(world: World) -> str:
    contact = _queued(world)
    world.connect.others.end(contact)
    return contact


def _moved_by_hand(world: World) -> str:
    contact = _queued(world)
    world.connect.others.transfer(contact, queue_id=world.seed.queues["Billing"])
    return contact


def _moved_by_another_request(world: World) -> str:
    contact = _queued(world)
    world.carry_out(contact, requestId="first")
    return contact


STATES: list[tuple[Callable[[World], str], str | None]] = [
    (_queued, None),
    (_in_flow, "NotInQueue"),
    (_with_agent, "ConnectedToAgent"),
    (_ended, "ContactEnded"),
    (_moved_by_hand, "ContactEnded"),
    (_moved_by_another_request, "ContactEnded"),
]


@pytest.mark.parametrize(("state", "reason"), STATES, ids=lambda one: getattr(one, "__name__", str(one)))
def test_only_a_contact_that_waits_is_transferred(
    world: World, state: Callable[[World], str], reason: str | None
) -> None:
    contact = state(world)
    world.send(world.request(contact, onlyIfWaiting=True, requestId="r", reason="late", batchId="night"))
    before = world.calls("TransferContact")
    assert world.once() == []
    if reason is None:
        assert [old for old, _ in world.transfers] == [contact]
        assert world.published("Succeeded")[-1]["batchId"] == "night"
        return
    assert world.calls("TransferContact") == before
    [event] = world.published("Skipped")
    assert event["skipReason"] == reason
    assert {name: event[name] for name in ("contactId", "requestId", "reason", "batchId", "onlyIfWaiting", "attempts")} == {
        "contactId": contact, "requestId": "r", "reason": "late", "batchId": "night", "onlyIfWaiting": True, "attempts": 1,
    }  # fmt: skip
    assert world.dead == []


@pytest.mark.parametrize("spelling", ["id", "arn"])
def test_only_the_queue_that_is_named_will_do(world: World, spelling: str) -> None:
    wanted = world.seed.queues["Support"]
    named = wanted if spelling == "id" else f"{INSTANCE_ARN}/queue/{wanted}"
    there, elsewhere = _queued(world, "Support"), _queued(world, "Billing")
    for contact in (there, elsewhere):
        world.send(world.request(contact, onlyIfInQueueId=named))
    world.settle()
    assert [old for old, _ in world.transfers] == [there]
    assert [(event["contactId"], event["skipReason"]) for event in world.published("Skipped")] == [
        (elsewhere, "NotInQueue")
    ]


def test_a_condition_that_is_false_is_none(world: World) -> None:
    world.carry_out(_in_flow(world), onlyIfWaiting=False)
    assert len(world.transfers) == 1


def test_a_skipped_request_may_be_sent_again_under_its_name(world: World) -> None:
    contact = _in_flow(world)
    request = world.request(contact, onlyIfWaiting=True, requestId="r")
    world.send(request)
    world.settle()
    world.connect.others.place(contact, queue_id=world.seed.queues["Support"])
    world.send(request)
    other = _queued(world)
    world.settle()
    assert [old for old, _ in world.transfers] == [contact]
    world.send(world.request(other, requestId="r"))  # now the name is the transfer's
    world.settle()
    assert world.codes == ["IdempotencyMismatch"]


def test_a_skipped_request_gives_its_name_to_another(world: World) -> None:
    world.carry_out(_in_flow(world), onlyIfWaiting=True, requestId="r")
    contact = _queued(world)
    world.carry_out(contact, onlyIfWaiting=True, requestId="r")
    assert [old for old, _ in world.transfers] == [contact]


def test_a_skipped_message_that_comes_back_is_skipped_again_whatever_the_contact_does(world: World) -> None:
    contact = _in_flow(world)
    message = world.send(world.request(contact, onlyIfWaiting=True))
    world.bus.refuse = True
    world.once()
    world.bus.refuse = False
    world.connect.others.place(contact, queue_id=world.seed.queues["Support"])
    world.settle()
    assert [event["skipReason"] for event in world.published("Skipped")] == ["NotInQueue"]
    world.invoke([message])  # once more, after its deletion was lost
    assert [event["skipReason"] for event in world.published("Skipped")] == ["NotInQueue"] * 2
    assert world.transfers == []


@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("then", ["agent", "end", "nothing"])
@pytest.mark.parametrize("doubt", ["repeat", "wait"])
def test_a_lost_answer_is_never_turned_into_a_skip(
    new_world: Callable[..., World], then: str, doubt: str, *, applied: bool
) -> None:
    world = new_world(when_in_doubt=doubt)
    world.connect.set_switches(token_forgotten_after=0.0)
    contact = _queued(world)
    world.lose(FaultKind.LOST_RESET if applied else FaultKind.RESET)
    world.try_once(contact, onlyIfWaiting=True)
    if then == "agent":
        new = world.transfers[0][1] if applied else contact
        world.connect.others.place(new, user_id=world.seed.users["ana"])
    elif then == "end":
        world.connect.others.end(contact)
    world.settle()
    moved, skipped = len(world.transfers), len(world.published("Skipped"))
    assert moved <= 1
    if moved:
        assert skipped == 0
        assert len(world.published("Succeeded")) + world.codes.count("OutcomeUnknown") == 1
    elif then == "agent":
        assert [event["skipReason"] for event in world.published("Skipped")] == ["ConnectedToAgent"]


def test_a_contact_whose_condition_cannot_be_looked_at_is_not_transferred(world: World) -> None:
    world.connect.set_switches(contact_described_after=30.0)
    contact = _queued(world)
    world.try_once(contact, onlyIfWaiting=True)
    assert world.calls("TransferContact") == 0
    world.settle()
    assert [old for old, _ in world.transfers] == [contact]


def test_an_unknown_contact_stays_a_failure(world: World) -> None:
    world.carry_out("00000000-0000-4000-8000-000000000000", onlyIfWaiting=True)
    assert world.codes == ["ContactNotFound"]
    assert world.published("Skipped") == []


@pytest.mark.parametrize("answers", list(Ended))
def test_an_end_that_only_the_call_shows_is_a_skip_too(world: World, answers: Ended) -> None:
    world.connect.set_switches(ended_contact_answers=answers)
    contact = _queued(world)

    def ends(_: str) -> None:
        world.connect.others.end(contact)

    world.interrupt("before transfer_contact", ends)
    world.carry_out(contact, onlyIfWaiting=True)
    assert [event["skipReason"] for event in world.published("Skipped")] == ["ContactEnded"]
    assert world.dead == []
