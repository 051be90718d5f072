"""A route moves one tree of contacts so often and no more, whatever happens on the way."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.connect.model import Fault, FaultKind
from tests.component.doors import Doors
from tests.component.world import Killed

ROUTES = {"again": 1, "other": 1, "twice": 2}


@pytest.fixture
def doors(dynamodb: Any) -> Doors:
    return Doors(dynamodb, routes=ROUTES)


def _moved(doors: Doors, contact: str, route: str = "again", **given: Any) -> str:
    """Let the route move the contact; answer its successor."""
    doors.route(contact, route, **given)
    doors.settle()
    [new] = [new for old, new in doors.transfers if old == contact]
    return new


def test_a_route_moves_a_tree_once_and_says_so_the_second_time(doors: Doors) -> None:
    first = doors.contact()
    second = _moved(doors, first)
    doors.route(second)
    doors.settle()
    assert doors.codes == ["RouteLimitReached"]
    [event] = doors.published("Failed")
    assert (event["contactId"], event["route"]) == (second, "again")
    assert first in event["failureMessage"]
    assert len(doors.transfers) == 1


def test_a_route_that_is_set_off_by_its_own_transfers_stops_after_one(doors: Doors) -> None:
    """What a careless pattern does: every contact that is queued asks for the next transfer."""
    doors.route(doors.contact())
    answered = 0
    for _ in range(20):
        doors.settle()
        queued = [event for event in doors.heard if event.type == "QUEUED"]
        for event in queued[answered:]:
            doors.route(event.detail["contactId"])
        if answered == len(queued) and not doors.queue.waiting:
            break
        answered = len(queued)
    assert len(doors.transfers) == 1
    assert doors.codes == ["RouteLimitReached"]


def test_another_route_and_another_tree_have_permits_of_their_own(doors: Doors) -> None:
    second = _moved(doors, doors.contact())
    _moved(doors, second, "other")
    _moved(doors, doors.contact())
    assert len(doors.transfers) == 3
    assert doors.codes == []


def test_the_limit_is_the_settings(doors: Doors) -> None:
    third = _moved(doors, _moved(doors, doors.contact(), "twice"), "twice")
    doors.route(third, "twice")
    doors.settle()
    assert len(doors.transfers) == 2
    assert doors.codes == ["RouteLimitReached"]
    assert "2 times" in doors.dead[0]["FailureMessage"]


def test_requests_without_a_route_know_no_such_limit(doors: Doors) -> None:
    second = _moved(doors, doors.contact())
    doors.carry_out(second)
    assert len(doors.transfers) == 2


def test_a_tree_is_found_where_connect_does_not_name_the_initial_contact(doors: Doors) -> None:
    """``InitialContactId`` is optional in the model: without it the chain of previous contacts leads to the first."""
    second = _moved(doors, doors.contact())
    third = _moved(doors, second, "other")
    for contact in doors.connect.store.contacts.values():
        contact.initial_id = contact.id
    doors.route(third)
    doors.settle()
    assert doors.codes == ["RouteLimitReached"]


def test_two_requests_of_one_tree_at_once_do_not_both_pass(doors: Doors) -> None:
    """The second worker begins while the first has its permit and has not yet moved the contact."""
    first = doors.contact()
    second = doors.contact(PreviousContactId=first)  # a linked task: another contact of the same tree
    rival = doors.new_worker()
    doors.route(first)
    doors.route(second)
    mine, theirs = doors.receive()

    def meanwhile(_: str) -> None:
        doors.invoke([theirs], rival)

    doors.interrupt("before transfer_contact", meanwhile)
    doors.invoke([mine])
    doors.settle()
    assert [old for old, _ in doors.transfers] == [first]
    assert doors.codes == ["RouteLimitReached"]


def test_a_request_does_not_wait_because_one_for_another_contact_gave_its_permit_back(doors: Doors) -> None:
    """The other one began later, failed, and gave its permit back while the first was on its way to take one."""
    first, rival = doors.contact(), doors.new_worker()
    second = doors.contact(PreviousContactId=first)
    doors.route(first)
    doors.route(second, queueId="nowhere")
    mine, theirs = doors.receive()

    def meanwhile(_: str) -> None:
        doors.time.now += 1
        doors.invoke([theirs], rival)

    doors.interrupt("before describe_contact", meanwhile)
    assert (doors.invoke([mine]), doors.codes) == ([], ["DestinationNotFound"])
    assert [old for old, _ in doors.transfers] == [first]


def test_redeliveries_use_nothing_up(doors: Doors) -> None:
    contact = doors.contact()
    doors.connect.add_fault(Fault(FaultKind.THROTTLE, "TransferContact", calls=5))
    doors.route(contact)
    doors.settle()
    assert [old for old, _ in doors.transfers] == [contact]
    doors.route(contact)
    doors.settle()
    assert len(doors.transfers) == 1
    assert doors.codes == []


def test_a_definite_failure_gives_the_permit_back(doors: Doors) -> None:
    contact = doors.contact()
    doors.connect.add_fault(Fault(FaultKind.ACTIVE_TASK_QUOTA, "TransferContact"))
    late = doors.route(contact, expiresAt="2026-02-25T07:00:00Z")
    doors.settle(hours=2)
    assert late not in doors.queue.waiting
    assert doors.codes == ["RequestExpired"]
    doors.connect.store.faults.clear()
    _moved(doors, contact)
    assert len(doors.transfers) == 1


@pytest.mark.slow
def test_a_tree_whose_requests_fail_has_an_item_that_does_not_grow(doors: Doors) -> None:
    """A route's item would grow by each request that failed, until DynamoDB takes it no more."""
    contact = doors.contact()
    doors.connect.add_fault(Fault(FaultKind.ACTIVE_TASK_QUOTA, "TransferContact"))
    for _ in range(6):
        expires = datetime.fromtimestamp(doors.time.now + 60, UTC).isoformat()
        doors.route(contact, requestId=f"r-{doors.time.now}", expiresAt=expires)
        doors.settle(hours=1)
        doors.time.now += 3600
    assert doors.codes == ["RequestExpired"] * 6
    found = doors.document(f"route#{doors.instance_id}#{contact}#again")
    assert set(found) == {"returned"}, "of which it holds a bounded number: see tests/unit/test_route_quotas.py"


