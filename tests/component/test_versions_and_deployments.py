"""Neighbours of a worker: a newer version beside it, another deployment for the same instance, settings that have changed."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.connect.model import Fault, FaultKind
from tests.component.doors import Doors
from tests.component.services import Bus, Queues
from tests.component.watched import give_up, is_bound, watch
from tests.component.world import World
from tests.properties.losing import Client

NEWER = {"ofANewerVersion": ["x"]}


def _extended(part: Any) -> Any:
    """A document as a newer version would write it: something unknown at every level, but not among what is free text."""
    if not isinstance(part, dict):
        return part
    maps, texts = {"requests", "ends"}, {"asked", "holders"}
    inner = {
        name: {key: _extended(one) for key, one in value.items()} if name in maps else _extended(value)
        for name, value in part.items()
        if name not in texts
    }
    return part | inner | NEWER


def _extend(client: Client) -> None:
    for item in client.table.items.values():
        document = _extended(json.loads(item["document"]["S"]))
        item["document"]["S"] = json.dumps(document)


def _count(client: Client, key: str) -> int:
    return str(client.table.items[key]["document"]["S"]).count("ofANewerVersion")


def test_what_a_newer_version_has_written_outlives_every_write_of_this_one() -> None:
    """A rolling deployment: the contact in doubt, its route's permit and its ``requestId`` were last written by the newer worker."""
    client = Client()
    doors = Doors(client, routes={"again": 1})
    contact = doors.contact()
    doors.lose(FaultKind.RESET)
    doors.route(contact, requestId="r")
    doors.once()
    _extend(client)
    before = {key: _count(client, key) for key in client.table.items}
    assert len(before) == 3
    assert all(before.values())
    in_doubt = "attempt" in doors.item(contact)
    assert in_doubt
    doors.lose(FaultKind.RESET)
    doors.settle()
    assert [old for old, _ in doors.transfers] == [contact]
    for key, count in before.items():
        gone = 2 if key.startswith("contact#") else 0  # the attempt and the last error are over themselves
        assert _count(client, key) >= count - gone, key


def test_an_attempt_that_is_repeated_keeps_what_a_newer_version_wrote_into_it() -> None:
    client = Client()
    world = World(client)
    contact = world.contact()
    world.lose(FaultKind.RESET, calls=2)
    message = world.try_once(contact)
    _extend(client)
    world.time.now = message.visible_at
    world.once()
    assert world.item(contact)["attempt"]["ofANewerVersion"] == ["x"]


def _second_deployment(first: World) -> World:
    """Another stack for the same instance: queue, bus and ledger of its own."""
    second = World(Client())
    second.connect, second.time, second.seed = first.connect, first.time, first.seed
    second.queue, second.bus = Queues(first.time), Bus()
    second._random.seed(77)
    second.worker = second.new_worker()
    return second


@pytest.mark.parametrize("lost", [[], ["first"], ["second"], ["first", "second"]])
def test_two_deployments_with_a_request_for_one_contact_each_announce_one_transfer(lost: list[str]) -> None:
    """To different queues; the answer of either call, or of both, is lost. Neither claims the other's transfer."""
    first = World(Client())
    second = _second_deployment(first)
    contact = first.contact()
    for world, name, queue in ((first, "first", "Billing"), (second, "second", "Support")):
        if name in lost:
            world.lose(FaultKind.LOST_RESET)
        world.try_once(contact, queueId=world.seed.queues[queue])
    first.settle()
    second.settle()
    [(_, new)] = first.transfers
    assert [event["newContactId"] for event in first.published("Succeeded")] == [new]
    assert second.published("Succeeded") == []
    assert second.codes in (["ContactNotActive"], ["OutcomeUnknown"])
    if "second" not in lost:
        assert second.codes == ["ContactNotActive"]


@pytest.mark.parametrize("service", ["dynamodb", "sqs", "events", "connect"])
@pytest.mark.parametrize("code", ["ExpiredTokenException", "ExpiredToken"])
def test_an_expired_token_is_access_denied_whichever_service_says_so(
    world: World, log_lines: Any, service: str, code: str
) -> None:
    """An operator's matter, which passes: nothing fails, and afterwards everything ends as asked."""
    good = world.contact()
    world.send({} if service == "sqs" else world.request(good))
    denied = ClientError({"Error": {"Code": code}}, "X")
    methods = {"dynamodb": "put_item", "sqs": "send_message", "events": "put_events"}

    def deny(_: str) -> None:
        raise denied

    if service == "connect":
        world.connect.add_fault(Fault(FaultKind.EXPIRED_TOKEN, "TransferContact", calls=1))
    else:
        world.interrupt(f"before {methods[service]}", deny)
    assert world.once() == ["m1"]
    assert any('"cause":"AccessDenied"' in line for line in log_lines())
    world.settle()
    assert world.codes == (["InvalidField"] if service == "sqs" else [])
    assert [old for old, _ in world.transfers] == ([] if service == "sqs" else [good])


def _narrow(world: World) -> None:
    world.settings = dataclasses.replace(world.settings, allowed_queue_ids=frozenset({world.seed.queues["Support"]}))
    world.worker = world.new_worker()


def test_a_claim_that_was_given_up_binds_no_name_of_a_request_that_new_settings_refused() -> None:
    world = World(Client())
    watched = watch(world, "request#", give_up, is_bound)
    world.try_once(world.contact(), requestId="r")
    assert len(watched.calls) == 1
    _narrow(world)
    world.settle()
    assert world.codes == ["DestinationNotAllowed"]
    watched.arrives_late()
    other = world.contact()
    world.carry_out(other, requestId="r", queueId=world.seed.queues["Support"])
    assert [old for old, _ in world.transfers] == [other]


def test_a_permit_that_was_given_up_is_not_held_by_a_request_that_new_settings_refused() -> None:
    doors = Doors(Client(), routes={"again": 1})
    first = doors.contact()
    second = doors.contact(PreviousContactId=first)
    watched = watch(doors, "route#", give_up, lambda document: "holders" in document)
    doors.route(first)
    doors.once()
    assert len(watched.calls) == 1
    _narrow(doors)
    doors.settle()
    assert doors.codes == ["DestinationNotAllowed"]
    watched.arrives_late()
    doors.route(second, queueId=doors.seed.queues["Support"])
    doors.settle()
    assert [old for old, _ in doors.transfers] == [second]
