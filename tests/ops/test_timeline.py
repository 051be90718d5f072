"""The timeline: what the ledger and the worker's log lines tell of one request, in one order."""

from __future__ import annotations

import uuid
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from contact_transfer.confirmation.arrivals import Arrival
from contact_transfer.ledger.records import Attempt, Contact, EndRecord, Lease, RequestRecord, Transfer, TransientError
from tests.ops.conftest import Centre, Transfers
from transfers_cli import say
from transfers_cli.deployment import Deployment
from transfers_cli.ledger import Story
from transfers_cli.timeline import from_ledger, from_logs
from transfers_cli.timeline.entry import Entry, Kind, merged
from transfers_cli.timeline.logs import lines

KEY, NOW = "request:r#f", 1_000.0
ASKED = {"askedAt": "1970-01-01T00:01:40Z", "source": "queue"}


def shown(contact: Contact, arrival: Arrival | None = None) -> list[tuple[float, Kind]]:
    story = Story("i", "c", contact, arrival)
    return [(entry.at, entry.kind) for entry in merged(from_ledger.entries(story, NOW), ())]


def test_a_transfer_is_told_from_asked_to_confirmed() -> None:
    record = RequestRecord(asked=ASKED, first_at=110.0, first_called_at=120.0)
    contact = Contact(requests={KEY: record}, transfer=Transfer(KEY, "n", at=130.0))
    assert shown(contact, Arrival("confirmed", "QUEUED", 140.0, "m")) == [
        (100.0, Kind.ASKED),
        (110.0, Kind.BEGUN),
        (120.0, Kind.CALLED),
        (130.0, Kind.TRANSFERRED),
        (140.0, Kind.CONFIRMED),
    ]
    inferred = Contact(requests={KEY: record}, transfer=Transfer(KEY, "n", at=130.0, inferred=True))
    assert (130.0, Kind.RECONCILED) in shown(inferred)


def test_what_will_happen_next_is_last() -> None:
    deferred = RequestRecord(asked=ASKED, last_error=TransientError("Throttled", "429", 900.0, 1_200.0))
    assert shown(Contact(requests={KEY: deferred}))[-2:] == [(900.0, Kind.DEFERRED), (1_200.0, Kind.NEXT)]
    due = RequestRecord(asked=ASKED, last_error=TransientError("Throttled", "429", 900.0, 950.0))
    assert shown(Contact(requests={KEY: due}))[-1] == (NOW, Kind.NEXT)
    lease = Lease("o", 1, KEY, 990.0, 1_050.0)
    assert shown(Contact(requests={KEY: RequestRecord(asked=ASKED)}, lease=lease))[-1] == (1_050.0, Kind.NEXT)
    attempt = Attempt(KEY, 930.0, 930.0, 930.0, 1_300.0)
    assert (930.0, Kind.IN_DOUBT) in shown(Contact(requests={KEY: deferred}, attempt=attempt))


def test_every_end_is_told_once() -> None:
    end = EndRecord(KEY, "m2", "FlowNotUsable", "It is archived.", 200.0, attempts=2)
    earlier = EndRecord(KEY, "m1", "Throttled", "", 150.0)
    contact = Contact(requests={KEY: RequestRecord(asked=ASKED, ended=end)}, ends={"m1": earlier, "m2": end})
    assert shown(contact) == [(100.0, Kind.ASKED), (150.0, Kind.FAILED), (200.0, Kind.FAILED)]


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        ({"message": "transferred", "newContactId": "n"}, Kind.TRANSFERRED, "transferred to n"),
        ({"message": "transferred", "newContactId": "n", "inferred": True}, Kind.RECONCILED, "found in what Connect"),
        (
            {"message": "deferred", "cause": "Throttled", "detail": "429", "delay": 7},
            Kind.DEFERRED,
            "Throttled (429), for 7 s",
        ),
        ({"message": "deferred", "cause": "InDoubt", "delay": 7}, Kind.IN_DOUBT, "in doubt"),
        ({"message": "failed", "failureCode": "InvalidField"}, Kind.FAILED, "failed: InvalidField"),
        ({"message": "skipped", "skipReason": "ContactEnded"}, Kind.SKIPPED, "skipped: ContactEnded"),
        ({"message": "cancelled"}, Kind.CANCELLED, "cancelled"),
        ({"message": "held", "until": "2026"}, Kind.SCHEDULED, "held until 2026"),
    ],
)
def test_a_log_line_is_an_entry(line: dict[str, Any], kind: Kind, words: str) -> None:
    [entry] = from_logs.entries([{"timestamp": "1970-01-01T00:01:40Z", "requestName": "request:r", **line}])
    assert (entry.at, entry.kind, entry.request, words in entry.what) == (100.0, kind, "request:r", True)


