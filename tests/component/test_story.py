"""What becomes of one request when nothing goes wrong with the machinery."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from contact_transfer.ledger.documents import from_document
from contact_transfer.ledger.forgetting import REMEMBERED_ENDS
from contact_transfer.ledger.records import Contact
from tests.component.world import World


def test_a_task_goes_to_a_queue_with_four_calls_and_one_event(world: World) -> None:
    contact = world.contact()
    world.try_once(contact, reason="escalation")
    [(old, new)] = world.transfers
    assert old == contact
    assert world.queue.waiting == []
    [event] = world.published("Succeeded")
    assert event["newContactId"] == new
    assert event["reason"] == "escalation"
    assert event["attempts"] == 1
    assert "attribution" not in event
    world.log.clear()
    world.time.goes_on(60)  # a lane that is busier than its tenth looks into the urgent queue every two seconds, too
    world.try_once(world.contact())
    calls = [name for name in world.log if name.startswith("before")]
    assert calls == [
        "before put_item",
        "before describe_contact",
        "before transfer_contact",
        "before put_item",
        "before put_events",
    ]


def test_the_client_token_is_sent_and_is_the_same_for_the_same_request(world: World) -> None:
    contact = world.contact()
    world.try_once(contact)
    tokens = [call.ids["ClientToken"] for call in world.connect.history.calls if call.operation == "TransferContact"]
    assert len(tokens) == 1
    assert len(tokens[0]) == 64


@pytest.mark.parametrize("start", ["StartTaskContact", "email"])
@pytest.mark.parametrize("destination", ["queue", "agent", "flow only"])
def test_tasks_and_emails_go_to_queues_agents_and_flows(world: World, start: str, destination: str) -> None:
    contact = world.contact() if start == "StartTaskContact" else _email(world)
    given: dict[str, Any] = {
        "queue": {},
        "agent": {
            "queueId": None,
            "userId": world.seed.users["ana"],
            "contactFlowId": world.seed.flows["Move to agent"],
        },
        "flow only": {"queueId": None, "contactFlowId": world.seed.flows["Inbound"]},
    }[destination]
    world.try_once(contact, **given)
    assert [old for old, _ in world.transfers] == [contact]
    [event] = world.published("Succeeded")
    assert event.get("queueId") == (world.seed.queues["Billing"] if destination == "queue" else None)
    assert event.get("userId") == (world.seed.users["ana"] if destination == "agent" else None)


def _email(world: World) -> str:
    made = world.connect.call(
        "StartEmailContact",
        InstanceId=world.instance_id,
        FromEmailAddress={"EmailAddress": "customer@example.com"},
        DestinationEmailAddress="support@example.com",
        EmailMessage={
            "MessageSourceType": "RAW",
            "RawMessage": {"Subject": "s", "Body": "b", "ContentType": "text/plain"},
        },
    )
    return str(made["ContactId"])


def test_arns_and_ids_are_one_request(world: World) -> None:
    contact = world.contact()
    arn = f"arn:aws:connect:us-east-1:000000000000:instance/{world.instance_id}"
    world.send(world.request(contact))
    world.send(
        {
            "instanceId": arn,
            "contactId": f"{arn}/contact/{contact}",
            "contactFlowId": f"{arn}/contact-flow/{world.seed.flows['Move to queue']}",
            "queueId": f"{arn}/queue/{world.seed.queues['Billing']}",
        }
    )
    world.once()
    assert len(world.transfers) == 1
    assert len(world.published("Succeeded")) == 2
    assert len({event["requestName"] for event in world.published("Succeeded")}) == 1


def test_the_same_request_through_both_doors_transfers_once(world: World) -> None:
    contact = world.contact()
    request = world.request(contact, requestId="order-17")
    world.send(request)
    world.send({"detail-type": "Contact Transfer Requested", "source": "crm", "detail": request})
    world.once()
    assert len(world.transfers) == 1
    assert world.codes == []
    assert {event["newContactId"] for event in world.published("Succeeded")} == {world.transfers[0][1]}


def test_an_archive_replay_and_a_redrive_days_later_answer_the_first_result(world: World) -> None:
    contact = world.contact()
    request = world.request(contact)
    world.send(request)
    world.once()
    world.time.now += 9 * 86400
    replayed = {"detail-type": "Contact Transfer Requested", "source": "crm", "replay-name": "r", "detail": request}
    world.send(replayed)
    world.once()
    assert len(world.transfers) == 1
    assert [event["newContactId"] for event in world.published("Succeeded")] == [world.transfers[0][1]] * 2


def test_the_same_request_with_and_without_request_id_transfers_once(world: World) -> None:
    contact = world.contact()
    world.send(world.request(contact))
    world.try_once(contact, requestId="order-17")
    assert len(world.transfers) == 1
    assert world.codes == ["ContactNotActive"]
    assert world.published("Succeeded")[0]["requestName"] in world.dead[0]["FailureMessage"]
    assert world.calls("TransferContact") == 1


def test_a_failed_request_may_be_corrected_under_its_request_id(world: World) -> None:
    contact = world.contact()
    world.try_once(contact, requestId="order-17", contactFlowId=world.seed.flows["Draft"])
    assert world.codes == ["FlowNotUsable"]
    world.try_once(contact, requestId="order-17")
    assert len(world.transfers) == 1


@pytest.mark.slow
def test_requests_that_fail_for_a_contact_without_end_do_not_fill_its_item(world: World) -> None:
    """DynamoDB takes 400 KB an item: a producer that asks once a minute under a new name each time would come to it in a day."""
    contact, unknown = world.contact(), "00000000-0000-4000-8000-000000000000"
    for number in range(3 * REMEMBERED_ENDS):
        world.carry_out(contact, requestId=f"try-{number}", contactFlowId=unknown)
        world.time.now += 60
    assert world.codes == ["FlowNotFound"] * 3 * REMEMBERED_ENDS
    known = from_document(Contact, world.item(contact))
    latest = {f"try-{number}" for number in range(2 * REMEMBERED_ENDS, 3 * REMEMBERED_ENDS)}
    assert {record.asked["requestId"] for record in known.requests.values()} == latest
    # Forgotten by the contact, and free to be corrected all the same.
    world.send(world.request(contact, requestId="try-0"))
    world.settle()
    assert [old for old, _ in world.transfers] == [contact]


def test_the_same_request_id_for_another_contact_is_refused(world: World) -> None:
    first, second = world.contact(), world.contact()
    world.send(world.request(first, requestId="order-17"))
    world.try_once(second, requestId="order-17")
    assert [old for old, _ in world.transfers] == [first]
    assert world.codes == ["IdempotencyMismatch"]


def test_a_request_failed_for_its_flow_is_tried_again_when_redriven(world: World) -> None:
    contact = world.contact()
    draft = world.seed.flows["Draft"]
    world.try_once(contact, contactFlowId=draft)
    assert world.codes == ["FlowNotUsable"]
    world.connect.others.publish_flow(draft)
    world.send(world.queue.dead[0]["MessageBody"])
    world.once()
    assert len(world.transfers) == 1


def test_a_contact_that_keeps_its_id_may_be_transferred_again_by_another_request(world: World) -> None:
    world.connect.set_switches(answers_old_contact_id=True)
    contact = world.contact()
    world.try_once(contact)
    world.try_once(contact)
    assert world.calls("TransferContact") == 1
    assert [event["newContactId"] for event in world.published("Succeeded")] == [contact, contact]


def test_an_answer_without_contact_id_is_a_success_without_it(world: World) -> None:
    world.connect.set_switches(answers_without_contact_id=True)
    world.try_once(world.contact())
    [event] = world.published("Succeeded")
    assert "newContactId" not in event
    assert "newContactArn" not in event


def test_no_log_line_holds_a_body_an_unknown_field_or_a_reason(
    world: World, log_lines: Callable[[], list[str]]
) -> None:
    world.send(world.request(world.contact(), reason="SECRET-reason"))
    attribute = {"dataType": "String", "stringValue": "SECRET"}
    world.send({"SECRETfield": "SECRET-value", "contactId": "SECRET\u0001", "reason": "SECRET-reason"}, own=attribute)
    world.send("SECRET not json")
    world.once()
    lines = log_lines()
    assert [json.loads(line).get("message") for line in lines][:3] == ["transferred", "failed", "failed"]
    assert "SECRET" not in "".join(lines)
