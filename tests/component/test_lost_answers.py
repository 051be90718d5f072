"""One effect, whatever answer is lost and wherever the worker dies. The world's history is the judge, not the ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from local.connect.model import Fault, FaultKind
from tests.component.world import World

#: Answers from in between (``lost-page-…``, ``lost-empty``) have tests of their own.
LOST = [kind for kind in FaultKind if kind.startswith("lost-")]


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_answer_is_settled_and_transfers_once(world: World, kind: FaultKind) -> None:
    contact = world.contact()
    world.lose(kind)
    world.send(world.request(contact))
    world.settle()
    assert len(world.transfers) == 1
    assert world.codes == []
    told = world.told("Succeeded")
    if kind is FaultKind.LOST_GARBAGE:
        assert "newContactId" not in told[0]  # a 200 is a 200, also when the rest of it cannot be read
    else:
        assert {t["newContactId"] for t in told} == {world.transfers[0][1]}
        assert "attribution" not in told[0]  # the same call again, and Connect remembers its token


@pytest.mark.parametrize("kind", LOST)
def test_a_lost_answer_is_settled_by_what_shows_when_connect_forgets_the_token(world: World, kind: FaultKind) -> None:
    world.connect.set_switches(token_forgotten_after=0.0)
    world.lose(kind)
    world.send(world.request(world.contact()))
    world.settle()
    assert len(world.transfers) == 1
    assert world.codes == []
    [told] = world.told("Succeeded")
    if kind is not FaultKind.LOST_GARBAGE:
        assert (told["newContactId"], told["attribution"]) == (world.transfers[0][1], "inferred")


@pytest.mark.parametrize(
    "kind", [FaultKind.RESET, FaultKind.HANG, FaultKind.INTERNAL_ERROR, FaultKind.REQUEST_TIMEOUT, FaultKind.CONFLICT]
)
def test_a_call_that_was_lost_before_it_took_effect_is_made_again(world: World, kind: FaultKind) -> None:
    contact = world.contact()
    world.lose(kind)
    world.send(world.request(contact))
    world.settle()
    assert len(world.transfers) == 1
    assert "attribution" not in world.told("Succeeded")[0]
    tokens = {call.ids["ClientToken"] for call in world.connect.history.calls if call.operation == "TransferContact"}
    assert len(tokens) == 1


@pytest.mark.parametrize(
    "switches", [{"token_replay": "first-answer"}, {"token_replay": "conflict"}, {"token_forgotten_after": 60.0}]
)
@pytest.mark.parametrize("active", [0.0, 30.0])
@pytest.mark.parametrize("late", [0.0, 45.0, 300.0])
def test_whatever_connect_remembers_and_shows_late_it_is_one_transfer(
    world: World, switches: dict[str, object], active: float, late: float
) -> None:
    world.connect.set_switches(
        old_contact_active_for=active, successor_listed_after=late, destination_known_after=late / 2, **switches
    )
    contact = world.contact()
    world.lose(FaultKind.LOST_500)
    world.send(world.request(contact))
    world.settle()
    assert len(world.transfers) == 1
    assert world.codes == []
    assert {t["newContactId"] for t in world.told("Succeeded")} == {world.transfers[0][1]}


def test_the_worker_dies_at_every_line_of_the_story(new_world: Callable[..., World]) -> None:
    world = new_world()
    world.send(world.request(world.contact()))
    world.once()
    steps = len(world.log)
    for line in range(steps):
        contact = world.contact()
        world.send(world.request(contact))
        world.bus.events.clear()
        with world.killed(at=line):
            world.once()
        world.settle()
        made = [(old, new) for old, new in world.transfers if old == contact]
        assert len(made) == 1, f"died at {line}"
        assert {t["newContactId"] for t in world.told("Succeeded")} == {made[0][1]}, f"died at {line}"
    assert world.codes == []


@pytest.mark.slow
def test_the_worker_dies_at_every_line_of_a_failure(new_world: Callable[..., World]) -> None:
    world = new_world()
    draft = world.seed.flows["Draft"]
    world.send(world.request(world.contact(), contactFlowId=draft, requestId="first"))
    world.once()
    steps = len(world.log)
    for line in range(steps):
        contact = world.contact()
        world.queue.dead.clear()
        world.bus.events.clear()
        message = world.send(world.request(contact, contactFlowId=draft, requestId=f"r{line}"))
        with world.killed(at=line):
            world.once()
        world.settle()
        assert set(world.codes) == {"FlowNotUsable"}, f"died at {line}"
        assert {reason["OriginalMessageId"] for reason in world.dead} == {message.message_id}
        assert world.told("Failed")
        world.send(world.request(contact, requestId=f"r{line}"))
        world.settle()
        assert [old for old, _ in world.transfers].count(contact) == 1, f"not free after dying at {line}"


@pytest.mark.parametrize("nth", range(3))
def test_the_answer_to_each_write_of_a_success_is_lost(world: World, nth: int) -> None:
    world.send(world.request(world.contact(), requestId="order-17"))
    world.dynamodb = loser = _LosesAnswers(world.dynamodb, "put_item", nth)
    world.worker = world.new_worker()
    world.settle()
    assert loser.lost == 1
    assert len(world.transfers) == 1
    assert {t["newContactId"] for t in world.told("Succeeded")} == {world.transfers[0][1]}
    assert {t["attempts"] for t in world.told("Succeeded")} == {1}


@pytest.mark.parametrize("nth", range(4))
def test_the_answer_to_each_write_of_a_failure_is_lost(world: World, nth: int) -> None:
    contact = world.contact()
    world.send(world.request(contact, requestId="order-17", contactFlowId=world.seed.flows["Draft"]))
    world.dynamodb = loser = _LosesAnswers(world.dynamodb, "put_item", nth)
    world.worker = world.new_worker()
    world.settle()
    assert loser.lost == 1
    assert world.codes == ["FlowNotUsable"]
    world.send(world.request(contact, requestId="order-17"))
    world.settle()
    assert [old for old, _ in world.transfers] == [contact]


def test_the_answer_to_a_write_that_defers_is_lost(world: World) -> None:
    world.connect.add_fault(Fault(FaultKind.UNAVAILABLE, "DescribeContact", calls=1))
    world.send(world.request(world.contact()))
    world.dynamodb = loser = _LosesAnswers(world.dynamodb, "put_item", 1)
    world.worker = world.new_worker()
    world.settle()
    assert loser.lost == 1
    assert len(world.transfers) == 1


@pytest.mark.parametrize("write", ["put_events", "send_message"])
def test_the_answer_of_the_bus_or_the_dead_letter_queue_is_lost_for_good(world: World, write: str) -> None:
    """It repeats something harmless: an event or a parked message, recognised by the message that carried the request."""
    message = world.send(world.request(world.contact(), contactFlowId=world.seed.flows["Draft"]))
    lost = EndpointConnectionError(endpoint_url="https://aws")
    if write == "put_events":
        world.bus = loser = _LosesAnswers(world.bus, write, 0, lost)
    else:
        world.queue = loser = _LosesAnswers(world.queue, write, 0, lost)
    world.worker = world.new_worker()
    world.settle()
    assert loser.lost == 1
    assert set(world.codes) == {"FlowNotUsable"}
    assert {reason["OriginalMessageId"] for reason in world.dead} == {message.message_id}
    assert {told["originalMessageId"] for told in world.told("Failed")} == {message.message_id}


class _LosesAnswers:
    """A service applies the nth write and its answer gets lost: the SDK sends it again, or gives up with ``error``."""

    def __init__(self, client: Any, write: str, nth: int, error: Exception | None = None) -> None:
        self._client = client
        self._write = write
        self._left = nth
        self._error = error
        self.lost = 0

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        return self._losing(found) if name == self._write else found

    def _losing(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(**given: Any) -> Any:
            self._left -= 1
            if self._left == -1:
                self.lost += 1
                method(**given)
                if self._error is not None:
                    raise self._error
            return method(**given)

        return call
