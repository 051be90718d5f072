"""A message that failed and was deleted begins nothing when it is delivered again: nobody would come back for its result."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from local.connect.model import FaultKind
from tests.component.services import Message
from tests.component.watched import give_up, watch
from tests.component.world import World


def _rivals(world: World, elsewhere: str | None = None) -> tuple[Message, Message]:
    """A request that cannot be done, and another with its requestId, for the same contact or ``elsewhere``."""
    contact = world.contact()
    first = world.send(world.request(contact, contactFlowId=world.seed.flows["Draft"], requestId="r"))
    return first, world.send(world.request(elsewhere or contact, requestId="r"))


def _refused_while_under_way(world: World, first: Message, second: Message) -> None:
    """The second is received while the first is worked on; then the first fails, and the name is free."""
    first.receives = second.receives = 1
    world.interrupt("before describe_contact", lambda _: _meanwhile(world, second))
    world.invoke([first])


def _delivered(world: World, message: Message) -> list[str]:
    return world.invoke([message], world.new_worker())


def _meanwhile(world: World, message: Message) -> None:
    _delivered(world, message)


@pytest.mark.parametrize("receives", [2, 0])
def test_a_later_delivery_hears_the_refusal(world: World, receives: int) -> None:
    """The count that SQS gives a duplicate is approximate: a copy on another server may have been received less often."""
    first, second = _rivals(world, world.contact())
    _refused_while_under_way(world, first, second)
    world.lose(FaultKind.LOST_RESET)
    second.receives = receives
    assert _delivered(world, second) == []
    assert world.codes == ["IdempotencyMismatch", "FlowNotUsable", "IdempotencyMismatch"]
    assert world.transfers == []
    assert {event["originalMessageId"] for event in world.published("Failed")} == {first.message_id, second.message_id}


def test_a_rival_for_the_same_contact_waits_for_the_name(world: World) -> None:
    """It has not the lease, so nothing is decided about it: when the first has failed, the name is its own."""
    first, second = _rivals(world)
    _refused_while_under_way(world, first, second)
    assert world.codes == ["FlowNotUsable"]
    second.receives += 1
    assert _delivered(world, second) == []
    assert world.codes == ["FlowNotUsable"]
    assert len(world.transfers) == 1


def test_an_attempt_of_a_request_that_had_the_name_before_is_not_its_own(world: World) -> None:
    """A leftover delivery finds an attempt of the corrected request in doubt. The transfer of that request is not reported as its own."""
    contact = world.contact()
    wrong = world.try_once(contact, contactFlowId=world.seed.flows["Draft"], requestId="r")
    world.lose(FaultKind.LOST_RESET)
    right = world.try_once(contact, requestId="r")
    wrong.receives += 1
    assert _delivered(world, wrong) == []
    assert world.codes == ["FlowNotUsable"] * 2
    world.settle()
    assert [event["queueId"] for event in world.published("Succeeded")] == [world.seed.queues["Billing"]]
    assert [event["contactFlowId"] for event in world.published("Succeeded")] == [world.seed.flows["Move to queue"]]
    assert right not in world.queue.waiting


def test_a_later_failure_of_a_copy_does_not_hide_the_messages_own_failure(world: World) -> None:
    """The flow is published when both copies have failed: a delivery of the first that was left over has nobody to come back for it."""
    draft = world.seed.flows["Draft"]
    copies = [world.send(world.request(world.contact(), contactFlowId=draft))]
    copies.append(world.send(copies[0].body))
    world.once()
    assert world.codes == ["FlowNotUsable"] * 2
    world.connect.others.publish_flow(draft)
    for copy in copies:
        copy.receives += 1
        assert _delivered(world, copy) == []
    assert world.codes == ["FlowNotUsable"] * 4
    assert world.transfers == []


def test_a_failure_is_heard_again_although_the_contact_has_been_moved_since(world: World) -> None:
    contact = world.contact()
    first = world.try_once(contact, contactFlowId=world.seed.flows["Draft"])
    world.try_once(contact)
    first.receives += 1
    assert _delivered(world, first) == []
    assert world.codes == ["FlowNotUsable"] * 2


def test_sent_again_it_is_judged_afresh(world: World) -> None:
    first, second = _rivals(world, world.contact())
    _refused_while_under_way(world, first, second)
    world.send(second.body)
    world.settle()
    assert len(world.transfers) == 1
    assert world.codes == ["IdempotencyMismatch", "FlowNotUsable"]
    second.receives += 1
    assert _delivered(world, second) == []  # its message keeps its end
    assert world.codes == ["IdempotencyMismatch", "FlowNotUsable", "IdempotencyMismatch"]
    assert len(world.transfers) == 1


def test_a_refusal_that_the_ledger_did_not_take_is_not_reported(world: World) -> None:
    watched = watch(world, "contact#", give_up, lambda document: "ends" in document)
    world.try_once(world.contact(), requestId="r")
    second = world.try_once(world.contact(), requestId="r")
    assert world.codes == []
    second.visible_at = world.time.now + 100
    world.settle()
    watched.arrives_late()
    assert world.codes == ["IdempotencyMismatch"]
    assert len(world.transfers) == 1


def test_a_name_that_is_freed_while_a_refusal_is_written_is_still_refused_to_its_message(world: World) -> None:
    """One message, one end: what was decided under its lease stands, and sent again it has the name."""
    soon = datetime.fromtimestamp(world.time.now + 60, UTC).isoformat()
    first = world.send(world.request(world.contact(), requestId="r", expiresAt=soon))
    world.lose(FaultKind.ACTIVE_TASK_QUOTA)
    world.once()
    world.time.now += 90
    first.receives += 1
    contact = world.contact()
    watched = watch(
        world, f"contact#{world.instance_id}#{contact}", lambda: _meanwhile(world, first), lambda d: "ends" in d
    )
    second = world.send(world.request(contact, requestId="r"))
    assert _delivered(world, second) == []
    assert watched.calls
    assert sorted(world.codes) == ["IdempotencyMismatch", "RequestExpired"]
    world.send(second.body)
    world.settle()
    assert [old for old, _ in world.transfers] == [contact]
