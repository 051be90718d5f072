"""A request that follows: when its contact was transferred, the one active contact at the end of the chain is moved, once."""

from __future__ import annotations

from typing import Any

import pytest

from contact_transfer.transfer.following import SUCCESSOR_SHOWS_SECONDS
from contact_transfer.transfer.rules import several_active
from local.connect.model import FaultKind
from tests.component.chains import chain, follow, moved_by_agent
from tests.component.doors import Doors
from tests.component.world import World


def _without_a_look_at_the_lanes(log: list[str]) -> list[str]:
    return [step for step in log if "get_queue_attributes" not in step]


def test_a_contact_that_is_active_itself_is_moved_with_no_call_more(world: World) -> None:
    plain, following = world.contact(), world.contact()
    world.carry_out(plain)
    world.log.clear()
    world.carry_out(world.contact())
    usual = _without_a_look_at_the_lanes(world.log)
    world.log.clear()
    follow(world, following)
    world.settle()
    assert _without_a_look_at_the_lanes(world.log) == usual
    assert [old for old, _ in world.transfers][-1] == following
    assert "movedContactId" not in world.published("Succeeded")[-1]


@pytest.mark.parametrize("transfers", [1, 2, 10])
def test_the_last_contact_of_a_chain_is_moved_under_the_name_of_the_first(world: World, transfers: int) -> None:
    first, *_, last = chain(world, transfers)
    world.carry_out(first)
    assert world.codes == ["ContactNotActive"]
    follow(world, first)
    world.settle()
    [(old, new)] = world.transfers
    assert old == last
    [event] = world.published("Succeeded")
    assert (event["contactId"], event["movedContactId"], event["newContactId"]) == (first, last, new)
    assert event["follow"] is True
    assert event["requestName"] == world.published("Failed")[0]["requestName"]
    assert event["initialContactId"] == first


