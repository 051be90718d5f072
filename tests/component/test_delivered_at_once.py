"""A message that was told of a failure and deleted begins nothing on another of its deliveries: nobody would come back for it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from contact_transfer.ledger import records
from contact_transfer.request.identity import request_name
from local.connect.model import FaultKind
from tests.component.watched import give_up, watch
from tests.component.world import Message, World


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


def _name_item(world: World) -> dict[str, Any]:
    key = {"pk": {"S": records.request_key(request_name(world.instance_id, "r"))}}
    return dict(world.dynamodb.get_item(TableName="ledger", Key=key)["Item"])


@pytest.mark.parametrize("receives", [2, 0])
@pytest.mark.parametrize("other_contact", [False, True])
def test_a_later_delivery_hears_the_refusal(world: World, receives: int, *, other_contact: bool) -> None:
    """The count that SQS gives a duplicate is approximate: a copy on another server may have been received less often."""
    first, second = _rivals(world, world.contact() if other_contact else None)
    _refused_while_under_way(world, first, second)
    world.lose(FaultKind.LOST_RESET)
    second.receives = receives
    assert _delivered(world, second) == []
    assert world.codes == ["IdempotencyMismatch", "FlowNotUsable", "IdempotencyMismatch"]
    assert world.transfers == []
    assert {told["originalMessageId"] for told in world.told("Failed")} == {first.message_id, second.message_id}


def test_a_delivery_that_has_begun_before_hears_it_too(world: World) -> None:
    """It stands still before it takes the name: that becomes another's, a twin delivery is refused, and the other fails."""
    slow = world.send(world.request(world.contact(), requestId="r"))
    holder = world.send(world.request(world.contact(), contactFlowId=world.seed.flows["Draft"], requestId="r"))
    slow.receives = holder.receives = 1

    def twin(_: str) -> None:
        slow.receives = 2
        _delivered(world, slow)

    def meanwhile(_: str) -> None:
        world.interrupt("before describe_contact", twin)
        _delivered(world, holder)

    world.interrupt("after update_item", meanwhile)
    world.lose(FaultKind.LOST_RESET)
    assert _delivered(world, slow) == []
    assert world.codes == ["IdempotencyMismatch", "FlowNotUsable", "IdempotencyMismatch"]
    assert world.transfers == []


def test_an_attempt_of_a_request_that_had_the_name_before_is_not_its_own(world: World) -> None:
    """A delivery that was left over finds the doubt of the corrected request: a transfer that is not its own is not told as such."""
    contact = world.contact()
    wrong = world.send(world.request(contact, contactFlowId=world.seed.flows["Draft"], requestId="r"))
    world.once()
    world.lose(FaultKind.LOST_RESET)
    right = world.send(world.request(contact, requestId="r"))
    world.once()
    wrong.receives += 1
    assert _delivered(world, wrong) == []
    assert world.codes == ["FlowNotUsable"] * 2
    world.settle()
    assert [told["queueId"] for told in world.told("Succeeded")] == [world.seed.queues["Billing"]]
    assert [told["contactFlowId"] for told in world.told("Succeeded")] == [world.seed.flows["Move to queue"]]
    assert right not in world.queue.waiting


def test_a_failure_that_a_copy_was_told_since_does_not_hide_ones_own(world: World) -> None:
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
    first = world.send(world.request(contact, contactFlowId=world.seed.flows["Draft"]))
    world.once()
    world.send(world.request(contact))
    world.once()
    first.receives += 1
    assert _delivered(world, first) == []
    assert world.codes == ["FlowNotUsable"] * 2


def test_sent_again_it_is_judged_afresh(world: World) -> None:
    first, second = _rivals(world)
    _refused_while_under_way(world, first, second)
    world.send(second.body)
    world.settle()
    assert len(world.transfers) == 1
    assert _delivered(world, second) == []  # by hand, with the very receipt that was refused
    assert [told["newContactId"] for told in world.told("Succeeded")] == [world.transfers[0][1]] * 2
    assert world.codes == ["IdempotencyMismatch", "FlowNotUsable"]
    second.receives += 1
    assert _delivered(world, second) == []  # and with that it was refused no longer
    assert len(world.codes) == 2


def test_a_refusal_that_the_ledger_did_not_take_is_told_to_nobody(world: World) -> None:
    watched = watch(world, "SET #refused", give_up)
    first, second = _rivals(world)
    _refused_while_under_way(world, first, second)
    assert world.codes == ["FlowNotUsable"]
    second.visible_at = world.time.now + 5
    world.settle()
    watched.arrives_late()
    second.receives += 1
    assert _delivered(world, second) == []
    assert world.codes == ["FlowNotUsable"]
    assert len(world.transfers) == 1


def test_a_name_that_is_freed_while_a_refusal_is_written_is_taken(world: World) -> None:
    soon = datetime.fromtimestamp(world.time.now + 60, UTC).isoformat()
    first = world.send(world.request(world.contact(), requestId="r", expiresAt=soon))
    world.lose(FaultKind.ACTIVE_TASK_QUOTA)
    world.once()
    world.time.now += 90
    first.receives += 1
    watched = watch(world, "SET #refused", lambda: _meanwhile(world, first))
    second = world.send(world.request(contact := world.contact(), requestId="r"))
    assert _delivered(world, second) == []
    assert watched.calls
    assert world.codes == ["RequestExpired"]
    assert [old for old, _ in world.transfers] == [contact]


def test_the_oldest_refusals_leave_no_trace(world: World) -> None:
    world.send(world.request(world.contact(), requestId="r"))
    world.settle()
    other = world.request(world.contact(), requestId="r")
    sent = [world.send(other) for _ in range(records.TRACES + 5)]
    for message in sent:
        world.time.now += 1
        assert _delivered(world, message) == []
    kept = sorted(name for name in _name_item(world) if name.startswith("refused:"))
    assert kept == sorted(f"refused:{message.message_id}" for message in sent[-records.TRACES :])
    assert world.codes == ["IdempotencyMismatch"] * len(sent)
