"""What a Connect flow is answered, and what becomes of what it asked for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from contact_transfer.connect_flow.flow_function import NotStored
from tests.component.doors import Doors
from tests.component.world import INSTANCE_ARN

EVENT = Path(__file__).parent.parent / "events" / "connect-flow.json"


@pytest.fixture
def doors(dynamodb: Any) -> Doors:
    return Doors(dynamodb, routes={"again": 1})


def _parameters(doors: Doors, **given: Any) -> dict[str, Any]:
    return {"contactFlowId": doors.seed.flows["Move to queue"], "queueId": doors.seed.queues["Billing"]} | given


def test_a_flow_is_answered_and_its_contact_is_moved(doors: Doors) -> None:
    contact = doors.contact()
    answer = doors.flow_door().invoke(doors.flow_event(contact, **_parameters(doors, reason="asked by the customer")))
    doors.settle()
    [event] = doors.published("Succeeded")
    assert answer == {"status": "ACCEPTED", "requestName": event["requestName"]}
    assert (event["contactId"], event["reason"]) == (contact, "asked by the customer")
    assert [old for old, _ in doors.transfers] == [contact]


def test_the_answer_is_a_flat_map_of_texts(doors: Doors) -> None:
    contact = doors.contact()
    answers = [
        doors.flow_door().invoke(doors.flow_event(contact, **_parameters(doors))),
        doors.flow_door().invoke(doors.flow_event(contact)),
    ]
    assert [answer["status"] for answer in answers] == ["ACCEPTED", "REJECTED"]
    assert all(isinstance(text, str) and len(text) < 32_000 for answer in answers for text in answer.values())


@pytest.mark.parametrize("request_id", [{}, {"requestId": "order-17"}])
def test_connects_repetitions_of_a_call_are_one_request(doors: Doors, request_id: dict[str, str]) -> None:
    event = doors.flow_event(doors.contact(), **_parameters(doors, **request_id))
    names = {doors.flow_door().invoke(json.loads(json.dumps(event)))["requestName"] for _ in range(4)}
    assert len(doors.queue.waiting) == 4
    doors.settle()
    assert len(names) == 1
    assert len(doors.transfers) == 1
    assert doors.codes == []


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"contactFlowId": None}, "InvalidField"),
        ({"contactFlowId": ""}, "InvalidField"),
        ({"contactFlowId": "  "}, "InvalidField"),
        ({"contactFlowId": {"id": "f"}}, "InvalidField"),
        ({"contactFlowId": 7}, "InvalidField"),
        ({"queueID": "q"}, "InvalidField"),
        ({"contactId": "another"}, "InvalidField"),
        ({"instanceId": "another"}, "InvalidField"),
        ({"route": "unheard-of"}, "InvalidField"),
        ({"reason": "x" * 257}, "InvalidField"),
        ({"reason": "\ud800"}, "MalformedMessage"),
        ({"expiresAt": "tomorrow"}, "InvalidField"),
        ({"userId": "u"}, "BothDestinations"),
    ],
)
def test_bad_parameters_are_rejected_at_once_and_nothing_is_queued(
    doors: Doors, parameters: dict[str, Any], code: str
) -> None:
    answer = doors.flow_door().invoke(doors.flow_event(doors.contact(), **_parameters(doors, **parameters)))
    assert set(answer) == {"status", "failureCode", "failureMessage"}
    assert (answer["status"], answer["failureCode"]) == ("REJECTED", code)
    assert doors.queue.waiting == []


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"instance_arns": (INSTANCE_ARN[:-1] + "2",)}, "InstanceNotAllowed"),
        ({"allowed_contact_flow_ids": frozenset({"f"})}, "FlowNotAllowed"),
        ({"allowed_queue_ids": frozenset({"q"})}, "DestinationNotAllowed"),
    ],
)
def test_what_the_deployment_does_not_allow_is_rejected(doors: Doors, settings: dict[str, Any], code: str) -> None:
    answer = doors.flow_door(**settings).invoke(doors.flow_event(doors.contact(), **_parameters(doors)))
    assert answer["failureCode"] == code
    assert doors.queue.waiting == []


@pytest.mark.parametrize("channel", ["VOICE", "Voice", "CHAT"])
def test_other_channels_are_rejected(doors: Doors, channel: str) -> None:
    answer = doors.flow_door().invoke(doors.flow_event(doors.contact(), channel, **_parameters(doors)))
    assert answer["failureCode"] == "UnsupportedChannel"


@pytest.mark.parametrize(
    "event",
    [None, [], "x", {}, {"Details": None}, {"Details": {"ContactData": None}}, {"Details": {"ContactData": []}}],
)
def test_what_is_no_event_of_a_flow_is_rejected(doors: Doors, event: Any) -> None:
    assert doors.flow_door().invoke(event)["failureCode"] == "MalformedMessage"


@pytest.mark.parametrize("parameters", [None, [], "contactFlowId"])
def test_parameters_may_be_anything(doors: Doors, parameters: Any) -> None:
    event = doors.flow_event(doors.contact())
    event["Details"]["Parameters"] = parameters
    assert doors.flow_door().invoke(event)["failureCode"] == "InvalidField"


@pytest.mark.parametrize("missing", [None, "absent"])
def test_everything_but_contact_channel_and_instance_may_be_missing_or_null(doors: Doors, missing: str | None) -> None:
    """AWS's documented event, of an instance and a channel of ours, with everything else taken away."""
    event = json.loads(EVENT.read_text("utf-8"))
    contact = event["Details"]["ContactData"]
    kept = {"ContactId": doors.contact(), "Channel": "TASK", "InstanceARN": INSTANCE_ARN}
    event["Details"]["ContactData"] = kept | ({} if missing else dict.fromkeys(set(contact) - set(kept)))
    event["Details"]["Parameters"] = _parameters(doors)
    assert doors.flow_door().invoke(event)["status"] == "ACCEPTED"


def test_awss_documented_event_is_understood_and_refused_for_what_it_is(doors: Doors) -> None:
    """A voice call of another instance, with parameters that mean nothing here."""
    answer = doors.flow_door().invoke(json.loads(EVENT.read_text("utf-8")))
    assert answer["failureCode"] == "InvalidField"
    assert "exampleParameterKey1 is not a field of a request" in answer["failureMessage"]


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "AccessDenied"}}, "SendMessage"),
        EndpointConnectionError(endpoint_url="https://sqs"),
    ],
)
def test_it_raises_when_the_request_could_not_be_stored(doors: Doors, error: Exception) -> None:
    doors.queue.refuse = error
    with pytest.raises(NotStored):
        doors.flow_door().invoke(doors.flow_event(doors.contact(), **_parameters(doors)))
    assert doors.queue.waiting == []


def test_no_log_line_holds_a_parameters_value(doors: Doors, capsys: pytest.CaptureFixture[str]) -> None:
    secret = "the customer's name"
    event = doors.flow_event(doors.contact(), **_parameters(doors, reason=secret))
    door = doors.flow_door()
    door.invoke(event)
    event["Details"]["Parameters"][secret] = secret
    door.invoke(event)
    assert secret not in capsys.readouterr().out
