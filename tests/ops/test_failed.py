"""``transfers failed`` with a thousand messages, with two operators at once, and interrupted."""

from __future__ import annotations

import io
import json
import signal
import subprocess
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from contact_transfer.transfer.outcome import FailureCode
from tests.ops.conftest import Centre, Transfers
from transfers_cli.failed.looking import Looking

pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("ops")]
Process = Callable[..., "subprocess.Popen[str]"]


#: A thousand messages. The first two kinds can be transferred.
MIX = {
    "RetriesExhausted": 150,
    "NoCode": 50,
    "MalformedMessage": 350,
    "ContactNotActive": 250,
    "RequestExpired": 192,
    "FlowNotUsable": 8,  # ten for one flow would be braked, and wait in the transfer queue
}


def thousand(centre: Centre) -> list[str]:
    """Park a thousand messages of mixed codes; answer the contacts of those that can be transferred."""
    good = centre.tasks(200)
    draft = centre.cloud.seed["flows"]["Draft"]
    parked = {
        "RetriesExhausted": [centre.body(contact) for contact in good[:150]],
        "NoCode": [centre.body(contact) for contact in good[150:]],
        "MalformedMessage": ["no request"] * 350,
        "ContactNotActive": [centre.body(str(uuid.uuid4())) for _ in range(250)],
        "RequestExpired": [centre.body(str(uuid.uuid4()), expiresAt="2026-01-01T00:00:00Z") for _ in range(192)],
        "FlowNotUsable": [centre.body(str(uuid.uuid4()), contactFlowId=draft) for _ in range(8)],
    }
    for code, bodies in parked.items():
        centre.park(bodies, None if code == "NoCode" else FailureCode(code))
    return good


def test_two_who_look_at_once_see_everything_between_them_and_say_what_they_could_not(centre: Centre) -> None:
    centre.park(["x"] * 300, FailureCode.MALFORMED_MESSAGE)
    sqs, url = centre.cloud.client("sqs"), centre.cloud.outputs["DeadLetterQueueUrl"]
    lookings = [Looking(sqs, url) for _ in range(2)]
    threads = [threading.Thread(target=looking.look) for looking in lookings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = [{message.message_id for message in looking.seen} for looking in lookings]
    assert len(seen[0] | seen[1]) == 300
    assert not seen[0] & seen[1]
    assert [len(ids) + looking.elsewhere for ids, looking in zip(seen, lookings, strict=True)] == [300, 300]
    for looking in lookings:
        with looking:
            pass
    assert centre.counts() == (300, 0)


def test_a_thousand_are_seen_whole_and_two_who_redrive_them_at_once_lose_nothing_and_transfer_nothing_twice(
    centre: Centre, process: Process, transfers: Transfers
) -> None:
    good = thousand(centre)
    seen = transfers("failed", "ls", "--json").json
    assert Counter(message["failureCode"] for message in seen["messages"]) == MIX
    assert len({message["messageId"] for message in seen["messages"]}) == 1000
    assert (seen["elsewhere"], centre.counts()) == (0, (1000, 0))

    runs = [process("failed", "redrive", "--all", "--yes", "--json") for _ in range(2)]
    answers = [json.loads(run.communicate(timeout=60)[0] or "{}") for run in runs]
    sent = [message_id for one in answers for message_id in one.get("moved", {}).get("sent", [])]
    assert len(sent) == len(set(sent))
    # What one of them held while the other looked may have stayed where it was: it is redriven the next time.
    while transfers("failed", "redrive", "--code", "RetriesExhausted", "--code", "NoCode", "--yes").status != 3:
        centre.worked_off()
    centre.worked_off()

    moved = [contact for contact in centre.transferred() if contact in set(good)]
    assert sorted(moved) == sorted(good)
    assert centre.cloud.control.stats()["transferred_twice"] == []
    left = Counter(message["failureCode"] for message in transfers("failed", "ls", "--json").json["messages"])
    assert left == {code: count for code, count in MIX.items() if code not in ("RetriesExhausted", "NoCode")}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=["asked to end", "killed"])
