"""Each permanent failure: parked at the first receive with its reason, announced, and without effect on the other messages of the batch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contact_transfer.transfer.failure_codes import FailureCode
from local.connect.model import Fault, FaultKind
from local.connect.model.switches import Ended
from tests.component.world import World

OTHER = "arn:aws:connect:us-east-1:000000000000:instance/another"


def _field(**given: Any) -> Callable[[World], object]:
    return lambda world: world.request(world.contact()) | given


def _named(**given: str) -> Callable[[World], object]:
    """Point fields at seeded resources by their friendly names."""

    def build(world: World) -> object:
        ids = {**world.seed.flows, **world.seed.queues, **world.seed.users}
        return world.request(world.contact()) | {name: ids[friendly] for name, friendly in given.items()}

    return build


def _voice(world: World) -> object:
    voice = world.contact(
        "StartOutboundVoiceContact", DestinationPhoneNumber="+15550100", QueueId=world.seed.queues["Support"]
    )
    return world.request(voice)


def _ended(world: World) -> object:
    contact = world.contact()
    world.connect.others.end(contact)
    return world.request(contact)


def _chain(world: World) -> object:
    contact = world.contact()
    for _ in range(11):
        world.connect.others.transfer(contact, queue_id=world.seed.queues["Support"])
        contact = world.connect.history.transfers[-1].new
    return world.request(contact)


def _elsewhere(world: World) -> object:
    world.connect.others.replicate(world.instance_id, "us-west-2")
    contact = world.contact()
    world.connect.others.replicate(world.instance_id, None)
    return world.request(contact)


UNKNOWN = "00000000-0000-4000-8000-000000000000"
CASES: list[tuple[str, Callable[[World], object]]] = [
    ("MalformedMessage", lambda _: "not json"),
    ("MalformedMessage", lambda _: ""),
    ("MalformedMessage", lambda _: "[1, 2]"),
    ("MalformedMessage", lambda _: "\x00\x01\x02"),
    ("MalformedMessage", lambda _: "[" * 200_000),
    ("MalformedMessage", lambda _: '{"contactId": "a", "contactId": "b"}'),
    ("MalformedMessage", lambda _: '{"contactId": NaN}'),
    ("MalformedMessage", lambda _: '{"contactId": "\\ud800"}'),
    ("MalformedMessage", lambda _: '{"contactId": ' + "9" * 5000 + "}"),
    (
        "MalformedMessage",
        lambda _: {"detail-type": "Amazon Connect Contact Event", "source": "aws.connect", "detail": {}},
    ),
    ("MalformedMessage", lambda _: {"detail-type": "Contact Transfer Requested", "detail": "text"}),
    ("InvalidField", lambda _: {}),
    ("InvalidField", _field(queueID="x")),
    ("InvalidField", _field(queueId=None)),
    ("InvalidField", _field(contactId=7)),
    ("InvalidField", _field(reason="  ")),
    ("InvalidField", _field(reason="r" * 257)),
    ("InvalidField", _field(requestId="r" * 129)),
    ("InvalidField", _field(contactId="c" * 257)),
    ("InvalidField", _field(expiresAt="2026-01-01T00:00:00")),
    ("InvalidField", _field(contactId=f"{OTHER}/contact/c")),
    ("InvalidField", _field(route="unknown")),
    ("BothDestinations", _field(userId="u")),
    ("InstanceNotAllowed", _field(instanceId="another")),
    ("InstanceNotAllowed", _field(instanceId=OTHER)),
    ("UnsupportedChannel", _voice),
    ("UnsupportedFlowType", _named(contactFlowId="Queue music")),
    ("FlowNotUsable", _named(contactFlowId="Draft")),
    ("FlowNotUsable", _named(contactFlowId="Retired")),
    ("ContactNotFound", _field(contactId=UNKNOWN)),
    ("FlowNotFound", _field(contactFlowId=UNKNOWN)),
    ("DestinationNotFound", _field(queueId=UNKNOWN)),
    ("ContactNotActive", _ended),
    ("ContactInAnotherRegion", _elsewhere),
    ("TransferLimitReached", _chain),
    ("RequestExpired", _field(expiresAt="2020-01-01T00:00:00Z")),
]


def test_every_code_is_produced_by_a_component_test() -> None:
    tests = "".join(path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py"))
    missing = [code for code in FailureCode if f'"{code}"' not in tests]
    assert not missing, f"give a request that fails with it in tests/component/test_failures.py: {', '.join(missing)}"


@pytest.mark.parametrize(("code", "build"), CASES, ids=[f"{code}-{i}" for i, (code, _) in enumerate(CASES)])
def test_parked_at_the_first_receive_with_its_reason_while_the_other_messages_transfer(
    world: World, code: str, build: Callable[[World], object]
) -> None:
    before, after = world.contact(), world.contact()
    world.send(world.request(before))
    body = build(world)
    bad = world.send(body)
    world.send(world.request(after))
    world.time.now += 61  # a contact that is younger may not show yet
    assert world.once() == []
    assert world.codes == [code]
    [parked] = world.queue.dead
    assert parked["MessageBody"] == bad.body
    [reason] = world.dead
    assert reason["OriginalMessageId"] == bad.message_id
    assert reason["FailedAt"].endswith("Z")
    assert reason["FailureMessage"].endswith(".")
    [event] = world.published("Failed")
    assert event["failureCode"] == code
    assert event["failureMessage"] == reason["FailureMessage"]
    assert event["originalMessageId"] == bad.message_id
    assert event.get("requestName") == reason.get("RequestName")
    assert event.get("attempts") == (int(reason["Attempts"]) if "Attempts" in reason else None)
    assert [old for old, _ in world.transfers if old in {before, after}] == [before, after]


@pytest.mark.parametrize(
    ("code", "setting", "given"),
    [
        ("FlowNotAllowed", "allowed_contact_flow_ids", "contactFlowId"),
        ("DestinationNotAllowed", "allowed_queue_ids", "queueId"),
        ("DestinationNotAllowed", "allowed_user_ids", "userId"),
    ],
)
def test_what_is_not_on_the_deployments_lists_is_refused_without_a_call(
    new_world: Callable[..., World], code: str, setting: str, given: str
) -> None:
    world = new_world(**{setting: frozenset({"the-one"})})
    contact = world.contact()
    other = {"queueId": None, "userId": world.seed.users["ana"]} if given == "userId" else {}
    world.try_once(contact, **other)
    assert world.codes == [code]
    assert world.dead[0]["RequestName"] == world.published("Failed")[0]["requestName"]
    assert world.connect.history.calls == []


def test_an_instance_must_be_named_when_the_deployment_serves_several(new_world: Callable[..., World]) -> None:
    world = new_world()
    world.settings = type(world.settings)(
        **{**vars(world.settings), "instance_arns": (*world.settings.instance_arns, OTHER)}
    )
    world.worker = world.new_worker()
    contact = world.contact()
    world.send(world.request(contact))
    world.try_once(contact, instanceId=world.instance_id)
    assert world.codes == ["InvalidField"]
    assert "instanceId is missing" in world.dead[0]["FailureMessage"]
    assert len(world.transfers) == 1


def test_the_message_names_each_wrong_field(world: World) -> None:
    world.send({"contactId": 1, "queueID": "x", "requestId": ""})
    world.once()
    [reason] = world.dead
    for word in (
        "contactId must be a string",
        "contactFlowId is missing",
        "did you mean queueId",
        "requestId is blank",
    ):
        assert word in reason["FailureMessage"]


def test_a_refusal_that_no_rule_explains_is_rejected_by_connect(world: World) -> None:
    contact = world.contact()
    # The model refuses a contact that has ended but is still shown as active: here for longer than it is asked again.
    world.connect.set_switches(end_shown_after=600)
    world.connect.others.end(contact)
    world.try_once(contact)
    assert world.codes == ["RejectedByConnect"]
    assert "InvalidRequestException (HTTP 400)" in world.dead[0]["FailureMessage"]


def test_contact_not_active_names_the_request_that_moved_it(world: World) -> None:
    contact = world.contact()
    world.send(world.request(contact, requestId="one"))
    world.try_once(contact, requestId="two")
    assert world.codes == ["ContactNotActive"]
    assert world.published("Succeeded")[0]["requestName"] in world.dead[0]["FailureMessage"]
    assert world.transfers[0][1] in world.dead[0]["FailureMessage"]


def test_a_linked_task_is_not_a_transfer_and_does_not_count(world: World) -> None:
    contact = world.contact()
    for _ in range(10):
        world.connect.others.transfer(contact, queue_id=world.seed.queues["Support"])
        contact = world.connect.history.transfers[-1].new
    world.connect.others.link_task(contact)
    world.try_once(contact)
    assert [old for old, _ in world.transfers] == [contact]


def test_the_active_task_quota_passes_while_a_full_chain_does_not(world: World) -> None:
    contact = world.contact()
    world.connect.add_fault(Fault(FaultKind.ACTIVE_TASK_QUOTA, "TransferContact", calls=3))
    world.carry_out(contact)
    assert world.codes == []
    assert [old for old, _ in world.transfers] == [contact]


@pytest.mark.parametrize("answer", [Ended.INVALID_REQUEST, Ended.NOT_FOUND])
def test_a_contact_that_still_shows_as_active_has_ended_when_a_successor_shows(world: World, answer: Ended) -> None:
    """DescribeContact may be late; what Connect refused is explained by what ListAssociatedContacts shows."""
    world.connect.set_switches(end_shown_after=5.0, ended_contact_answers=answer)
    contact = world.contact()
    world.connect.others.transfer(contact, queue_id=world.seed.queues["Support"])
    world.try_once(contact)
    assert world.codes == ["ContactNotActive"]
    assert "it was transferred to" in world.dead[0]["FailureMessage"]
