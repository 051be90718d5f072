"""``transfers status`` and ``doubt`` against the local cloud: what is true of an id, in words of its own for each case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.ops.conftest import Centre, Ran, Transfers

pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("ops")]


def send(transfers: Transfers, centre: Centre, contact: str, *more: str, flow: str = "Move to queue") -> dict[str, Any]:
    ran = transfers("send", "--contact", contact, "--flow", centre.cloud.seed["flows"][flow], *more, "--yes", "--json")
    return dict(ran.json["requests"][0])


def only(ran: Ran) -> dict[str, Any]:
    assert ran.status == 0, ran.err
    [story] = ran.json["contacts"]
    [request] = story["requests"]
    return dict(request)


@contextmanager
def paused(centre: Centre, transfers: Transfers) -> Iterator[None]:
    assert transfers("pause", "--yes").status == 0
    centre.cloud.event_source.await_standstill()
    try:
        yield
    finally:
        transfers("resume", "--yes")
        centre.worked_off()


def test_a_transferred_request_is_found_by_every_id_that_it_has(centre: Centre, transfers: Transfers) -> None:
    [contact] = centre.tasks(1)
    billing = centre.cloud.seed["queues"]["Billing"]
    sent = send(transfers, centre, contact, "--queue", billing, "--request-id", f"r-{contact}", "--check")
    centre.worked_off()
    new = next(one["new"] for one in centre.cloud.control.transfers() if one["old"] == contact)
    arn = f"arn:aws:connect:us-east-1:000000000000:instance/{centre.cloud.instance_id}/contact/{contact}"
    ids = (sent["requestName"], contact, arn, new, f"r-{contact}")
    for asked in (*((one,) for one in ids), (f"r-{contact}", "--request-id")):
        shown = transfers("status", *asked, "--json")
        assert shown.status == 0, asked
        [story] = shown.json["contacts"]
        assert (story["contactId"], story["newContactId"]) == (contact, new)
        assert (story["requests"][0]["state"], story["requests"][0]["source"]) == ("transferred", "cli")
    assert [view["contactId"] for view in transfers("status", contact, "--json").json["chain"]] == [contact, new]
    assert f"transferred to {new}" in transfers("status", contact).out


def test_an_id_that_waits_in_the_queue_is_not_reported_as_unknown(centre: Centre, transfers: Transfers) -> None:
    centre.worked_off()
    invented = transfers("status", "never-used")
    assert (invented.status, "The transfer queue is empty" in invented.err) == (3, True)
    with paused(centre, transfers):
        [contact] = centre.tasks(1)
        sent = send(transfers, centre, contact, "--request-id", f"r-{contact}")
        for asked in (f"r-{contact}", sent["requestName"], contact, sent["messageId"]):
            waits = transfers("status", asked)
            assert waits.status == 3
            assert "1 message waiting in the transfer queue, or deferred: it may be one of them" in waits.err
        document = transfers("status", contact, "--json").json
        assert (document["state"], document["waitingInQueue"]) == ("notSeen", 1)
    assert only(transfers("status", contact, "--json"))["state"] == "transferred"


def test_a_failure_shows_code_sentence_and_where_its_message_is(centre: Centre, transfers: Transfers) -> None:
    [contact] = centre.tasks(1)
    sent = send(transfers, centre, contact, "--request-id", f"r-{contact}", flow="Draft")
    centre.worked_off()
    for asked in (contact, f"r-{contact}", sent["requestName"]):
        shown = only(transfers("status", asked, "--json"))
        assert (shown["state"], shown["failureCode"]) == ("failed", "FlowNotUsable")
        assert "never published" in shown["failureMessage"]
        assert shown["message"].startswith("in the dead-letter queue: transfers failed show ")
    assert transfers("failed", "drop", "--all", "--yes").status == 0
    assert only(transfers("status", contact, "--json"))["message"].startswith("not in the dead-letter queue")


def test_a_failure_that_the_ledger_never_saw_is_found_in_the_dead_letter_queue(
    centre: Centre, transfers: Transfers
) -> None:
    sqs, url = centre.cloud.client("sqs"), centre.cloud.outputs["TransferQueueUrl"]
    body = json.dumps({"contactId": "c-unseen", "contactFlowId": 7, "requestId": "wrong-one"})
    message = sqs.send_message(QueueUrl=url, MessageBody=body)["MessageId"]
    centre.worked_off()
    for asked in (message, "c-unseen", "wrong-one"):
        ran = transfers("status", asked)
        assert (ran.status, "failed: InvalidField" in ran.out) == (0, True), asked
        assert "contactFlowId must be a string" in ran.out


def test_during_an_outage_the_last_error_and_the_next_try_are_shown(centre: Centre, transfers: Transfers) -> None:
    [contact] = centre.tasks(1)
    centre.cloud.control.add_fault("internal-error", operation="DescribeContact")
    send(transfers, centre, contact)

    def deferred() -> dict[str, Any] | None:
        ran = transfers("status", contact, "--json", "--no-chain")
        return only(ran) if ran.status == 0 and only(ran)["lastError"] else None

    shown = centre.cloud.wait_until(deferred, "an error is recorded")
    assert shown["state"] == "deferred"
    assert "DescribeContact" in shown["lastError"]["detail"]
    assert shown["nextTryAt"] >= shown["lastError"]["at"]
    assert "next try" in shown["outcome"] or "next try is due" in shown["outcome"]
    centre.cloud.control.clear_faults()
    centre.worked_off()
    assert only(transfers("status", contact, "--json"))["state"] == "transferred"


def test_a_request_for_a_contact_that_another_one_transferred_says_which(centre: Centre, transfers: Transfers) -> None:
    [contact] = centre.tasks(1)
    first = send(transfers, centre, contact)
    centre.worked_off()
    send(transfers, centre, contact, "--request-id", f"r-{contact}")
    centre.worked_off()
    ran = transfers("status", f"r-{contact}", "--json")
    [story] = ran.json["contacts"]
    assert (ran.status, story["transferredBy"]) == (0, first["requestName"])
    states = {one["requestName"]: one["state"] for one in story["requests"]}
    assert (states.pop(first["requestName"]), list(states.values())) == ("transferred", ["failed"])


def test_after_a_redrive_the_earlier_failure_and_the_original_time_are_shown(
    centre: Centre, transfers: Transfers
) -> None:
    [contact] = centre.tasks(1)
    send(transfers, centre, contact, flow="Draft")
    centre.worked_off()
    before = only(transfers("status", contact, "--json"))
    assert transfers("failed", "redrive", "--all", "--yes").status == 0
    centre.worked_off()
    after = only(transfers("status", contact, "--json"))
    assert [one["failureCode"] for one in after["earlierFailures"]] == ["FlowNotUsable"]
    assert after["firstAskedAt"] == before["askedAt"]


def test_an_instance_that_is_not_served_is_an_error_that_names_those_that_are(
    centre: Centre, transfers: Transfers
) -> None:
    ran = transfers("status", "x", "--instance", "typo")
    assert (ran.status, centre.cloud.instance_id in ran.err) == (2, True)


def test_what_is_in_doubt_is_listed(centre: Centre, transfers: Transfers) -> None:
    [contact] = centre.tasks(1)
    assert transfers("doubt", "--json").json["inDoubt"] == []
    centre.cloud.control.add_fault("lost-500", operation="TransferContact", calls=1)
    centre.cloud.control.add_fault("internal-error", operation="ListAssociatedContacts")
    send(transfers, centre, contact)

    def listed() -> list[dict[str, Any]]:
        return list(transfers("doubt", "--json").json["inDoubt"])

    [one] = centre.cloud.wait_until(listed, "the contact is in doubt")
    assert (one["contactId"], one["instanceId"]) == (contact, centre.cloud.instance_id)
    assert contact in transfers("doubt").out
    centre.cloud.control.clear_faults()
    centre.worked_off()
    assert listed() == []
