"""A trial's parts where AWS denies, loses an answer or shows something else: with clients that are held to botocore's model."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from contact_transfer.confirmation.arrivals import CONTACT_ENDED, UNCONFIRMED, Arrival
from contact_transfer.connect.responses import ContactView
from contact_transfer.ledger.records import Contact, RequestRecord, Transfer
from tests.ops.test_stubbed import FUNCTION, INSTANCE, Clients, stubbed
from transfers_cli import trial_contacts
from transfers_cli.deployment import Deployment
from transfers_cli.doctor.finding import Finding, Level, Subject, Target
from transfers_cli.doctor.live.command import left_out
from transfers_cli.doctor.live.journey import Journey
from transfers_cli.doctor.live.request import Trial
from transfers_cli.doctor.live.sources import SOURCES, NotTaken
from transfers_cli.doctor.live.trial import LiveTrial
from transfers_cli.errors import Exit, Stop
from transfers_cli.ledger import Story
from transfers_cli.trial_contacts import TrialContacts

OUTPUTS = {
    "TransferQueueUrl": "https://queue/transfers",
    "UrgentQueueUrl": "https://queue/urgent",
    "DeadLetterQueueUrl": "https://queue/dead",
    "EventBusName": "ContactTransfer-local",
    "LedgerTableName": "ledger",
    "FlowFunctionArn": FUNCTION,
}
TRIAL = Trial("doctor-1", INSTANCE, "start", {"contactFlowId": "f", "queueId": "q"}, seconds=0.0)


class NoChain:
    """Stands where ``Looker`` stands: Connect lists nothing but what a test says."""

    def __init__(self, *listed: ContactView, problem: str = "") -> None:
        self._listed, self._problem = list(listed), problem

    def chain(self, _instance_id: str, _contact_id: str) -> list[ContactView]:
        if self._problem:
            raise Stop(self._problem, Exit.UNREACHABLE)
        return self._listed


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial_contacts, "_PAUSE_SECONDS", 0.0)


def contacts(connect: Any, looker: Any = None) -> TrialContacts:
    chain: Any = looker or NoChain()
    return TrialContacts(connect, chain, INSTANCE.instance_id, "start", "doctor-1")


def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_token() -> None:
    client, stub = stubbed("connect")
    tokens: list[str] = []

    def lose(params: dict[str, Any], **_: Any) -> None:
        tokens.append(params["ClientToken"])
        if len(tokens) == 1:
            raise ReadTimeoutError(endpoint_url="https://connect")

    client.meta.events.register("provide-client-params.connect.StartTaskContact", lose)
    stub.add_response("start_task_contact", {"ContactId": "c"})
    assert contacts(client).start() == "c"
    assert len(tokens) == 2
    assert len(set(tokens)) == 1


def test_successors_are_ended_too_and_what_cannot_be_ended_is_reported() -> None:
    client, stub = stubbed("connect")
    stub.add_response("start_task_contact", {"ContactId": "old"})
    ended = ContactView("old", ended_at=1.0)
    made = contacts(client, NoChain(ended, ContactView("moved-on"), ContactView("refuses")))
    made.start()
    made.became("unlisted")
    for contact, code in (
        ("moved-on", None),
        ("refuses", "AccessDeniedException"),
        ("unlisted", "ContactNotFoundException"),
    ):
        asked = {"InstanceId": INSTANCE.instance_id, "ContactId": contact}
        if code is None:
            stub.add_response("stop_contact", {}, asked)
        else:
            stub.add_client_error("stop_contact", code, expected_params=asked)
    assert made.end_all() == {"refuses": "AccessDeniedException"}
    stub.assert_no_pending_responses()


def test_contacts_are_ended_although_connect_cannot_list_their_successors() -> None:
    client, stub = stubbed("connect")
    stub.add_response("start_task_contact", {"ContactId": "old"})
    made = contacts(client, NoChain(problem="Connect could not be asked: throttled."))
    made.start()
    stub.add_response("stop_contact", {}, {"InstanceId": INSTANCE.instance_id, "ContactId": "old"})
    assert made.end_all() == {"successors of old": "Connect could not be asked: throttled."}
    stub.assert_no_pending_responses()


@pytest.fixture
def denied() -> Iterator[tuple[list[Finding], list[str]]]:
    """The findings of a trial in which AWS denies some calls, and the contacts that were stopped."""
    stopped: list[str] = []
    clients = {name: stubbed(name) for name in ("connect", "sqs", "events", "lambda", "dynamodb")}
    connect, sqs, events, function, dynamodb = (stub for _, stub in clients.values())
    for number in range(3):
        connect.add_response("start_task_contact", {"ContactId": f"c{number}"})
    connect.add_client_error("start_task_contact", "ServiceQuotaExceededException")
    sqs.add_client_error("send_message", "AccessDenied")
    sqs.add_response("send_message", {"MessageId": "urgent"})
    events.add_response("put_events", {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "NotAuthorizedForSource"}]})
    sqs.add_client_error("send_message", "AccessDenied")  # the request that must fail
    dynamodb.add_client_error("get_item", "AccessDeniedException")
    sqs.add_response("send_message", {"MessageId": "cancellation"})
    for number in range(3):
        connect.add_response("stop_contact", {}, {"InstanceId": INSTANCE.instance_id, "ContactId": f"c{number}"})
    del function
    client = clients["connect"][0]
    client.meta.events.register(
        "provide-client-params.connect.StopContact", lambda params, **_: stopped.append(params["ContactId"])
    )
    aws: Any = Clients({name: made for name, (made, _) in clients.items()})
    found = Deployment("ContactTransfer-local", "000000000000", "us-east-1", "UPDATE_COMPLETE", OUTPUTS, aws)
    trial = Trial(**{**TRIAL.__dict__, "seconds": 60.0})
    yield LiveTrial(found, trial, contacts(client), threading.Event()).run(), stopped
    for _, stub in clients.values():
        stub.assert_no_pending_responses()


def test_each_denied_call_is_a_bad_finding_and_every_contact_is_ended(denied: tuple[list[Finding], list[str]]) -> None:
    findings, stopped = denied
    assert {finding.level for finding in findings} == {Level.BAD}
    seen = {finding.what: finding.seen for finding in findings}
    assert "SendMessage answered AccessDenied" in seen["transfer queue"]
    assert "GetItem answered AccessDeniedException" in seen["urgent queue"]
    assert "NotAuthorizedForSource" in seen["event bus"]
    assert "no test contact could be started" in seen["flow function"]
    assert "could not be sent" in seen["a request that must fail"]
    assert stopped == ["c0", "c1", "c2"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (
            {"status": "REJECTED", "failureCode": "FlowNotAllowed", "failureMessage": "not on the list"},
            "not on the list",
        ),
        ({"errorMessage": "NotStored"}, "the flow function failed: NotStored"),
    ],
)
def test_the_answer_of_the_flow_function_is_shown(answer: dict[str, str], error: str) -> None:
    [flow] = [source for source in SOURCES if source.key == "flow"]
    events: list[Any] = []

    def invoke(FunctionName: str, Payload: str) -> dict[str, Any]:  # noqa: N803 - the API's names
        events.append((FunctionName, json.loads(Payload)))
        failed = {"FunctionError": "Unhandled"} if "errorMessage" in answer else {}
        return {"Payload": io.BytesIO(json.dumps(answer).encode()), **failed}

    aws: Any = Clients({"lambda": SimpleNamespace(invoke=invoke)})
    found = Deployment("ContactTransfer-local", "0", "us-east-1", "UPDATE_COMPLETE", OUTPUTS, aws)
    with pytest.raises(NotTaken, match=error):
        flow.send(found, TRIAL, "c")
    [(function, event)] = events
    assert function == FUNCTION
    assert event["Details"]["ContactData"] == {"ContactId": "c", "Channel": "TASK", "InstanceARN": INSTANCE.text}
    assert {"instanceId", "contactId"}.isdisjoint(event["Details"]["Parameters"])


def test_a_contact_that_its_flow_ended_is_bad() -> None:
    name = TRIAL.request_name("queue")
    key = f"{name}:0123456789abcdef"
    contact = Contact(transfer=Transfer(key, "new", at=1.0), requests={key: RequestRecord()})
    arrival = Arrival(UNCONFIRMED, CONTACT_ENDED, 2.0, "m")
    ledger: Any = SimpleNamespace(story=lambda *_: Story(INSTANCE.instance_id, "c", contact, arrival))
    journey = Journey("transfer queue", name, "c")
    journey.send_began()
    journey.follow(ledger, INSTANCE.instance_id)
    finding = journey.finding(1)
    assert (finding.level, journey.is_over, journey.new_contact_id) == (Level.BAD, True, "new")
    assert "did not arrive: ContactEnded" in finding.seen


def test_routes_are_left_out_and_do_not_count_as_bad() -> None:
    subject = Subject("n", None, (), *(frozenset(),) * 4, 2.0, 5.0, routes=(Target("second-line", "f", "q"),))  # type: ignore[arg-type]  # no client is used
    [finding] = left_out(subject)
    assert (finding.level, finding.what) == (Level.UNKNOWN, "route second-line")