def test_what_is_logged_of_a_request_that_waits_names_the_contact_that_it_moves(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, last = chain(world, 1)
    logged: list[Any] = []
    monkeypatch.setattr(type(world.worker.telemetry), "outcome", lambda _self, outcome, **_keys: logged.append(outcome))
    world.lose(FaultKind.THROTTLE)
    follow(world, first)
    world.settle()
    assert [(type(one).__name__, one.moved_contact_id) for one in logged] == [("Deferred", last), ("Transferred", last)]


def test_eleven_transfers_are_the_limit_of_the_moved_contact(world: World) -> None:
    first, *_, last = chain(world, 11)
    follow(world, first)
    world.settle()
    [event] = world.published("Failed")
    assert (event["failureCode"], event["contactId"], event["movedContactId"]) == ("TransferLimitReached", first, last)
    assert world.dead[0]["ContactId"] == first


def test_a_repetition_has_the_first_answer_with_or_without_the_wish_to_follow(world: World) -> None:
    first, last = chain(world, 1)
    follow(world, first, requestId="r")
    world.settle()
    for given in ({"follow": True}, {}):
        world.carry_out(first, requestId="r", **given)
    assert [old for old, _ in world.transfers] == [last]
    assert {event["newContactId"] for event in world.published("Succeeded")} == {world.transfers[0][1]}
    assert {event["movedContactId"] for event in world.published("Succeeded")} == {last}
    assert world.codes == []


def test_another_request_that_does_not_follow_fails_as_before(world: World) -> None:
    first, _ = chain(world, 1)
    follow(world, first)
    world.carry_out(first, queueId=world.seed.queues["Support"])
    assert world.codes == ["ContactNotActive"]
    assert len(world.transfers) == 1


def test_the_service_s_own_earlier_transfer_is_followed(world: World) -> None:
    """A ladder: the second rung moves the contact that the first one made."""
    first = world.contact()
    world.carry_out(first, requestId="first rung")
    follow(world, first, requestId="second rung", queueId=world.seed.queues["Supervisors"])
    world.settle()
    (_, second), (moved, _) = world.transfers
    assert moved == second
    assert world.codes == []


def test_two_active_successors_are_a_failure_that_names_them(world: World) -> None:
    first = world.contact()
    world.connect.set_switches(old_contact_active_for=5)
    ones = sorted((moved_by_agent(world, first), moved_by_agent(world, first, "Overflow")))
    world.time.now += 60
    follow(world, first)
    world.settle()
    [event] = world.published("Failed")
    assert event["failureCode"] == "SeveralActiveContacts"
    assert all(one in event["failureMessage"] for one in ones)
    assert world.transfers == []
    world.connect.others.end(ones[0])
    world.time.now += 60
    follow(world, first)
    world.settle()
    assert [old for old, _ in world.transfers] == [ones[1]]
    assert several_active("c", ["a", "b"]).message.startswith("Contact c has ended, and 2 contacts")


def test_a_chain_that_has_ended_is_not_active(world: World) -> None:
    first, _, last = chain(world, 2)
    world.connect.others.end(last)
    world.time.now += SUCCESSOR_SHOWS_SECONDS + 1
    follow(world, first)
    assert world.once() == []
    assert world.codes == ["ContactNotActive"]


def test_a_linked_task_is_no_successor(world: World) -> None:
    first = world.contact()
    world.connect.others.link_task(first)
    world.connect.others.end(first)
    world.time.now += SUCCESSOR_SHOWS_SECONDS + 1
    follow(world, first)
    world.settle()
    assert world.codes == ["ContactNotActive"]


def test_a_successor_that_does_not_show_yet_is_waited_for(world: World) -> None:
    world.connect.set_switches(successor_listed_after=SUCCESSOR_SHOWS_SECONDS - 1)
    first, last = chain(world, 1)
    follow(world, first)
    world.settle()
    assert [old for old, _ in world.transfers] == [last]


def test_a_successor_that_was_just_made_is_waited_for_however_old_the_message_is(world: World) -> None:
    first, second = chain(world, 1)
    follow(world, first)
    world.time.now += 600
    world.connect.set_switches(contact_known_after=10)
    last = moved_by_agent(world, second)
    world.once()
    assert (world.codes, world.transfers) == ([], [])
    world.settle()
    assert [old for old, _ in world.transfers] == [last]


def test_a_request_that_was_refused_and_does_not_follow_any_more_moves_nothing(world: World) -> None:
    first, last = chain(world, 1)
    archived = world.seed.flows["Move to queue"]
    world.connect.others.archive_flow(archived)
    follow(world, first)
    world.settle()
    assert world.codes == ["FlowNotUsable"]
    assert world.published("Failed")[0]["movedContactId"] == last
    world.connect.others.archive_flow(archived, archived=False)
    world.time.now += 3600
    world.carry_out(first)
    assert world.codes == ["FlowNotUsable", "ContactNotActive"]
    follow(world, first)
    world.settle()
    assert [old for old, _ in world.transfers] == [last]


def test_one_request_id_follows_once_and_has_one_set_of_parameters(world: World) -> None:
    first, last = chain(world, 1)
    follow(world, first, requestId="r")
    world.settle()
    world.carry_out(world.transfers[0][1], requestId="r")
    assert world.codes == ["IdempotencyMismatch"]
    assert [old for old, _ in world.transfers] == [last]


@pytest.fixture
def routed(dynamodb: Any) -> Doors:
    return Doors(dynamodb, routes={"again": 1})


def test_a_route_s_limit_holds_for_the_contact_that_is_moved(routed: Doors) -> None:
    first = routed.contact()
    second = moved_by_agent(routed, first)
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
    second = moved_by_agent(routed, first)
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
    second = moved_by_agent(doors, first)
    request = doors.request(first)
    given = {"contactFlowId": request["contactFlowId"], "queueId": request["queueId"], "follow": "true"}
    assert doors.flow_door().invoke(doors.flow_event(first, **given))["status"] == "ACCEPTED"
    doors.settle()
    assert [old for old, _ in doors.transfers] == [second]


def test_the_arrival_is_reported_for_the_named_contact(doors: Doors) -> None:
    first = doors.contact()
    second = moved_by_agent(doors, first)
    doors.carry_out(first, follow=True)
    doors.deliver(doors.telling(doors.transfers[-1][1]))
    doors.confirm()
    [event] = doors.published("Confirmed")
    assert (event["contactId"], event["movedContactId"]) == (first, second)
    assert event["requestName"] == doors.published("Succeeded")[0]["requestName"]