def test_an_interrupted_redrive_loses_nothing_and_can_be_finished(
    centre: Centre, process: Process, transfers: Transfers, number: int
) -> None:
    good = centre.tasks(80)
    centre.park([centre.body(contact) for contact in good], FailureCode.RETRIES_EXHAUSTED)
    before = len(centre.transferred())
    run = process("failed", "redrive", "--all", "--yes", "--rate", "60", "--hold", "3")
    centre.cloud.wait_until(lambda: len(centre.transferred()) > before, "the redrive has begun to send")
    run.send_signal(number)
    run.communicate(timeout=30)
    assert run.returncode == (1 if number == signal.SIGINT else -signal.SIGKILL)
    if number == signal.SIGINT:
        assert centre.counts()[1] == 0  # given back at once
    centre.cloud.wait_until(lambda: centre.counts()[1] == 0, "what the killed process held shows again")
    assert centre.counts()[0] > 0
    ran = transfers("failed", "redrive", "--all", "--yes", "--json", "--also", "transferred")
    assert ran.status == 0
    centre.worked_off()
    moved = [contact for contact in centre.transferred() if contact in set(good)]
    assert sorted(moved) == sorted(good)
    assert centre.counts() == (0, 0)


def test_a_redrive_says_what_would_change_and_leaves_what_cannot_succeed(centre: Centre, transfers: Transfers) -> None:
    done, fresh = centre.tasks(2)
    where = ("--flow", centre.cloud.seed["flows"]["Move to queue"])
    assert transfers("send", "--contact", done, *where, "--yes").status == 0
    centre.worked_off()
    flow_only = json.dumps({"contactId": done, "contactFlowId": centre.cloud.seed["flows"]["Move to queue"]})
    centre.park([flow_only, centre.body(done), centre.body(fresh)], FailureCode.RETRIES_EXHAUSTED)
    planned = transfers("failed", "redrive", "--all", "--dry-run", "--json").json
    assert Counter(message["prospect"] for message in planned["messages"]) == {
        "transferred": 1,
        "hopeless": 1,
        "ready": 1,
    }
    assert planned["moved"] is None
    assert centre.counts() == (3, 0)
    moved = transfers("failed", "redrive", "--all", "--yes", "--json").json["moved"]
    assert len(moved["sent"]) == 1
    centre.worked_off()
    assert centre.transferred().count(fresh) == 1
    assert centre.counts() == (2, 0)


def test_a_redriven_message_is_the_one_that_failed_without_the_reason(centre: Centre, transfers: Transfers) -> None:
    bodies = ['{"contactId": "c", "contactFlowId": 7, "note": "\\u00e4 & <x>"}']
    [name] = centre.park(bodies, FailureCode.REJECTED_BY_CONNECT)
    assert transfers("failed", "redrive", name, "--yes", "--also", "hopeless").status == 0
    centre.worked_off()
    [parked] = centre.cloud.dead_letters()
    assert parked["Body"] == bodies[0]
    assert parked["MessageAttributes"]["FailureCode"]["StringValue"] == "InvalidField"
    assert parked["MessageAttributes"]["TraceOfMine"]["StringValue"] == "kept"


def test_with_check_connect_is_asked_too(centre: Centre, transfers: Transfers) -> None:
    draft = centre.cloud.seed["flows"]["Draft"]
    good, bad = centre.tasks(2)
    centre.park([centre.body(good), centre.body(bad, contactFlowId=draft)], FailureCode.FLOW_NOT_USABLE)
    shown = transfers("failed", "redrive", "--all", "--dry-run", "--check").out
    assert "Connect was asked of 2" in shown
    planned = transfers("failed", "redrive", "--all", "--dry-run", "--check", "--json").json
    by_contact = {message["why"].partition(":")[0]: message["prospect"] for message in planned["messages"]}
    assert by_contact == {
        "FlowNotUsable": "hopeless",
        "Connect was asked": "ready",
    }


def test_show_prints_everything_about_one(centre: Centre, transfers: Transfers) -> None:
    [name] = centre.park([centre.body("c-1")], FailureCode.OUTCOME_UNKNOWN, "look at contact c-1")
    ran = transfers("failed", "show", name)
    assert ran.status == 0
    for text in ("OutcomeUnknown", "look at contact c-1", "look-first", '"contactId": "c-1"', "TraceOfMine"):
        assert text in ran.out
    assert centre.counts() == (1, 0)
    assert transfers("failed", "show", "no-such-message").status == 3


