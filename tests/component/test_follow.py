"""A request that follows: when its contact was transferred, the one active contact at the end of the chain is moved, once."""

from __future__ import annotations

from typing import Any

import pytest

from contact_transfer.transfer.following import SUCCESSOR_SHOWS_SECONDS
from contact_transfer.transfer.rules import several_active
from local.connect.model import FaultKind
from tests.component.doors import Doors
from tests.component.world import World


def _moved_by_agent(world: World, contact: str, queue: str = "Support") -> str:
    """An agent transfers the contact; answer its successor."""
    world.connect.others.transfer(contact, queue_id=world.seed.queues[queue])
    return world.connect.history.transfers[-1].new


def _chain(world: World, transfers: int) -> list[str]:
    """A contact that agents transferred so often, with its successors."""
    chain = [world.contact()]
    for _ in range(transfers):
        chain.append(_moved_by_agent(world, chain[-1]))
    return chain


def _follow(world: World, contact: str, **given: Any) -> None:
    world.send(world.request(contact, follow=True, **given))


def _without_a_look_at_the_lanes(log: list[str]) -> list[str]:
    return [step for step in log if "get_queue_attributes" not in step]


def test_a_contact_that_is_active_itself_is_moved_with_no_call_more(world: World) -> None:
    plain, following = world.contact(), world.contact()
    world.send(world.request(plain))
    world.settle()
    world.log.clear()
    world.send(world.request(world.contact()))
    world.settle()
    usual = _without_a_look_at_the_lanes(world.log)
    world.log.clear()
    _follow(world, following)
    world.settle()
    assert _without_a_look_at_the_lanes(world.log) == usual
    assert [old for old, _ in world.transfers][-1] == following
    assert "movedContactId" not in world.told("Succeeded")[-1]


@pytest.mark.parametrize("transfers", [1, 2, 10])
def test_the_last_contact_of_a_chain_is_moved_under_the_name_of_the_first(world: World, transfers: int) -> None:
    first, *_, last = _chain(world, transfers)
    world.send(world.request(first))
    world.settle()
    assert world.codes == ["ContactNotActive"]
    _follow(world, first)
    world.settle()
    [(old, new)] = world.transfers
    assert old == last
    [event] = world.told("Succeeded")
    assert (event["contactId"], event["movedContactId"], event["newContactId"]) == (first, last, new)
    assert event["follow"] is True
    assert event["requestName"] == world.told("Failed")[0]["requestName"]
    assert event["initialContactId"] == first


