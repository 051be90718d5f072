"""One effect, regardless of which worker acts, in which order and when. The world's history is the judge, not the ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from contact_transfer.request.timestamps import rfc3339
from local.connect.model import Fault, FaultKind
from tests.component.services import START
from tests.component.watched import Altered, unreachable
from tests.component.world import Killed, World


def test_a_late_finisher_with_a_200_wins_over_the_worker_that_took_over(world: World) -> None:
    contact = world.contact()
    first, second = world.worker, world.new_worker()
    world.send(world.request(contact))
    [message] = world.receive()
    # The first worker hangs in TransferContact, which was applied, until after its lease; the second looks meanwhile.

    def overtake(_: str) -> None:
        world.time.now += 600
        world.invoke(world.receive(), second)

    world.interrupt("after transfer_contact", overtake)
    world.invoke([message], first)
    world.settle()
    assert len(world.transfers) == 1
    assert {t["newContactId"] for t in world.published("Succeeded")} == {world.transfers[0][1]}
    assert world.codes == []


def test_two_workers_with_duplicates_at_once_transfer_once(world: World) -> None:
    contact = world.contact()
    other = world.new_worker()
    world.send(world.request(contact))
    world.send(world.request(contact))
    one, two = world.receive()

    def meanwhile(_: str) -> None:
        assert world.invoke([two], other) == [two.message_id]

    world.interrupt("before transfer_contact", meanwhile)
    world.invoke([one])
    world.settle()
    assert len(world.transfers) == 1
    assert world.calls("TransferContact") == 1
    assert len(world.published("Succeeded")) == 2


def test_two_different_requests_for_one_contact_at_once_transfer_once(world: World) -> None:
    contact = world.contact()
    other = world.new_worker()
    world.send(world.request(contact, requestId="one"))
    world.send(world.request(contact, requestId="two", queueId=world.seed.queues["Support"]))
    one, two = world.receive()

    def meanwhile(_: str) -> None:
        world.invoke([two], other)

    world.interrupt("before transfer_contact", meanwhile)
    world.invoke([one])
    world.settle()
    assert len(world.transfers) == 1
    assert world.codes == ["ContactNotActive"]


def test_another_request_waits_while_an_attempt_is_in_doubt(world: World) -> None:
    world.connect.set_switches(old_contact_active_for=30, successor_listed_after=20)
    contact = world.contact()
    world.lose(FaultKind.LOST_500)
    first = world.try_once(contact, requestId="one")
    first.visible_at = world.time.now + 300
    world.carry_out(contact, requestId="two", queueId=world.seed.queues["Support"])
    assert len(world.transfers) == 1
    assert world.codes == ["ContactNotActive"]
    assert world.published("Succeeded")[0]["requestId"] == "one"


def test_another_request_goes_ahead_once_the_doubt_of_a_vanished_one_is_settled(world: World) -> None:
    contact = world.contact()
    world.lose(FaultKind.INTERNAL_ERROR)
    world.try_once(contact, requestId="one")
    world.queue.waiting.clear()  # an operator has dropped it
    world.carry_out(contact, requestId="two")
    assert len(world.transfers) == 1
    assert world.published("Succeeded")[0]["requestId"] == "two"


@pytest.mark.parametrize(("queue", "minutes"), [("Support", 0), ("Billing", -30), ("Support", 5)])
def test_an_agents_own_transfer_is_not_announced_as_ours(world: World, queue: str, minutes: float) -> None:
    """Not when the destination contradicts, and not when the time does."""
    contact = world.contact()
    if minutes < 0:
        world.connect.others.transfer(contact, queue_id=world.seed.queues[queue])
        world.time.now -= minutes * 60
        world.connect.set_switches(end_shown_after=7200)
        world.lose(FaultKind.INTERNAL_ERROR)
    else:
        world.lose(FaultKind.INTERNAL_ERROR)
        at = world.time.now + minutes * 60 + 3
        world.connect.others.transfer(contact, queue_id=world.seed.queues[queue], at=at)
    message = world.try_once(contact)
    if minutes > 0:
        message.visible_at = world.time.now + minutes * 60 + 10
    else:
        world.time.now += 10
        world.connect.tick()
    world.settle()
    assert world.transfers == []
    assert world.published("Succeeded") == []
    assert len(world.codes) == 1
    if minutes < 0:
        assert world.codes[0] in {"ContactNotActive", "RejectedByConnect"}
    else:  # it began after the first call: whose it is cannot be known
        assert world.codes == ["OutcomeUnknown"]


def test_an_agents_own_transfer_before_ours_fails_at_once(world: World) -> None:
    contact = world.contact()
    world.connect.others.transfer(contact, queue_id=world.seed.queues["Support"])
    world.try_once(contact)
    assert world.codes == ["ContactNotActive"]


def test_expiry_in_doubt_ends_nothing(world: World) -> None:
    world.connect.set_switches(successor_listed_after=300)
    contact = world.contact()
    world.lose(FaultKind.LOST_HANG)
    world.send(world.request(contact, expiresAt="2026-02-25T06:14:00Z"))
    world.time.now = START
    world.settle()
    assert world.codes == []
    assert len(world.published("Succeeded")) >= 1


def test_a_request_that_expires_while_retried_fails_without_a_late_call(world: World) -> None:
    world.connect.add_fault(Fault(FaultKind.UNAVAILABLE, "TransferContact", seconds=3600))
    contact = world.contact()
    world.carry_out(contact, expiresAt=rfc3339(START + 600))
    assert world.codes == ["RequestExpired"]
    calls = [call.time for call in world.connect.history.calls if call.operation == "TransferContact"]
    assert calls
    assert max(calls) < START + 600


def test_the_deadline_in_doubt_ends_nothing_before_connect_has_been_asked(new_world: Callable[..., World]) -> None:
    world = new_world(retry_for_hours=0.01)
    world.connect.set_switches(successor_listed_after=200)
    contact = world.contact()
    world.lose(FaultKind.LOST_RESET)
    world.carry_out(contact)
    assert world.codes == []
    assert [event["newContactId"] for event in world.published("Succeeded")] == [world.transfers[0][1]]


def test_an_ended_contact_without_successor_is_outcome_unknown_after_the_settling_time(world: World) -> None:
    contact = world.contact()
    world.lose(FaultKind.INTERNAL_ERROR)
    world.try_once(contact)
    world.connect.others.end(contact)
    began = world.time.now
    world.settle()
    assert world.codes == ["OutcomeUnknown"]
    assert world.time.now - began >= 15 * 60


def _not_noted(world: World, request: dict[str, Any]) -> None:
    """The request is transferred, and the ledger cannot be reached when that must be noted."""
    world.send(request)
    world.dynamodb = Altered(world.dynamodb, unreachable, nth=1)
    world.worker = world.new_worker()
    world.once()


def test_a_success_that_the_ledger_could_not_note_is_announced_once_it_is_noted_and_not_repeated(world: World) -> None:
    _not_noted(world, world.request(world.contact()))
    assert world.published("Succeeded") == []
    world.settle()
    assert len(world.transfers) == 1
    assert {t["newContactId"] for t in world.published("Succeeded")} == {world.transfers[0][1]}


def test_a_success_that_nobody_could_note_or_find_again_is_not_announced_before_it_ends_as_unknown(
    world: World,
) -> None:
    """One message, one end: an event that says it was transferred, and a later one that says nobody knows, would be two."""
    world.connect.set_switches(token_forgotten_after=0.0)
    _not_noted(world, world.request(world.contact(), contactFlowId=world.seed.flows["Inbound"], queueId=None))
    world.settle()
    assert len(world.transfers) == 1
    assert (world.codes, world.published("Succeeded")) == (["OutcomeUnknown"], [])


def test_while_the_ledger_is_away_nothing_is_called_and_nothing_lost(world: World) -> None:
    contact = world.contact()
    world.send(world.request(contact))
    world.dynamodb = Altered(world.dynamodb, unreachable, calls=5)
    world.worker = world.new_worker()
    world.once()
    assert world.connect.history.calls == []
    world.settle()
    assert len(world.transfers) == 1


def _killed_each_time(world: World) -> None:
    """Let the message come back until it is parked; every worker may die."""
    for _ in range(60):
        if world.queue.waiting:
            world.time.now = max(world.time.now, min(m.visible_at for m in world.queue.waiting))
            with world.killed(at=10_000):
                world.once()


def test_a_record_that_kills_the_worker_is_parked_in_the_end(world: World) -> None:
    poison, mate = world.contact(), world.contact()
    world.send(world.request(poison))
    world.send(world.request(mate))

    def kill(contact: str) -> None:
        if contact == poison:
            raise Killed

    world.interrupt("before transfer_contact", kill, once=False)
    _killed_each_time(world)
    assert world.codes == ["RetriesExhausted"]
    assert "began 20 times" in world.dead[0]["FailureMessage"]
    assert [old for old, _ in world.transfers] == [mate]


def test_a_request_that_kills_every_worker_once_it_has_called_ends_as_unknown(world: World) -> None:
    """Its call moved the contact, and not even looking comes to an end, so nothing else may be said of it."""
    contact = world.contact()
    world.send(world.request(contact, requestId="r"))

    def kill(_contact: str) -> None:
        if world.transfers:
            raise Killed

    for step in ("after transfer_contact", "before describe_contact", "before list_associated_contacts"):
        world.interrupt(step, kill, once=False)
    _killed_each_time(world)
    assert world.codes == ["OutcomeUnknown"]
    assert "it kills the worker" in world.dead[0]["FailureMessage"]
    world.carry_out(world.contact(), requestId="r")
    assert world.codes == ["OutcomeUnknown", "IdempotencyMismatch"], "the name stays bound"
    assert [old for old, _ in world.transfers] == [contact]