def test_one_request_that_fails_again_and_again_ends_each_time(doors: Doors) -> None:
    contact = doors.contact()
    doors.connect.add_fault(Fault(FaultKind.ACTIVE_TASK_QUOTA, "TransferContact"))
    for _ in range(3):
        expires = datetime.fromtimestamp(doors.time.now + 60, UTC).isoformat()
        doors.route(contact, requestId="r", expiresAt=expires)
        doors.settle(hours=1)
        doors.time.now += 7200
    assert doors.codes == ["RequestExpired"] * 3


def test_what_another_request_won_gives_the_permit_back(doors: Doors) -> None:
    """The route's request held its permit when it was throttled; then somebody else's request moved the contact."""
    contact = doors.contact()
    doors.connect.add_fault(Fault(FaultKind.THROTTLE, "TransferContact", calls=1))
    message = doors.route(contact)
    doors.invoke(doors.receive())
    message.visible_at = doors.time.now + 3600
    doors.carry_out(contact, queueId=doors.seed.queues["Support"])
    assert doors.codes == ["ContactNotActive"]
    [(_, second)] = doors.transfers
    _moved(doors, second)
    assert len(doors.transfers) == 2


def test_a_request_in_doubt_keeps_the_permit(doors: Doors) -> None:
    """The answer was lost, the contact ended and no successor ever shows: it may have moved, so the route is used up."""
    first = doors.contact()
    second = doors.contact(PreviousContactId=first)  # a linked task: another contact of the same tree
    doors.connect.add_fault(Fault(FaultKind.RESET, "TransferContact", calls=1))
    doors.interrupt("before transfer_contact", doors.connect.others.end)
    doors.route(first)
    doors.settle()
    assert doors.codes == ["OutcomeUnknown"]
    doors.route(second)
    doors.settle()
    assert doors.codes == ["OutcomeUnknown", "RouteLimitReached"]
    assert doors.transfers == []