def test_what_is_logged_of_a_request_that_waits_names_the_contact_that_it_moves(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, last = _chain(world, 1)
    logged: list[Any] = []
    monkeypatch.setattr(type(world.worker.telemetry), "outcome", lambda _self, outcome, **_keys: logged.append(outcome))
    world.lose(FaultKind.THROTTLE)
    _follow(world, first)
    world.settle()
    assert [(type(one).__name__, one.moved_contact_id) for one in logged] == [("Deferred", last), ("Transferred", last)]


def test_eleven_transfers_are_the_limit_of_the_moved_contact(world: World) -> None:
    first, *_, last = _chain(world, 11)
    _follow(world, first)
    world.settle()
    [event] = world.told("Failed")
    assert (event["failureCode"], event["contactId"], event["movedContactId"]) == ("TransferLimitReached", first, last)
    assert world.dead[0]["ContactId"] == first


def test_a_repetition_has_the_first_answer_with_or_without_the_wish_to_follow(world: World) -> None:
    first, last = _chain(world, 1)
    _follow(world, first, requestId="r")
    world.settle()
    for given in ({"follow": True}, {}):
        world.send(world.request(first, requestId="r", **given))
        world.settle()
    assert [old for old, _ in world.transfers] == [last]
    assert {event["newContactId"] for event in world.told("Succeeded")} == {world.transfers[0][1]}
    assert {event["movedContactId"] for event in world.told("Succeeded")} == {last}
    assert world.codes == []


def test_another_request_that_does_not_follow_fails_as_before(world: World) -> None:
    first, _ = _chain(world, 1)
    _follow(world, first)
    world.send(world.request(first, queueId=world.seed.queues["Support"]))
    world.settle()
    assert world.codes == ["ContactNotActive"]
    assert len(world.transfers) == 1


def test_the_service_s_own_earlier_transfer_is_followed(world: World) -> None:
    """A ladder: the second rung moves the contact that the first one made."""
    first = world.contact()
    world.send(world.request(first, requestId="first rung"))
    world.settle()
    _follow(world, first, requestId="second rung", queueId=world.seed.queues["Supervisors"])
    world.settle()
    (_, second), (moved, _) = world.transfers
    assert moved == second
    assert world.codes == []


def test_two_active_successors_are_a_failure_that_names_them(world: World) -> None:
    first = world.contact()
    world.connect.set_switches(old_contact_active_for=5)
    ones = sorted((_moved_by_agent(world, first), _moved_by_agent(world, first, "Overflow")))
    world.time.now += 60
    _follow(world, first)
    world.settle()
    [event] = world.told("Failed")
    assert event["failureCode"] == "SeveralActiveContacts"
    assert all(one in event["failureMessage"] for one in ones)
    assert world.transfers == []
    world.connect.others.end(ones[0])
    world.time.now += 60
    _follow(world, first)
    world.settle()
    assert [old for old, _ in world.transfers] == [ones[1]]
    assert several_active("c", ["a", "b"]).message.startswith("Contact c has ended, and 2 contacts")


def test_a_chain_that_has_ended_is_not_active(world: World) -> None:
    first, _, last = _chain(world, 2)
    world.connect.others.end(last)
    world.time.now += SUCCESSOR_SHOWS_SECONDS + 1
    _follow(world, first)
    assert world.once() == []
    assert world.codes == ["ContactNotActive"]


def test_a_linked_task_is_no_successor(world: World) -> None:
    first = world.contact()
    world.connect.others.link_task(first)
    world.connect.others.end(first)
    world.time.now += SUCCESSOR_SHOWS_SECONDS + 1
    _follow(world, first)
    world.settle()
    assert world.codes == ["ContactNotActive"]


def test_a_successor_that_does_not_show_yet_is_waited_for(world: World) -> None:
    world.connect.set_switches(successor_listed_after=SUCCESSOR_SHOWS_SECONDS - 1)
    first, last = _chain(world, 1)
    _follow(world, first)
    world.settle()
    assert [old for old, _ in world.transfers] == [last]


def test_an_agent_s_transfer_in_between_is_followed(world: World) -> None:
    """The chosen contact is transferred by an agent just before it is called for."""
    first, second = _chain(world, 1)
    made: list[str] = []
    world.interrupt("before transfer_contact", lambda contact: made.append(_moved_by_agent(world, contact)))
    _follow(world, first)
    world.settle()
    assert world.transfers[0][0] == made[0] != second
    assert len(world.transfers) == 1
    assert world.told("Succeeded")[-1]["movedContactId"] == made[0]
    assert world.codes == []


@pytest.mark.parametrize("kind", [FaultKind.LOST_RESET, FaultKind.LOST_500, FaultKind.LOST_HANG])
@pytest.mark.parametrize("replay", ["first-answer", "conflict"])
def test_a_lost_answer_is_settled_and_its_own_successor_is_never_moved(
    world: World, kind: FaultKind, replay: str
) -> None:
    world.connect.set_switches(token_replay=replay)
    first, last = _chain(world, 2)[::2]
    world.lose(kind)
    _follow(world, first)
    world.settle()
    assert [old for old, _ in world.transfers] == [last]
    assert world.codes == []
    assert {event["newContactId"] for event in world.told("Succeeded")} == {world.transfers[0][1]}


def test_an_answer_lost_at_each_hop(world: World) -> None:
    """Requests that follow one another, each of which loses its answer: each moves the chain by one."""
    first = world.contact()
    for hop in range(5):
        world.lose(FaultKind.LOST_RESET)
        _follow(world, first, requestId=f"hop {hop}", queueId=world.seed.queues[("Support", "Billing")[hop % 2]])
        world.settle()
    assert len(world.transfers) == 5
    assert [old for old, _ in world.transfers][1:] == [new for _, new in world.transfers][:-1]
    assert world.codes == []


def test_an_unknown_outcome_is_kept_when_the_request_is_sent_again(world: World) -> None:
    """What may have been moved is not left for its successor, which may be the request's own."""
    first, last = _chain(world, 1)
    world.connect.set_switches(token_forgotten_after=1, destination_known_after=10_000)
    world.lose(FaultKind.LOST_RESET)
    _follow(world, first, queueId=None)
    world.settle(hours=3)
    assert world.codes == ["OutcomeUnknown"]
    assert world.told("Failed")[0]["movedContactId"] == last
    _follow(world, first, queueId=None)
    world.settle(hours=3)
    assert [old for old, _ in world.transfers] == [last]


def test_a_delivery_that_does_not_follow_settles_what_an_earlier_one_left_in_doubt(world: World) -> None:
    first, last = _chain(world, 1)
    world.lose(FaultKind.LOST_RESET)
    _follow(world, first)
    world.once()
    world.queue.waiting.clear()
    world.time.now += 400
    world.send(world.request(first))
    world.settle()
    assert [old for old, _ in world.transfers] == [last]
    assert world.told("Succeeded")[-1]["movedContactId"] == last


def test_a_request_that_was_refused_and_does_not_follow_any_more_moves_nothing(world: World) -> None:
    first, last = _chain(world, 1)
    archived = world.seed.flows["Move to queue"]
    world.connect.others.archive_flow(archived)
    _follow(world, first)
    world.settle()
    assert world.codes == ["FlowNotUsable"]
    assert world.told("Failed")[0]["movedContactId"] == last
    world.connect.others.archive_flow(archived, archived=False)
    world.time.now += 3600
    world.send(world.request(first))
    world.settle()
    assert world.codes == ["FlowNotUsable", "ContactNotActive"]
    _follow(world, first)
    world.settle()
    assert [old for old, _ in world.transfers] == [last]


def test_two_requests_that_follow_to_one_contact_are_rivals_for_it(world: World) -> None:
    """The second worker begins while the first is at its call: it waits, and then follows on to what the first one made."""
    first, second, last = _chain(world, 2)
    rival = world.new_worker()
    _follow(world, first)
    _follow(world, second, queueId=world.seed.queues["Support"])
    mine, theirs = world.receive()
    seen: list[list[tuple[str, str]]] = []

    def meanwhile(_: str) -> None:
        world.invoke([theirs], rival)
        seen.append(list(world.transfers))

    world.interrupt("before transfer_contact", meanwhile)
    world.invoke([mine])
    assert seen == [[]]
    world.settle()
    assert [old for old, _ in world.transfers] == [last, world.transfers[0][1]]
    assert world.codes == []


def test_one_request_id_follows_once_and_has_one_set_of_parameters(world: World) -> None:
    first, last = _chain(world, 1)
    _follow(world, first, requestId="r")
    world.settle()
    world.send(world.request(world.transfers[0][1], requestId="r"))
    world.settle()
    assert world.codes == ["IdempotencyMismatch"]
    assert [old for old, _ in world.transfers] == [last]


def test_a_worker_that_dies_anywhere_moves_one_contact_once(dynamodb: Any) -> None:
    world = _scene(dynamodb, 9999)
    first, _ = _chain(world, 1)
    _follow(world, first, requestId="r")
    world.log.clear()
    world.once()
    steps = len(world.log)
    assert steps > 16
    for at in range(1, steps):
        world = _scene(dynamodb, at)
        first, last = _chain(world, 1)
        world.time.now += 600  # a transfer made just before the lease may be the request's own
        _follow(world, first, requestId=f"r{at}")
        with world.killed(at):
            world.once()
        world.settle()
        assert [old for old, _ in world.transfers] == [last], f"died at {at}"
        assert world.codes == [], f"died at {at}"
        assert {one["movedContactId"] for one in world.told("Succeeded")} == {last}, f"died at {at}"


def _scene(dynamodb: Any, number: int) -> World:
    world = World(dynamodb)
    world.connect.store.random.seed(number)  # the ledger is shared: every world needs contacts of its own
    return world


# -- routes, flows, confirmation --------------------------------------------------------------------------------------


@pytest.fixture
def routed(dynamodb: Any) -> Doors:
    return Doors(dynamodb, routes={"again": 1})


def test_a_route_s_limit_holds_for_the_contact_that_is_moved(routed: Doors) -> None:
    first = routed.contact()
    second = _moved_by_agent(routed, first)
    routed.route(first, follow=True)
    routed.settle()
    [(old, third)] = routed.transfers
    assert old == second
    routed.route(first, follow=True, requestId="another")
    routed.route(third)
    routed.settle()
    assert routed.codes == ["RouteLimitReached", "RouteLimitReached"]
    assert len(routed.transfers) == 1


def test_a_permit_comes_back_when_the_moved_contact_s_request_fails(routed: Doors) -> None:
    first = routed.contact()
    second = _moved_by_agent(routed, first)
    routed.lose(FaultKind.ACTIVE_TASK_QUOTA, calls=10_000)
    routed.route(first, follow=True, expiresAt="2026-02-25T07:00:00Z")
    routed.settle(hours=2)
    assert routed.codes == ["RequestExpired"]
    routed.connect.store.faults.clear()
    routed.route(second)
    routed.settle()
    assert [old for old, _ in routed.transfers] == [second]


def test_a_flow_asks_with_a_word(doors: Doors) -> None:
    first = doors.contact()
    second = _moved_by_agent(doors, first)
    request = doors.request(first)
    given = {"contactFlowId": request["contactFlowId"], "queueId": request["queueId"], "follow": "true"}
    assert doors.flow_door().invoke(doors.flow_event(first, **given))["status"] == "ACCEPTED"
    doors.settle()
    assert [old for old, _ in doors.transfers] == [second]


def test_the_arrival_is_told_of_the_named_contact(doors: Doors) -> None:
    first = doors.contact()
    second = _moved_by_agent(doors, first)
    doors.send(doors.request(first, follow=True))
    doors.settle()
    doors.deliver(doors.telling(doors.transfers[-1][1]))
    doors.confirm()
    [event] = doors.told("Confirmed")
    assert (event["contactId"], event["movedContactId"]) == (first, second)
    assert event["requestName"] == doors.told("Succeeded")[0]["requestName"]