def test_drop_asks_keeps_a_copy_and_the_copy_can_be_sent(
    centre: Centre, transfers: Transfers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [contact] = centre.tasks(1)
    centre.park(["no request"] * 15, FailureCode.MALFORMED_MESSAGE)
    centre.park([centre.body(contact)], FailureCode.FLOW_NOT_FOUND)
    copy = tmp_path / "copy.jsonl"
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert transfers("failed", "drop", "--all", "--copy", str(copy)).status == 5
    assert centre.counts() == (16, 0)
    assert transfers("failed", "drop", "--all", "--dry-run", "--copy", str(copy)).status == 0
    assert not copy.exists()
    ran = transfers("failed", "drop", "--all", "--copy", str(copy), "--yes", "--json")
    assert (ran.status, ran.json["dropped"]) == (0, 16)
    assert centre.counts() == (0, 0)
    assert copy.stat().st_mode & 0o777 == 0o600
    lines = [json.loads(line) for line in copy.read_text("utf-8").splitlines()]
    assert Counter(line["attributes"]["FailureCode"]["StringValue"] for line in lines) == {
        "MalformedMessage": 15,
        "FlowNotFound": 1,
    }
    assert transfers("send", str(copy), "--yes").status == 1  # fifteen are no requests
    centre.worked_off()
    assert centre.transferred().count(contact) == 1


def test_without_a_place_of_its_own_the_copy_is_in_a_private_folder_that_git_ignores(
    centre: Centre, transfers: Transfers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)  # noqa: S603, S607 - a home that is a work tree, as dotfiles are kept
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    [contact] = centre.tasks(1)
    sqs, own = centre.cloud.client("sqs"), {"Own": {"DataType": "Binary", "BinaryValue": b"\x00\xff"}}
    body = centre.body(contact, contactFlowId=centre.cloud.seed["flows"]["Draft"])
    sqs.send_message(QueueUrl=centre.cloud.outputs["DeadLetterQueueUrl"], MessageBody=body, MessageAttributes=own)
    ran = transfers("failed", "drop", "--all", "--yes", "--json")
    copy = Path(ran.json["copy"])
    assert copy.parent.parent.parent == tmp_path / "state"
    assert (copy.stat().st_mode & 0o777, copy.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    status = ["git", "-C", str(tmp_path), "status", "--porcelain", "--untracked-files=all"]
    assert subprocess.run(status, check=True, capture_output=True, text=True).stdout == ""  # noqa: S603 - git itself
    assert transfers("send", str(copy), "--yes").status == 0
    centre.worked_off()
    [parked] = centre.cloud.dead_letters()
    assert parked["MessageAttributes"]["Own"]["BinaryValue"] == b"\x00\xff"


def test_a_copy_into_a_file_that_others_can_read_makes_it_private(
    centre: Centre, transfers: Transfers, tmp_path: Path
) -> None:
    centre.park(["no request"], FailureCode.MALFORMED_MESSAGE)
    copy = tmp_path / "copy.jsonl"
    copy.write_text("kept\n", "utf-8")
    copy.chmod(0o644)
    assert transfers("failed", "drop", "--all", "--copy", str(tmp_path), "--yes").status == 2
    assert centre.counts() == (1, 0)
    ran = transfers("failed", "drop", "--all", "--copy", str(copy), "--yes")
    assert (ran.status, str(copy) in ran.out, copy.stat().st_mode & 0o777) == (0, True, 0o600)
    assert len(copy.read_text("utf-8").splitlines()) == 2


def test_nothing_is_chosen_by_accident(centre: Centre, transfers: Transfers) -> None:
    centre.park(["x"], FailureCode.MALFORMED_MESSAGE)
    assert transfers("failed", "drop", "--yes").status == 2
    assert transfers("failed", "redrive", "--yes").status == 2
    assert transfers("failed", "redrive", "--yes", "--code", "FlowNotFound").status == 3
    assert transfers("failed", "ls", "--after", "yesterday").status == 2
    assert centre.counts() == (1, 0)


def test_where_nothing_is_worth_sending_nobody_is_asked(
    centre: Centre, transfers: Transfers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unasked() -> str:
        raise AssertionError("there is nothing to ask about")

    monkeypatch.setattr("builtins.input", unasked)
    centre.park(["no request"] * 2, FailureCode.MALFORMED_MESSAGE)
    ran = transfers("failed", "redrive", "--all")
    assert (ran.status, ran.err.splitlines()[-1]) == (
        3,
        "None of the 2 is worth sending; --also names what to send all the same.",
    )
    redriven = transfers("failed", "redrive", "--all", "--json")
    assert (redriven.status, redriven.json["chosen"], redriven.json["moved"]["sent"]) == (3, 0, [])
    assert centre.counts() == (2, 0)