def test_one_name_with_other_parameters_does_not_give_back_what_the_first_holds(doors: Doors) -> None:
    first = doors.contact()
    second = _moved(doors, first, requestId="r")
    doors.route(first, requestId="r", queueId=doors.seed.queues["Support"])
    doors.route(second)
    doors.settle()
    assert sorted(doors.codes) == ["IdempotencyMismatch", "RouteLimitReached"]


def test_a_contact_that_connect_does_not_show_yet_is_waited_for(doors: Doors) -> None:
    """Otherwise each new contact of a loop would look like a tree of its own."""
    first = doors.contact()
    doors.connect.set_switches(contact_described_after=120, successor_listed_after=120)
    second = _moved(doors, first)
    doors.route(second)
    doors.once()
    assert len(doors.transfers) == 1
    assert len(doors.queue.waiting) == 1
    doors.settle()
    assert doors.codes == ["RouteLimitReached"]


def test_a_contact_that_never_shows_is_not_waited_for_for_ever(doors: Doors) -> None:
    doors.route("11111111-2222-4333-8444-555555555555")
    doors.settle(hours=2)
    assert doors.codes == ["ContactNotFound"]


class _Unsteady:
    """DynamoDB whose writes that hold a certain word go wrong: refused three times, or applied with the answer lost each time."""

    def __init__(self, client: Any, word: str, *, applied: bool) -> None:
        self._client, self._word, self._applied = client, word, applied
        self.struck = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_item(self, **call: Any) -> Any:
        if self._word not in call["Item"]["document"]["S"]:
            return self._client.put_item(**call)
        self.struck += 1
        if self._applied:
            self._client.put_item(**call)  # the SDK sends it again
        elif self.struck <= 3:
            raise ClientError({"Error": {"Code": "InternalServerError"}}, "PutItem")
        return self._client.put_item(**call)


@pytest.mark.parametrize("word", ["holders", "tree"])
@pytest.mark.parametrize("applied", [False, True])
def test_a_ledger_that_goes_away_in_between_is_waited_for(doors: Doors, word: str, *, applied: bool) -> None:
    """Also when it takes the lease and then refuses what the route needs, or applies it and loses the answer."""
    unsteady = _Unsteady(doors.dynamodb, word, applied=applied)
    doors.dynamodb = unsteady
    doors.worker = doors.new_worker()
    second = _moved(doors, doors.contact())
    assert unsteady.struck
    doors.dynamodb = unsteady._client
    doors.worker = doors.new_worker()
    doors.route(second)
    doors.settle()
    assert doors.codes == ["RouteLimitReached"]


def test_a_worker_that_dies_anywhere_uses_up_one_permit_at_most(dynamodb: Any) -> None:
    steps = _steps(Doors(dynamodb, routes=ROUTES))
    assert steps > 8
    for at in range(1, steps):
        doors = Doors(dynamodb, routes=ROUTES)
        doors.connect.store.random.seed(at)  # the ledger is shared: every world needs contacts of its own
        first = doors.contact()
        doors.route(first)
        with doors.killed(at):
            doors.once()
        doors.settle()
        [(_, second)] = doors.transfers
        doors.route(second)
        doors.settle()
        assert doors.codes == ["RouteLimitReached"], f"died at {at}"


def _steps(doors: Doors) -> int:
    doors.connect.store.random.seed(9999)
    doors.route(doors.contact())
    doors.log.clear()
    try:
        doors.once()
    except Killed:  # pragma: no cover - nobody kills it
        raise AssertionError from None
    return len(doors.log)
