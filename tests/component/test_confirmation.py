"""Whether a transfer arrived: reported once, whatever happens to the events and to those who report it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from typing import Any

import pytest

from contact_transfer.observability.metrics import Metric
from local.connect.model import Course
from tests.component.doors import Doors
from tests.component.services import START


def test_a_contact_that_is_queued_confirms_its_transfer(doors: Doors) -> None:
    contact = doors.transferred(requestId="r-1", reason="escalation")
    doors.deliver(doors.telling())
    doors.confirm()
    [event] = doors.published("Confirmed")
    [(_, new)] = doors.transfers
    assert event == {
        "requestName": doors.published("Succeeded")[0]["requestName"],
        "instanceId": doors.instance_id,
        "contactId": contact,
        "contactFlowId": doors.seed.flows["Move to queue"],
        "queueId": doors.seed.queues["Billing"],
        "requestId": "r-1",
        "reason": "escalation",
        "newContactId": new,
        "newContactArn": doors.published("Succeeded")[0]["newContactArn"],
        "arrivedAs": "QUEUED",
        "arrivedAt": "2026-02-25T06:13:20.000Z",
        "arrivedQueueId": doors.seed.queues["Billing"],
        "secondsToArrival": 0.0,
    }
    arrival = doors.arrival(contact)
    assert (arrival["state"], arrival["how"], arrival["at"]) == ("confirmed", "QUEUED", START)
    assert arrival["queueId"] == doors.seed.queues["Billing"]


def test_a_contact_that_is_connected_to_its_agent_confirms_its_transfer(doors: Doors) -> None:
    flow = doors.seed.flows["Move to agent"]
    doors.transferred(queueId=None, userId=doors.seed.users["ana"], contactFlowId=flow)
    doors.deliver(doors.telling())
    doors.confirm()
    [event] = doors.published("Confirmed")
    assert (event["arrivedAs"], event["arrivedUserId"]) == ("CONNECTED_TO_AGENT", doors.seed.users["ana"])
    assert event["userId"] == doors.seed.users["ana"]


@pytest.mark.parametrize("event_type", ["QUEUED", "DISCONNECTED", "COMPLETED"])
@pytest.mark.parametrize(
    "queue",
    [
        {"queueType": "AGENT", "queueArn": "{instance}/queue/{agent}"},
        {"queueType": "Agent", "queueArn": "{instance}/queue/{agent}"},
        {"queueType": "AGENT", "queueArn": "{instance}/queue/agent/{agent}"},
        {"queueArn": "{instance}/queue/agent/{agent}"},
    ],
)
def test_a_contact_in_an_agents_own_queue_arrived_at_the_agent_and_in_no_queue(
    doors: Doors, queue: dict[str, str], event_type: str
) -> None:
    agent = doors.seed.users["ana"]
    doors.transferred(queueId=None, userId=agent, contactFlowId=doors.seed.flows["Move to agent"])
    event = _event_with_queue(doors, event_type, queue, agent=agent)
    doors.deliver([event])
    doors.confirm()
    [confirmed] = doors.published("Confirmed")
    assert (confirmed["arrivedAs"], confirmed["arrivedUserId"]) == ("QUEUED", agent)
    assert "arrivedQueueId" not in confirmed


@pytest.mark.parametrize("queue", [{"queueType": "AGENT"}, {"queueArn": None}, {"queueArn": "{instance}/queue/"}, {}])
def test_a_contact_in_an_unnamed_queue_has_arrived_without_saying_where(doors: Doors, queue: dict[str, str]) -> None:
    doors.transferred()
    doors.deliver([_event_with_queue(doors, "QUEUED", queue)])
    doors.confirm()
    [confirmed] = doors.published("Confirmed")
    assert confirmed["arrivedAs"] == "QUEUED"
    assert not {"arrivedQueueId", "arrivedUserId"} & set(confirmed)


@pytest.mark.parametrize("queue_type", ["STANDARD", None])
def test_an_agent_who_took_the_contact_out_of_a_shared_queue_is_reported_with_that_queue(
    doors: Doors, queue_type: str | None
) -> None:
    doors.transferred()
    queue = {"queueType": queue_type, "queueArn": "{instance}/queue/shared"}
    event = _event_with_queue(doors, "CONNECTED_TO_AGENT", queue)
    event["detail"]["agentInfo"] = {"agentArn": f"{event['detail']['instanceArn']}/agent/ana"}
    doors.deliver([event])
    doors.confirm()
    [confirmed] = doors.published("Confirmed")
    assert (confirmed["arrivedQueueId"], confirmed["arrivedUserId"]) == ("shared", "ana")


def _event_with_queue(
    doors: Doors, event_type: str, queue: Mapping[str, str | None], agent: str = ""
) -> dict[str, Any]:
    """A contact event of the new contact, as EventBridge delivers it, with this ``queueInfo``."""
    _, new = doors.transfers[-1]
    event = doors.telling(new)[0].envelope("agents-own-queue")
    instance = event["detail"]["instanceArn"]
    filled = {key: value and value.format(instance=instance, agent=agent) for key, value in queue.items()}
    event["detail"] |= {
        "eventType": event_type,
        "queueInfo": {**filled, "enqueueTimestamp": "2026-02-25T06:13:21.000Z"},
    }
    event["detail"].pop("agentInfo", None)
    return event


def test_the_time_from_request_to_arrival_is_measured(doors: Doors, capsys: pytest.CaptureFixture[str]) -> None:
    doors.connect.set_switches(flow_seconds=40)
    doors.send(doors.request(doors.contact()))
    doors.time.now += 20
    doors.once()
    doors.time.now += 60
    doors.connect.tick()
    doors.deliver(doors.telling())
    capsys.readouterr()
    doors.confirm()
    waited = 60 + doors.time.slept  # 20 in the queue, 40 in the flow, and the worker's wait for its pace
    assert doors.published("Confirmed")[0]["secondsToArrival"] == pytest.approx(waited, abs=0.01)
    [metrics] = [line for text in capsys.readouterr().out.splitlines() if "_aws" in (line := json.loads(text))]
    assert metrics[Metric.REQUEST_TO_CONFIRMATION] == [pytest.approx(waited, abs=0.01)]
    assert metrics[Metric.TRANSFER_TO_CONFIRMATION] == [pytest.approx(40, abs=0.01)]
    assert metrics[Metric.CONFIRMED] == [1.0]


def test_a_contact_that_ends_in_its_flow_is_reported_as_unconfirmed(doors: Doors) -> None:
    doors.connect.others.set_course(doors.seed.queues["Billing"], Course.FAILS)
    contact = doors.transferred()
    doors.deliver(doors.telling())
    doors.confirm()
    [event] = doors.published("Unconfirmed")
    assert (event["contactId"], event["unconfirmedReason"]) == (contact, "ContactEnded")
    assert event["disconnectReason"] == "CONTACT_FLOW_DISCONNECT"
    assert event["unconfirmedAt"] == "2026-02-25T06:13:20.000Z"
    assert doors.published("Confirmed") == []
    assert doors.arrival(contact)["state"] == "unconfirmed"


@pytest.mark.parametrize(
    ("destination", "reason", "metric"),
    [
        ({"queueId": None}, "CONTACT_FLOW_DISCONNECT", Metric.ENDED_IN_FLOW),
        ({"queueId": None}, "EXPIRED", Metric.UNCONFIRMED),
        ({}, "CONTACT_FLOW_DISCONNECT", Metric.UNCONFIRMED),
    ],
)
def test_a_flow_only_transfer_that_its_flow_ends_is_no_alarm(
    doors: Doors, capsys: pytest.CaptureFixture[str], destination: dict[str, None], reason: str, metric: Metric
) -> None:
    """No destination was asked for, so the flow may end the contact; an expired contact waited without success."""
    doors.transferred(**destination)
    [(_, new)] = doors.transfers
    ended = [event for event in doors.telling(new) if event.type not in {"QUEUED", "CONNECTED_TO_AGENT"}]
    assert not any(event.type in {"DISCONNECTED", "COMPLETED"} for event in ended)
    doors.connect.others.end(new, reason=reason)
    [event] = [event for event in doors.telling(new) if event.type == "DISCONNECTED"]
    for shown in ("queueInfo", "agentInfo"):
        event.detail.pop(shown, None)
    doors.deliver([event])
    doors.confirm()
    written = [json.loads(text) for text in capsys.readouterr().out.splitlines()]
    assert sum(sum(line.get(metric, [])) for line in written) == 1
    assert {Metric.ENDED_IN_FLOW, Metric.UNCONFIRMED} & {name for line in written for name in line} == {metric}
    assert len(doors.published("Unconfirmed")) == 1


@pytest.mark.parametrize("heard", ["QUEUED", "CONNECTED_TO_AGENT", "DISCONNECTED", "COMPLETED"])
def test_any_single_event_of_a_contact_that_arrived_is_enough(doors: Doors, heard: str) -> None:
    """Events are best effort: every event after the arrival shows it."""
    doors.transferred()
    [(_, new)] = doors.transfers
    doors.connect.others.place(new, user_id=doors.seed.users["ana"])
    doors.connect.others.end(new)
    doors.deliver([event for event in doors.telling(new) if event.type == heard])
    doors.confirm()
    assert len(doors.published("Confirmed")) == 1
    assert doors.published("Unconfirmed") == []


def test_every_order_and_every_repetition_of_the_events_confirms_once(doors: Doors) -> None:
    for order in itertools.permutations(range(4)):
        contact = doors.transferred()
        _, new = doors.transfers[-1]
        doors.connect.others.place(new, user_id=doors.seed.users["ana"])
        doors.connect.others.end(new)
        events = doors.telling(new)
        assert [event.type for event in events] == ["QUEUED", "CONNECTED_TO_AGENT", "DISCONNECTED", "COMPLETED"]
        doors.deliver([events[index] for index in order + order])
        doors.confirm()
        assert [detail["contactId"] for detail in doors.published("Confirmed")].count(contact) == 1, order
    assert doors.published("Unconfirmed") == []


def test_events_of_the_replica_region_confirm_nothing_twice(doors: Doors) -> None:
    """Global Resiliency: both Regions publish, the instance has the same id in both."""
    doors.transferred()
    [event] = doors.telling()
    there = json.loads(json.dumps(event.envelope("there")).replace("us-east-1", "us-west-2"))
    doors.deliver([event, there, event])
    doors.confirm()
    assert len(doors.published("Confirmed")) == 1
