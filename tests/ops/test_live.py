"""``transfers doctor --live``: against the local cloud as it is, and with what can go wrong put in its way."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Mapping
from subprocess import Popen
from typing import Any

import pytest

from tests.ops.conftest import Centre, Transfers
from transfers_cli.trial_contacts import NAME

pytestmark = pytest.mark.xdist_group("ops")

SOURCES = ("transfer queue", "urgent queue", "event bus", "flow function")


def options(centre: Centre, *more: str) -> tuple[str, ...]:
    seed = centre.cloud.seed
    flow, queue = seed["flows"]["Move to queue"], seed["queues"]["Support"]
    return ("doctor", "--live", "--flow", flow, "--queue", queue, "--start-flow", seed["flows"]["Inbound"], *more)


def active(centre: Centre) -> list[str]:
    """Test contacts, and what became of them, that have not ended."""
    connect, now = centre.cloud.client("connect"), time.time()
    span = {"Type": "INITIATION_TIMESTAMP", "StartTime": now - 3600, "EndTime": now + 60}
    named = {"Name": {"SearchText": [NAME], "MatchType": "MATCH_ALL"}}
    pages = connect.get_paginator("search_contacts").paginate(
        InstanceId=centre.cloud.instance_id, TimeRange=span, SearchCriteria=named
    )
    return [one["Id"] for page in pages for one in page["Contacts"] if "DisconnectTimestamp" not in one]


def by_what(document: Any) -> Mapping[str, Any]:
    return {finding["what"]: finding for finding in document}


def test_a_contact_arrives_through_every_source_and_nothing_is_left(centre: Centre, transfers: Transfers) -> None:
    others = centre.park([centre.body("someone-elses")], None)
    ran = transfers(*options(centre, "--yes", "--json"))
    findings = by_what(ran.json)
    assert (ran.status, {one["level"] for one in findings.values()}) == (0, {"good"}), ran.out
    assert set(findings) == {*SOURCES, "a request that must fail"}
    for source in SOURCES:
        finding = findings[source]
        assert 0 <= finding["seconds"]["transferred"] <= finding["seconds"]["confirmed"]
        assert finding["newContactId"] in {
            one["new"] for one in centre.cloud.control.transfers() if one["old"] == finding["contactId"]
        }
        asked = transfers("status", finding["contactId"], "--json").json["contacts"][0]["requests"][0]
        assert asked["source"] == {"event bus": "bus", "flow function": "flow"}.get(source, "queue")
    assert findings["a request that must fail"]["failureCode"] == "RequestExpired"
    assert active(centre) == []
    assert (len(others), centre.counts()) == (1, (1, 0))  # the message of somebody else is where it was


def test_a_source_that_does_not_arrive_in_time_is_bad_and_its_request_is_cancelled(
    centre: Centre, transfers: Transfers
) -> None:
    centre.cloud.control.add_fault("throttle", operation="TransferContact")
    ran = transfers(*options(centre, "--yes", "--json", "--timeout", "2"))
    findings = by_what(ran.json)
    assert (ran.status, {findings[source]["level"] for source in SOURCES}) == (1, {"bad"})
    assert "not transferred within" in findings["event bus"]["seen"]
    assert active(centre) == []
    contacts = [findings[source]["contactId"] for source in SOURCES]
    centre.cloud.control.clear_faults()

    def states() -> bool:
        answers = [transfers("status", one, "--json").json["contacts"] for one in contacts]
        return all(one and one[0]["requests"][0]["state"] == "cancelled" for one in answers)

    centre.cloud.wait_until(states, "each request is cancelled")
    assert centre.counts() == (0, 0)


def test_ctrl_c_ends_the_test_contacts(centre: Centre, process: Callable[..., Popen[str]]) -> None:
    centre.cloud.control.add_fault("throttle", operation="TransferContact")
    running = process(*options(centre, "--yes"))
    centre.cloud.wait_until(lambda: len(active(centre)) == len(SOURCES), "the test contacts are there")
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, out + err
    assert "nothing of the trial is left behind" in err
    assert active(centre) == []


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (("--live", "--queue", "q"), "--live needs --flow"),
        (("--live", "--flow", "f"), "either --queue or --user"),
        (("--live", "--flow", "f", "--queue", "q", "--user", "u"), "either --queue or --user"),
        (("--live", "--flow", "not an id", "--queue", "q"), "--flow not an id"),
        (("--live", "--before"), "goes without --before"),
        (("--flow", "f"), "go with --live"),
    ],
)
def test_options_that_make_no_sense_start_nothing(transfers: Transfers, given: tuple[str, ...], error: str) -> None:
    ran = transfers("doctor", *given, "--yes")
    assert ran.status == 2
    assert error in ran.err


def test_without_an_answer_nothing_is_started(
    centre: Centre, transfers: Transfers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("builtins.input", lambda: "n")
    assert transfers(*options(centre)).status == 5
    assert active(centre) == []


def test_a_paused_deployment_is_not_tried(centre: Centre, transfers: Transfers) -> None:
    assert transfers("pause", "--yes").status == 0
    try:
        ran = transfers(*options(centre, "--yes"))
    finally:
        assert transfers("resume", "--yes").status == 0
    assert ran.status == 1
    assert "transfers resume" in ran.err
