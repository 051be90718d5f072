"""The documented requirements of TransferContact, and what a transfer does, on the model."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from local.connect.model import Connect, Reply
from local.connect.seed import SeedData, seed
from local.connect.server.simulator import DEFAULT_INSTANCE_ARN

INVALID = ("InvalidRequestException", 400)
NOT_FOUND = ("ResourceNotFoundException", 404)
FULL = ("ServiceQuotaExceededException", 402)


def refusal(reply: Reply) -> tuple[str, int] | None:
    return (reply.error.code, reply.error.status) if reply.error else None


def test_a_transfer_ends_the_old_contact_and_begins_a_new_one_in_the_queue(scene: Any) -> None:
    old = scene.task()
    scene.clock.wait(5)
    new = scene.to_support(old).body["ContactId"]
    assert scene.contact(old)["DisconnectTimestamp"] == scene.clock.now
    shown = scene.contact(new)
    assert shown["PreviousContactId"] == shown["InitialContactId"] == old
    assert shown["InitiationMethod"] == "TRANSFER"
    assert shown["Channel"] == "TASK"
    assert shown["QueueInfo"] == {"Id": scene.ids.queues["Support"], "EnqueueTimestamp": scene.clock.now}
    assert "AgentInfo" not in shown
    assert scene.tree(old) == scene.tree(new) == [old, new]


def test_a_transfer_to_a_user_shows_the_agent_by_id_also_when_given_as_arn(scene: Any) -> None:
    arn = scene.connect.store.users[scene.ids.users["ana"]].arn
    new = scene.transfer(scene.task(), ContactFlowId=scene.ids.flows["Move to agent"], UserId=arn).body["ContactId"]
    assert scene.contact(new)["AgentInfo"]["Id"] == scene.ids.users["ana"]
    assert "QueueInfo" not in scene.contact(new)


def test_a_flow_only_transfer_has_neither_queue_nor_agent(scene: Any) -> None:
    new = scene.transfer(scene.task(), ContactFlowId=scene.ids.flows["Inbound"]).body["ContactId"]
    assert not {"QueueInfo", "AgentInfo"} & set(scene.contact(new))


def test_emails_are_transferred_and_keep_their_channel(scene: Any) -> None:
    new = scene.to_support(scene.start("StartEmailContact")).body["ContactId"]
    assert scene.contact(new)["Channel"] == "EMAIL"


@pytest.mark.parametrize("operation", ["StartOutboundVoiceContact", "StartChatContact"])
def test_other_channels_are_refused(scene: Any, operation: str) -> None:
    assert refusal(scene.to_support(scene.start(operation))) == INVALID


def test_queue_and_user_together_are_refused(scene: Any) -> None:
    both = {"QueueId": scene.ids.queues["Support"], "UserId": scene.ids.users["ana"]}
    assert refusal(scene.transfer(scene.task(), **both)) == INVALID


@pytest.mark.parametrize(
    "flow",
    ["Queue music", "Customer hold", "Customer whisper", "Agent hold", "Agent whisper", "Outbound whisper", "Campaign"],
)
def test_flows_of_other_types_are_refused(scene: Any, flow: str) -> None:
    assert refusal(scene.transfer(scene.task(), ContactFlowId=scene.ids.flows[flow])) == INVALID


@pytest.mark.parametrize("flow", ["Draft", "Retired"])
def test_flows_that_are_not_published_or_archived_are_refused(scene: Any, flow: str) -> None:
    assert refusal(scene.transfer(scene.task(), ContactFlowId=scene.ids.flows[flow])) == INVALID


def test_a_draft_can_be_used_once_it_is_published(scene: Any) -> None:
    scene.connect.others.publish_flow(scene.ids.flows["Draft"])
    assert scene.transfer(scene.task(), ContactFlowId=scene.ids.flows["Draft"]).status == 200


def test_an_ended_contact_is_refused(scene: Any) -> None:
    task = scene.task()
    scene.connect.others.end(task)
    assert refusal(scene.to_support(task)) == INVALID


def test_a_paused_task_can_be_transferred(scene: Any) -> None:
    task = scene.task()
    scene.connect.others.pause(task)
    assert scene.to_support(task).status == 200


def test_the_twelfth_transfer_of_a_chain_is_refused_also_when_others_made_the_rest(scene: Any) -> None:
    contact = scene.task()
    for hop in range(11):
        if hop % 2:
            contact = scene.to_support(contact).body["ContactId"]
        else:
            scene.connect.others.transfer(contact, queue_id=scene.ids.queues["Billing"])
            contact = scene.connect.history.transfers[-1].new
    assert refusal(scene.to_support(contact)) == FULL
    assert len(scene.tree(contact)) == 12


def test_linked_tasks_are_no_transfers(scene: Any) -> None:
    first = scene.task()
    linked = scene.task(PreviousContactId=first)
    related = scene.task(RelatedContactId=first)
    assert scene.contact(linked)["InitiationMethod"] == "API"
    assert scene.contact(linked)["PreviousContactId"] == first
    assert scene.contact(related)["RelatedContactId"] == first
    assert "PreviousContactId" not in scene.contact(related)
    assert scene.tree(first) == [first, linked, related]
    assert "DisconnectTimestamp" not in scene.contact(first)
    assert scene.connect.history.transfers == []


def test_a_chain_of_linked_tasks_ends_at_twelve(scene: Any) -> None:
    task = scene.task()
    for _ in range(11):
        task = scene.task(PreviousContactId=task)
    assert (
        refusal(
            scene.ask("StartTaskContact", Name="x", ContactFlowId=scene.ids.flows["Inbound"], PreviousContactId=task)
        )
        == FULL
    )


@pytest.mark.parametrize("field", ["InstanceId", "ContactId", "ContactFlowId", "QueueId", "UserId"])
def test_what_is_not_known_is_not_found(scene: Any, field: str) -> None:
    params = {
        "InstanceId": scene.ids.instance_id,
        "ContactId": scene.task(),
        "ContactFlowId": scene.ids.flows["Move to queue"],
        field: "5b0b0a4e-0000-4000-8000-000000000000",
    }
    assert refusal(scene.connect.handle("TransferContact", params)) == NOT_FOUND


def test_an_arn_of_another_instance_is_not_found(scene: Any) -> None:
    foreign = scene.connect.store.queues[scene.ids.queues["Support"]].arn.replace("111122223333", "444455556666")
    assert refusal(scene.transfer(scene.task(), QueueId=foreign)) == NOT_FOUND


def test_a_task_beyond_the_active_task_quota_is_refused_and_so_is_its_transfer(scene: Any) -> None:
    task, email = scene.task(), scene.start("StartEmailContact")
    scene.connect.set_active_task_quota(scene.ids.instance_id, 1)
    assert refusal(scene.ask("StartTaskContact", Name="x", ContactFlowId=scene.ids.flows["Inbound"])) == FULL
    assert refusal(scene.to_support(task)) == FULL
    assert scene.to_support(email).status == 200
    scene.connect.set_active_task_quota(scene.ids.instance_id, 2)
    assert scene.to_support(task).status == 200


def test_an_ended_task_makes_room_for_another(scene: Any) -> None:
    scene.connect.set_active_task_quota(scene.ids.instance_id, 1)
    task = scene.task()
    scene.connect.others.end(task)
    assert scene.ask("StartTaskContact", Name="x", ContactFlowId=scene.ids.flows["Inbound"]).status == 200


def test_a_saved_flow_has_an_error_of_its_own_and_is_shown_when_asked_as_saved(scene: Any) -> None:
    draft = scene.ids.flows["Draft"]
    assert refusal(scene.ask("DescribeContactFlow", ContactFlowId=draft)) == ("ContactFlowNotPublishedException", 404)
    saved = scene.ask("DescribeContactFlow", ContactFlowId=f"{draft}:$SAVED").body["ContactFlow"]
    assert saved["Status"] == "SAVED"
    retired = scene.ask("DescribeContactFlow", ContactFlowId=scene.ids.flows["Retired"]).body["ContactFlow"]
    assert retired["State"] == "ARCHIVED"


def test_history_has_every_call_and_transfer_with_ids_only(scene: Any) -> None:
    old = scene.task(Description="private")
    reply = scene.to_support(old, "token-1")
    scene.connect.others.transfer(reply.body["ContactId"], user_id=scene.ids.users["ben"])
    [call] = scene.connect.history.calls
    assert (call.operation, call.status, call.code, call.applied, call.delivered) == (
        "TransferContact", 200, None, True, "answer",
    )  # fmt: skip
    assert call.ids["ClientToken"] == "token-1"
    first, second = scene.connect.history.transfers
    assert (first.old, first.new, first.token, first.by) == (old, reply.body["ContactId"], "token-1", "TransferContact")
    assert first.request_id == call.request_id == reply.request_id
    assert (second.old, second.by, second.user_id, second.token) == (first.new, "agent", scene.ids.users["ben"], None)
    assert "private" not in repr(scene.connect.history.calls)


def test_the_same_seed_gives_the_same_ids(scene: Any) -> None:
    def ids(number: int) -> SeedData:
        connect = Connect(scene.clock, Random(number))  # noqa: S311 - ids of a simulation
        return seed(connect, connect.add_instance(DEFAULT_INSTANCE_ARN).id)

    assert ids(1) == scene.ids
    assert ids(2) != scene.ids
