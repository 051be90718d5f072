"""A write may reach the ledger long after its client has sent it again or given it up. It changes nothing that came after it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from contact_transfer.ledger import records
from contact_transfer.ledger.ledger import Ledger
from contact_transfer.ledger.records import Begun, OthersDoubt
from contact_transfer.ledger.table import LedgerUnavailable, Table
from contact_transfer.request.model import TransferRequest
from contact_transfer.transfer.outcome import Transferred
from local.connect.model import Fault, FaultKind
from tests.component.doors import Doors
from tests.component.watched import give_up, watch
from tests.component.world import World

_TAKE, _GIVE_BACK = "ADD #taken :one", "ADD #taken :minus"


@pytest.fixture
def doors(dynamodb: Any) -> Doors:
    return Doors(dynamodb, routes={"again": 1})


def _soon(world: World) -> str:
    return datetime.fromtimestamp(world.time.now + 60, UTC).isoformat()


def _full(world: World) -> None:
    """The instance takes no more tasks: whoever has begun waits, and holds what it holds."""
    world.connect.add_fault(Fault(FaultKind.ACTIVE_TASK_QUOTA, "TransferContact"))


def test_a_late_note_of_a_failure_frees_no_name_that_has_been_carried_out_since(world: World) -> None:
    draft, contact = world.seed.flows["Draft"], world.contact()
    watched = watch(world, "SET failedAt")
    world.send(world.request(contact, contactFlowId=draft, requestId="r"))
    world.settle()
    world.connect.others.publish_flow(draft)
    world.time.now += 5
    world.send(world.request(contact, contactFlowId=draft, requestId="r"))
    world.settle()
    watched.arrives_late()
    world.send(world.request(world.contact(), requestId="r"))
    world.settle()
    assert world.codes == ["FlowNotUsable", "IdempotencyMismatch"]
    assert [old for old, _ in world.transfers] == [contact]


def test_a_late_claim_binds_no_name_that_has_failed_since(world: World) -> None:
    contact = world.contact()
    watched = watch(world, "REMOVE failedAt")
    world.send(world.request(contact, contactFlowId=world.seed.flows["Draft"], requestId="r"))
    world.interrupt("before describe_contact", lambda _: setattr(world.time, "now", world.time.now + 0.2))
    world.settle()
    watched.arrives_late()
    world.send(world.request(contact, requestId="r"))
    world.settle()
    assert world.codes == ["FlowNotUsable"]
    assert [old for old, _ in world.transfers] == [contact]


def test_the_end_of_a_request_whose_contact_lives_on_leaves_the_next_one_alone(world: World) -> None:
    """Connect kept the contact's id, the ledger's answer never came, and another request is looking into that by now."""
    watched = watch(world, "SET #done", give_up)
    ledger = Ledger(Table(watched, "ledger"), 3600.0)
    first, second = (TransferRequest("i", "c", "flow", queue_id=queue) for queue in ("one", "two"))
    ledger.begin(first, "first", 1000.0, 1070.0)
    with pytest.raises(LedgerUnavailable):
        ledger.finish(first, Transferred("c", None, 1), 1001.0, "first")
    doubt = ledger.begin(second, "second", 1100.0, 1170.0)
    assert isinstance(doubt, OthersDoubt)
    ledger.take_over(second, doubt.attempt, "second", 1100.0, 1170.0)
    watched.arrives_late()
    item = watched.get_item(TableName="ledger", Key={"pk": {"S": records.contact_key("i", "c")}})["Item"]
    assert (item["leaseOwner"]["S"], item["attemptName"]["S"]) == ("second", first.name)


def test_an_allowance_is_not_taken_for_a_request_that_was_refused_it_and_has_failed(doors: Doors) -> None:
    """Its write was sent twice; the first one arrives when the allowance has been given back by the request that held it."""
    first = doors.contact()
    second, third = (doors.contact(PreviousContactId=first) for _ in range(2))
    _full(doors)
    doors.route(first, expiresAt=_soon(doors))
    doors.once()
    watched = watch(doors, _TAKE)
    doors.route(second)
    doors.settle(hours=1)
    assert doors.codes == ["RouteLimitReached", "RequestExpired"]
    watched.arrives_late()
    doors.connect.store.faults.clear()
    doors.route(third)
    doors.settle()
    assert [old for old, _ in doors.transfers] == [third]


def test_an_allowance_is_not_taken_for_a_request_that_failed_without_one(doors: Doors) -> None:
    """No answer to its write ever came, and then the request expired."""
    first = doors.contact()
    second = doors.contact(PreviousContactId=first)
    watched = watch(doors, _TAKE, give_up)
    message = doors.route(first, expiresAt=_soon(doors))
    doors.once()
    message.visible_at = doors.time.now + 120
    doors.settle(hours=1)
    assert doors.codes == ["RequestExpired"]
    watched.arrives_late()
    doors.route(second)
    doors.settle()
    assert [old for old, _ in doors.transfers] == [second]


def test_an_allowance_is_not_given_back_that_a_request_has_taken_up_again(doors: Doors) -> None:
    """Its failure could not be written and was told to nobody; sent again without an end to its time, it is carried out."""
    first = doors.contact()
    second = doors.contact(PreviousContactId=first)
    _full(doors)
    doors.route(first, requestId="r", expiresAt=_soon(doors))
    doors.once()
    watched = watch(doors, _GIVE_BACK, give_up)
    doors.time.now += 120
    doors.once()
    assert len(watched.calls) == 1
    doors.queue.waiting.clear()
    doors.connect.store.faults.clear()
    doors.route(first, requestId="r")
    doors.settle()
    watched.arrives_late()
    doors.route(second)
    doors.settle()
    assert [old for old, _ in doors.transfers] == [first]
    assert doors.codes == ["RouteLimitReached"]


def test_a_begin_that_comes_once_more_takes_no_lease_that_was_given_back(world: World) -> None:
    """Else its release, as late, would take the next one's doubt away with it."""
    watched = watch(world, "SET leaseOwner")
    ledger = Ledger(Table(watched, "ledger"), 3600.0)
    request = TransferRequest("i", "c", "flow", queue_id="one")
    first = ledger.begin(request, "first", 1000.0, 1070.0)
    assert isinstance(first, Begun)
    ledger.release(request, first, failed=True, doubt=False)
    second = ledger.begin(request, "second", 1002.0, 1072.0)
    assert isinstance(second, Begun)
    ledger.release(request, second, failed=True, doubt=True, called=1003.0)
    watched.arrives_late()
    ledger.release(request, first, failed=True, doubt=False)
    third = ledger.begin(request, "third", 1004.0, 1074.0)
    assert isinstance(third, Begun)
    assert third.doubt is not None
    assert third.doubt.last == 1003.0


def test_a_worker_whose_clock_is_behind_begins_all_the_same(world: World) -> None:
    watched = watch(world, "SET leaseOwner")
    ledger = Ledger(Table(watched, "ledger"), 3600.0)
    request = TransferRequest("i", "c", "flow", queue_id="one")
    ahead = ledger.begin(request, "ahead", 1008.0, 1078.0)
    assert isinstance(ahead, Begun)
    ledger.release(request, ahead, failed=True, doubt=False)
    assert isinstance(ledger.begin(request, "behind", 1001.0, 1071.0), Begun)
    assert len(watched.calls) == 3
