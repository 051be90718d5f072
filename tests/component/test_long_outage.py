"""Very many requests, and very many contacts: all comes to its end, and nothing grows beyond its bound."""

from __future__ import annotations

import json
from random import Random

import pytest

from contact_transfer.ledger.documents import MAXIMUM_BYTES
from local.connect.model import Fault, FaultKind
from tests.component.services import START, Message
from tests.component.world import World
from tests.properties.losing import Client

#: An item is its document and a few short attributes.
LARGEST_ITEM = 64 * 1024


class _Shuffled:
    """A queue that hands out some of its visible messages each minute in any order, since SQS promises none."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._random = Random(3)  # noqa: S311 - the order of a test's deliveries

    def deliver(self, newest: list[Message], others: int) -> None:
        world = self._world
        visible = [one for one in world.queue.waiting if one.visible_at <= world.time.now and one not in newest]
        chosen = [*newest, *self._random.sample(visible, min(others, len(visible)))]
        for message in chosen:
            message.receives += 1
            message.first_received_at = message.first_received_at or world.time.now
            message.visible_at = world.time.now + 360
        world.invoke(chosen)


@pytest.mark.slow
def test_seven_hundred_requests_for_one_contact_survive_a_day_of_outage() -> None:
    """One new ``requestId`` a minute; Connect comes back after 24 hours. The table refuses items over 400 KB, as DynamoDB does."""
    client = Client()
    world = World(client)
    contact, queue = world.contact(), _Shuffled(world)
    number = world.connect.add_fault(Fault(FaultKind.UNAVAILABLE, "DescribeContact"))
    for minute in range(24 * 60):
        wide = {"requestId": f"r{minute}", "reason": "\U0001f600" * 200}
        queue.deliver([world.send(world.request(contact, **wide))] if minute < 700 else [], others=1)
        world.time.now += 60
    assert len(world.queue.waiting) == 700
    assert MAXIMUM_BYTES / 2 < client.table.largest <= LARGEST_ITEM
    world.connect.remove_fault(number)
    world.settle()
    assert world.queue.waiting == []
    assert len(world.transfers) == 1
    assert world.codes == ["ContactNotActive"] * 699
    assert {event["successorContactId"] for event in world.published("Failed")} == {world.transfers[0][1]}
    assert client.table.largest <= LARGEST_ITEM


def _in_sixty_pages(world: World) -> str:
    """A contact whose tree takes sixty pages, while Connect remembers no token."""
    world.connect.set_switches(associated_page_size=2, token_forgotten_after=0.0)
    first = world.contact()
    for _ in range(118):
        world.connect.others.link_task(first)
    return world.contact(PreviousContactId=list(world.connect.store.contacts)[-1])


@pytest.mark.parametrize("lost", [False, True])
def test_a_tree_of_sixty_pages_comes_to_an_end_with_bounded_calls(world: World, *, lost: bool) -> None:
    """Its contacts are more than an invocation has time to read: the next one goes on where it stopped."""
    contact = _in_sixty_pages(world)
    if lost:
        world.lose(FaultKind.LOST_RESET)
    world.send(world.request(contact))
    world.settle(hours=2)
    assert [old for old, _ in world.transfers] == [contact]
    assert world.codes == []
    assert len(world.published("Succeeded")) == 1
    assert world.calls("ListAssociatedContacts") <= (125 if lost else 60)


@pytest.mark.parametrize(
    ("lost", "queue", "codes"),
    [(True, None, []), (True, "nowhere", ["OutcomeUnknown"]), (False, "nowhere", ["DestinationNotFound"])],
)
def test_environments_that_live_for_one_invocation_read_a_tree_of_sixty_pages_together(
    world: World, *, lost: bool, queue: str | None, codes: list[str]
) -> None:
    """How far it has been read is in the contact's document, without the many tasks that are linked to the tree's contacts."""
    contact = _in_sixty_pages(world)
    if lost:
        world.lose(FaultKind.LOST_RESET if queue is None else FaultKind.RESET)
    world.send(world.request(contact, **({} if queue is None else {"queueId": queue})))
    sizes = []
    while world.queue.waiting and world.time.now < START + 2 * 3600:
        world.time.now = max(world.time.now, world.queue.waiting[0].visible_at)
        world.worker = world.new_worker()
        world.once()
        sizes.append(len(json.dumps(world.item(contact))))
    assert (world.queue.waiting, world.codes) == ([], codes)
    assert [old for old, _ in world.transfers] == ([contact] if queue is None else [])
    assert len(sizes) > 1
    assert max(sizes) < 4000
    assert world.calls("ListAssociatedContacts") < 60 * len(sizes)