def test_lines_of_other_things_and_repetitions_are_left_out() -> None:
    at = "1970-01-01T00:01:40Z"
    others = [{"message": "unexpected", "timestamp": at}, {"message": "failed"}, {"level": "INFO"}]
    assert list(from_logs.entries([*others, {"message": "transferred", "timestamp": at, "repeated": True}])) == []


def test_what_ledger_and_log_both_tell_is_there_once_and_in_order() -> None:
    ledger = [Entry(100.0, Kind.TRANSFERRED, "l", "r"), Entry(300.0, Kind.NEXT, "n", "r")]
    logged = [
        Entry(102.0, Kind.TRANSFERRED, "g", "r"),
        Entry(50.0, Kind.DEFERRED, "d", "r"),
        Entry(101.0, Kind.TRANSFERRED, "o", "other"),
    ]
    assert [entry.what for entry in merged(ledger, logged)] == ["d", "l", "o", "n"]


def found(client: Any) -> Deployment:
    aws: Any = {"logs": client}.__getitem__
    made = Deployment("S", "0", "us-east-1", "CREATE_COMPLETE", {}, aws)
    made.__dict__["worker"] = {"LoggingConfig": {"LogGroup": "/group"}}
    return made


def test_only_ids_are_put_into_a_query_and_its_answer_is_waited_for() -> None:
    client = boto3.client("logs", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    query = "fields @timestamp, @message | filter @message like /a\\.b|c/ | sort @timestamp asc | limit 500"
    row = [{"field": "@message", "value": '{"message": "failed"}'}, {"field": "@ptr", "value": "x"}]
    with Stubber(client) as stub:
        asked = {"logGroupName": "/group", "queryString": query, "startTime": 400, "endTime": ANY}
        stub.add_response("start_query", {"queryId": "q"}, asked)
        stub.add_response("get_query_results", {"status": "Running", "results": []}, {"queryId": "q"})
        stub.add_response("get_query_results", {"status": "Complete", "results": [row]}, {"queryId": "q"})
        assert lines(found(client), ["c", "a.b", "x/ | delete"], 1_000.0) == [{"message": "failed"}]
        assert lines(found(client), ["not an id!"], 1_000.0) == []
        stub.assert_no_pending_responses()


def test_without_the_permission_the_rest_is_told_and_a_note_says_what_is_missing() -> None:
    client = boto3.client("logs", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    with Stubber(client) as stub, say.listening() as notes:
        stub.add_client_error("start_query", "AccessDeniedException", http_status_code=400)
        assert lines(found(client), ["c"], 0.0) == []
    assert "StartQuery: AccessDeniedException" in notes[0]


@pytest.mark.cloud
@pytest.mark.xdist_group("ops")
def test_status_tells_each_step_of_a_lost_answer(centre: Centre, transfers: Transfers) -> None:
    [contact] = centre.tasks(1)
    centre.cloud.control.add_fault("lost-500", operation="TransferContact", calls=1)
    name = str(uuid.uuid4())
    transfers(
        "send",
        "--contact",
        contact,
        "--flow",
        centre.cloud.seed["flows"]["Move to queue"],
        "--request-id",
        name,
        "--yes",
    )
    centre.worked_off()

    def steps() -> list[str]:
        return [one["event"] for one in transfers("status", contact, "--json").json["timeline"]]

    wanted = ["asked", "begun", "called", "inDoubt"]
    centre.cloud.wait_until(lambda: "inDoubt" in steps(), "the log lines are there")
    assert [one for one in steps() if one in wanted] == wanted
    assert steps()[-1] in {"transferred", "reconciled", "confirmed"}
    printed = transfers("status", contact).out
    assert "timeline" in printed
    assert "TransferContact was called" in printed
    assert transfers("status", contact, "--no-logs", "--json").json["timeline"]
