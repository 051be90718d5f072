"""What AWS leaves undocumented, both ways, on the model."""

from __future__ import annotations

from typing import Any

import pytest

from local.connect.model import Course, Switches


def code(reply: Any) -> str | None:
    return reply.error.code if reply.error else None


def test_a_token_answers_its_first_answer_again_and_transfers_once(scene: Any) -> None:
    task = scene.task()
    first, second = scene.to_support(task, "t"), scene.to_support(task, "t")
    assert second.body == first.body
    assert len(scene.connect.history.transfers) == 1


def test_a_token_can_answer_a_conflict(scene: Any) -> None:
    scene.connect.set_switches(token_replay="conflict")
    task = scene.task()
    scene.to_support(task, "t")
    assert code(scene.to_support(task, "t")) == "IdempotencyException"


def test_a_token_with_other_parameters_is_a_conflict(scene: Any) -> None:
    scene.to_support(scene.task(), "t")
    assert code(scene.to_support(scene.task(), "t")) == "IdempotencyException"


def test_a_token_is_forgotten_after_a_while(scene: Any) -> None:
    scene.connect.set_switches(token_forgotten_after=60, old_contact_active_for=300)
    task = scene.task()
    scene.to_support(task, "t")
    scene.clock.wait(59.9)
    scene.to_support(task, "t")
    assert len(scene.connect.history.transfers) == 1
    scene.clock.wait(0.1)
    scene.to_support(task, "t")
    assert scene.connect.history.transferred_twice() == [task]


@pytest.mark.parametrize("remembers", [True, False])
def test_a_token_remembers_a_rejection_or_not(scene: Any, *, remembers: bool) -> None:
    scene.connect.set_switches(token_remembers_rejection=remembers)
    task, flow = scene.task(), scene.ids.flows["Retired"]
    assert code(scene.transfer(task, ContactFlowId=flow, ClientToken="t")) == "InvalidRequestException"
    scene.connect.others.archive_flow(flow, archived=False)
    again = scene.transfer(task, ContactFlowId=flow, ClientToken="t")
    assert code(again) == ("InvalidRequestException" if remembers else None)


def test_the_old_contact_can_stay_active_and_be_transferred_a_second_time(scene: Any) -> None:
    scene.connect.set_switches(old_contact_active_for=30)
    task = scene.task()
    scene.to_support(task, "one")
    scene.clock.wait(29)
    assert "DisconnectTimestamp" not in scene.contact(task)
    assert scene.to_support(task, "two").status == 200
    assert scene.connect.history.transferred_twice() == [task]
    scene.clock.wait(1)
    assert scene.contact(task)["DisconnectTimestamp"] == scene.clock.now
    assert code(scene.to_support(task, "three")) == "InvalidRequestException"


def test_reads_can_be_stale_while_the_transfer_call_is_the_authority(scene: Any) -> None:
    scene.connect.set_switches(end_shown_after=10)
    task = scene.task()
    scene.to_support(task)
    assert "DisconnectTimestamp" not in scene.contact(task)
    assert code(scene.to_support(task)) == "InvalidRequestException"
    scene.clock.wait(10)
    assert scene.contact(task)["DisconnectTimestamp"] == scene.clock.now - 10


def test_the_successor_can_be_listed_described_and_placed_late(scene: Any) -> None:
    task = scene.task()
    scene.connect.set_switches(successor_listed_after=5, contact_described_after=10, destination_known_after=15)
    new = scene.to_support(task).body["ContactId"]
    assert scene.tree(task) == [task]
    assert code(scene.ask("DescribeContact", ContactId=new)) == "ResourceNotFoundException"
    scene.clock.wait(5)
    assert scene.tree(task) == [task, new]
    scene.clock.wait(5)
    assert "QueueInfo" not in scene.contact(new)
    scene.clock.wait(5)
    assert scene.contact(new)["QueueInfo"]["Id"] == scene.ids.queues["Support"]


