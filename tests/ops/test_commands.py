"""``transfers`` send, cancel, status, pause, resume and watch against the local cloud."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from tests.ops.conftest import Centre, Transfers

pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("ops")]


def test_lines_that_cannot_succeed_are_reported_and_the_others_are_sent(
    centre: Centre, transfers: Transfers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    good = centre.tasks(25)
    bad = ["no request", '{"contactId": "c"}', centre.body("c", queueID="x"), centre.body("c", userId="u")]
    file = tmp_path / "requests.jsonl"
    file.write_text("\n".join(["", bad[0], "", *bad[1:], *map(centre.body, good)]), encoding="utf-8")
    planned = transfers("send", str(file), "--dry-run", "--json")
    assert planned.status == 1
    refused = {one["line"]: one["refused"].partition(":")[0] for one in planned.json["requests"] if one["refused"]}
    assert refused == {2: "MalformedMessage", 4: "InvalidField", 5: "InvalidField", 6: "BothDestinations"}
    assert not any(request["messageId"] for request in planned.json["requests"])
    assert (transfers("send", str(file)).status, centre.counts("TransferQueueUrl")) == (5, (0, 0))
    ran = transfers("send", str(file), "--yes")
    assert (ran.status, ran.out) == (1, "25 of 29 sent.\n")
    centre.worked_off()
    assert sorted(set(centre.transferred()) & set(good)) == sorted(good)
    assert centre.counts() == (0, 0)


def test_check_finds_in_connect_what_the_schema_cannot_know(centre: Centre, transfers: Transfers) -> None:
    flows, queues = centre.cloud.seed["flows"], centre.cloud.seed["queues"]
    [contact] = centre.tasks(1)
    cases = {
        "ContactNotFound": ("--contact", "nobody", "--flow", flows["Move to queue"]),
        "FlowNotUsable": ("--contact", contact, "--flow", flows["Retired"]),
        "UnsupportedFlowType": ("--contact", contact, "--flow", flows["Queue music"]),
        "FlowNotFound": ("--contact", contact, "--flow", queues["Billing"]),
        "DestinationNotFound": ("--contact", contact, "--flow", flows["Move to queue"], "--queue", flows["Inbound"]),
    }
    for code, options in cases.items():
        assert transfers("send", *options, "--dry-run").status == 0, code
        ran = transfers("send", *options, "--dry-run", "--check", "--json")
        assert (ran.status, ran.json["requests"][0]["refused"].partition(":")[0]) == (1, code)


def test_while_paused_requests_wait_and_nothing_is_lost(centre: Centre, transfers: Transfers) -> None:
    contacts = centre.tasks(12)
    paused = transfers("pause", "--yes", "--json")
    try:
        assert (paused.status, paused.json["running"], paused.json["changed"]) == (0, False, True)
        assert "paused" in transfers("watch", "--once").out
        finding = next(f for f in transfers("doctor", "--json").json if f["what"] == "worker")
        assert (finding["level"], finding["do"]) == ("look", "Start it again when the time has come: transfers resume.")
        # Polls that were open when the mapping was disabled may still bring a message, here as in AWS.
        centre.cloud.event_source.await_standstill()
        before = set(centre.transferred())
        for contact in contacts:
            transfers("send", "--contact", contact, "--flow", centre.cloud.seed["flows"]["Move to queue"], "--yes")
        again = transfers("pause", "--yes", "--json").json
        assert (again["changed"], again["waiting"] + len(set(centre.transferred()) - before)) == (False, 12)
        assert again["waiting"] > 0
    finally:
        resumed = transfers("resume", "--yes")
    assert resumed.status == 0
    centre.worked_off()
    assert sorted(set(centre.transferred()) & set(contacts)) == sorted(contacts)


def test_a_change_is_not_made_without_a_yes(
    centre: Centre, transfers: Transfers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", lambda: "n")
    ran = transfers("pause")
    assert (ran.status, "Nothing was changed." in ran.err) == (5, True)
    assert transfers("resume", "--dry-run", "--json").json["running"] is True
    del centre


def test_standard_input_cannot_hold_requests_and_an_answer(
    centre: Centre, transfers: Transfers, monkeypatch: pytest.MonkeyPatch
) -> None:
    [contact] = centre.tasks(1)
    monkeypatch.setattr("sys.stdin", io.StringIO(centre.body(contact)))
    ran = transfers("send", "-")
    assert (ran.status, "add --yes or --dry-run" in ran.err) == (2, True)
    assert transfers("send", "-", "--yes").out == "1 of 1 sent.\n"
    centre.worked_off()
    assert centre.transferred().count(contact) == 1


def test_the_deployment_is_named_before_or_after_the_subcommand(
    transfers: Transfers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*arguments: str) -> str:
        error = transfers(*arguments).err
        return error.partition("There is no stack ContactTransfer-")[2].split(" ")[0]

    monkeypatch.setenv("TRANSFERS_DEPLOYMENT", "environment")
    assert asked("-d", "first", "watch", "--once") == "first"
    assert asked("watch", "--once", "-d", "last") == "last"
    assert asked("-d", "first", "watch", "--once", "-d", "last") == "last"
    assert asked("-d", "first", "failed", "ls") == "first"
    assert asked("-d", "first", "failed", "-d", "middle", "ls") == "middle"
    assert asked("watch", "--once") == "environment"


def test_account_region_and_stack_are_shown_first(centre: Centre, transfers: Transfers) -> None:
    for arguments in (("pause", "--dry-run"), ("failed", "ls"), ("doctor", "--json"), ("watch", "--once")):
        first = transfers(*arguments).err.splitlines()[0]
        assert "account 000000000000  Region us-east-1  stack ContactTransfer-local" in first
    del centre


def logged(centre: Centre) -> dict[str, int]:
    """How many outcomes of each kind the worker has logged."""
    lines = (centre.cloud.logs / "worker.jsonl").read_text("utf-8").splitlines()
    whole = [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]
    ends = [(line.get("message"), line.get("repeated")) for line in whole]
    return {
        "Transferred": ends.count(("transferred", False)),
        "Repeated": ends.count(("transferred", True)),
        "Failed": ends.count(("failed", None)),
    }


def test_watch_counts_what_happened(centre: Centre, transfers: Transfers) -> None:
    contacts = centre.tasks(5)
    for contact in contacts:
        transfers("send", "--contact", contact, "--flow", centre.cloud.seed["flows"]["Move to queue"], "--yes")
    transfers("send", "--contact", contacts[0], "--flow", centre.cloud.seed["flows"]["Draft"], "--yes")
    centre.worked_off()

    def counted() -> bool:
        totals = transfers("watch", "--json").json["totals"]
        return {name: totals[name] for name in logged(centre)} == logged(centre)

    centre.cloud.wait_until(counted, "CloudWatch has counted what the worker has logged")
    assert logged(centre)["Transferred"] >= 5
    assert logged(centre)["Failed"] >= 1
    shown = transfers("watch", "--once").out
    for text in (
        "ContactTransfer-local",
        "running",
        "of the quota",
        "dead letters",
        "by code and cause",
    ):
        assert text in shown


def test_what_fails_rings_the_alarm_whose_metric_it_is(centre: Centre, transfers: Transfers) -> None:
    [contact] = centre.tasks(1)
    transfers("send", "--contact", contact, "--flow", centre.cloud.seed["flows"]["Draft"], "--yes")

    def ringing() -> list[str]:
        found: list[str] = transfers("watch", "--json").json["alarms"]
        return found if "failed-configuration" in found else []

    found = centre.cloud.wait_until(ringing, "the alarm rings")
    assert not {
        "confirmation-dead-letters",
        "failed-unknown",
        "unconfirmed",
        "worker-errors",
        "access-denied",
    } & set(found)


def test_contact_events_that_could_not_be_processed_are_seen_and_sent_back_to_their_own_queue(
    centre: Centre, transfers: Transfers
) -> None:
    cloud, output = centre.cloud, "ConfirmationDeadLetterQueueUrl"
    detail = {"eventType": "QUEUED", "contactId": "new", "previousContactId": "old", "channel": "TASK"}
    event = {"detail-type": "Amazon Connect Contact Event", "source": "aws.connect", "detail": detail}
    reason = {"RULE_ARN": "arn:rule", "ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "not allowed"}
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in reason.items()}
    cloud.client("sqs").send_message(
        QueueUrl=cloud.outputs[output], MessageBody=json.dumps(event), MessageAttributes=attributes
    )
    assert "1 contact event could not be processed or delivered" in transfers("failed", "ls").err
    [seen] = transfers("failed", "ls", "--confirmation", "--json").json["messages"]
    assert (seen["failureCode"], seen["contactId"]) == ("NotDelivered", "new")
    assert "NO_PERMISSIONS" in transfers("failed", "show", seen["messageId"], "--confirmation").out
    assert transfers("failed", "redrive", "--all", "--check", "--confirmation").status == 2
    moved = transfers("failed", "redrive", "--all", "--yes", "--confirmation", "--json").json["moved"]
    assert moved["sent"] == [seen["messageId"]]
    assert centre.counts(output) == (0, 0)
    assert centre.counts() == (0, 0)


def test_a_deployment_that_is_not_there_is_status_4_and_says_which_is(transfers: Transfers) -> None:
    ran = transfers("watch", "--once", "-d", "nowhere")
    assert ran.status == 4
    assert "there is ContactTransfer-local" in ran.err


def test_a_cancelled_batch_ends_before_it_begins_and_what_is_transferred_stays(
    centre: Centre, transfers: Transfers, tmp_path: Path
) -> None:
    done, *waiting = centre.tasks(4)
    assert transfers("send", *_of(centre, done), "--request-id", "done-1", "--yes").status == 0
    centre.worked_off()
    assert "transferred already" in transfers("cancel", "--request-id", "done-1", "--dry-run").err
    cancelled = transfers("cancel", "--batch-id", "wrong-batch", "--yes", "--json")
    assert (cancelled.status, cancelled.json["cancelBatchId"]) == (0, "wrong-batch")
    centre.cloud.wait_until(lambda: not centre.cloud.queue_depth("UrgentQueueUrl"), "the cancellation is read")
    file = tmp_path / "batch.jsonl"
    file.write_text("\n".join(centre.body(one, batchId="wrong-batch") for one in waiting), encoding="utf-8")
    assert transfers("send", str(file), "--yes").status == 0
    centre.worked_off()
    assert not set(waiting) & set(centre.transferred())
    assert done in centre.transferred()
    assert centre.counts() == (0, 0)


@pytest.mark.parametrize("options", [(), ("--request-id", "a", "--batch-id", "b"), ("--request-id", "")])
def test_a_cancellation_names_exactly_one(transfers: Transfers, options: tuple[str, ...]) -> None:
    assert transfers("cancel", *options, "--yes").status == 2


def _of(centre: Centre, contact: str) -> tuple[str, ...]:
    seed = centre.cloud.seed
    flow, queue = seed["flows"]["Move to queue"], seed["queues"]["Billing"]
    return ("--contact", contact, "--flow", flow, "--queue", queue)