def test_the_answer_can_name_the_old_contact_or_none(scene: Any) -> None:
    task = scene.task()
    scene.connect.set_switches(answers_old_contact_id=True)
    assert scene.to_support(task).body["ContactId"] == task
    scene.connect.set_switches(answers_without_contact_id=True)
    assert scene.to_support(scene.task()).body == {}
    assert len(scene.connect.history.transfers) == 2


def test_an_initial_contact_can_name_itself(scene: Any) -> None:
    task = scene.task()
    assert "InitialContactId" not in scene.contact(task)
    scene.connect.set_switches(initial_contact_names_itself=True)
    assert scene.contact(task)["InitialContactId"] == task


@pytest.mark.parametrize(("keeps", "expected"), [(True, 402), (False, 200)])
def test_a_linked_task_keeps_its_predecessors_transfers_or_starts_anew(
    scene: Any, *, keeps: bool, expected: int
) -> None:
    scene.connect.set_switches(linked_task_keeps_transfer_count=keeps)
    contact = scene.task()
    for _ in range(11):
        contact = scene.to_support(contact).body["ContactId"]
    assert scene.to_support(scene.task(PreviousContactId=contact)).status == expected


def test_an_ended_contact_can_be_not_found(scene: Any) -> None:
    scene.connect.set_switches(ended_contact_answers="not-found")
    task = scene.task()
    scene.connect.others.end(task)
    assert code(scene.to_support(task)) == "ResourceNotFoundException"


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"token_reply": "conflict"}, "token_reply"),
        ({"token_replay": "sometimes"}, "sometimes"),
        ({"flow_seconds": -1}, "flow_seconds"),
        ({"answers_old_contact_id": 1}, "answers_old_contact_id"),
    ],
)
def test_a_bad_switch_is_refused_by_name(change: dict[str, Any], names: str) -> None:
    with pytest.raises(ValueError, match=names):
        Switches().changed(**change)


def test_every_switch_is_documented_and_marked_assumed() -> None:
    documented = (Switches.__doc__ or "").split("\n    ")
    for name in Switches().as_dict():
        start = next(number for number, line in enumerate(documented) if line.startswith(f"{name} "))
        assert "assumed" in " ".join(documented[start : start + 2]), name


def test_a_new_contact_can_be_unknown_to_every_operation_at_first(scene: Any) -> None:
    scene.connect.set_switches(contact_known_after=10)
    task = scene.task()
    scene.clock.wait(9.9)
    assert code(scene.to_support(task, "t")) == "ResourceNotFoundException"
    scene.clock.wait(0.1)
    assert code(scene.to_support(task, "t")) is None


def test_a_tree_can_have_a_page_for_each_contact(scene: Any) -> None:
    task = scene.task()
    for _ in range(3):
        scene.connect.others.link_task(task, related=True)
    scene.connect.set_switches(associated_page_size=1)
    params = {"InstanceId": scene.ids.instance_id, "ContactId": task, "MaxResults": 100}
    found, token = [], None
    for _ in range(4):
        page = scene.connect.handle(
            "ListAssociatedContacts", {**params, **({"NextToken": token} if token else {})}
        ).body
        found += page["ContactSummaryList"]
        token = page.get("NextToken")
    assert token is None
    assert len({one["ContactId"] for one in found}) == 4


def test_a_flow_can_move_the_contact_on_into_a_queue_of_its_own(scene: Any) -> None:
    flow, queues = scene.ids.flows["Move to agent"], scene.ids.queues
    scene.connect.others.set_course(flow, Course.MOVES_ON, queue_id=queues["Overflow"])
    task = scene.task()
    new = scene.transfer(task, ContactFlowId=flow, UserId=scene.ids.users["ana"], ClientToken="t").body["ContactId"]
    shown = scene.connect.handle("DescribeContact", {"InstanceId": scene.ids.instance_id, "ContactId": new}).body
    assert shown["Contact"]["QueueInfo"]["Id"] == queues["Overflow"]
    assert "AgentInfo" not in shown["Contact"]
