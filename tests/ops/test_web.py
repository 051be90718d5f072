"""Every page and action of the console against the local cloud."""

from __future__ import annotations

import json
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from contact_transfer.request.timestamps import rfc3339
from contact_transfer.transfer.outcome import FailureCode
from tests.ops.conftest import Centre, Transfers
from tests.ops.serving import Served, served, words
from transfers_cli.deployment import Aws, find
from transfers_cli.figures import Watching
from transfers_cli.web.console import EVERY_SECONDS

pytestmark = [pytest.mark.cloud, pytest.mark.xdist_group("ops")]
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def console(centre: Centre, transfers: Transfers) -> Iterator[Served]:
    """A console of the cloud; ``transfers`` sets the environment that it takes its credentials from."""
    del centre, transfers
    with served(lambda: find("local")) as made:
        yield made


@pytest.fixture(autouse=True)
def _copies_go_nowhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def scheduled(console: Served) -> str:
    return words(console.get("/scheduled"))


def test_now_shows_each_state_and_what_is_wrong(console: Served, centre: Centre) -> None:
    centre.park([centre.body(str(uuid.uuid4()))], FailureCode.FLOW_NOT_USABLE)
    console.forget()
    page = words(console.get("/"))
    for word in ("waiting", "urgent", "scheduled", "in flight", "in doubt", "failed 1", "Running", "of the quota"):
        assert word in page, word
    assert "transfers -d local watch" in page
    assert words(console.get("/live")) in page


def test_ten_open_pages_ask_aws_no_more_than_one_watch(
    console: Served, monkeypatch: pytest.MonkeyPatch, centre: Centre
) -> None:
    del centre
    calls: Counter[str] = Counter()
    made = Aws.__call__

    def counting(aws: Aws, service: str) -> object:
        client = made(aws, service)
        if not hasattr(client, "counted"):
            client.counted = True
            client.meta.events.register("before-call.*", lambda model, **_: calls.update([model.name]))
        return client

    monkeypatch.setattr(Aws, "__call__", counting)
    monkeypatch.setattr("transfers_cli.web.console.EVERY_SECONDS", 3600.0)  # however slow this machine is: one look
    found = find("local")
    calls.clear()
    Watching(found).figures()
    watch = calls.copy()
    console.forget()  # the console looks for the deployment again, with clients that are counted
    console.console.found.settings  # noqa: B018 - read once, as the command's own first line is
    calls.clear()
    with ThreadPoolExecutor(10) as pool:
        pages = list(pool.map(lambda _: console.get("/live").status_code, range(10)))
    assert pages == [200] * 10
    assert calls <= watch
    assert sum(calls.values()) >= 8
    assert EVERY_SECONDS >= 2.0  # as often as `transfers watch` looks


def test_failed_is_grouped_and_filtered_and_shows_a_body_only_when_asked(console: Served, centre: Centre) -> None:
    names = centre.park([centre.body("c-1", reason=EVIL), centre.body("c-2")], FailureCode.FLOW_NOT_USABLE)
    centre.park(["{}"], None)
    everything = console.get("/failed")
    assert "3 failed requests" in words(everything)
    for word in ("FlowNotUsable", "NoCode", centre.cloud.seed["queues"]["Billing"]):
        assert word in words(everything), word
    one = console.get("/failed", code="FlowNotUsable", contact="c-1")
    assert "1 failed request match" in words(one)
    assert "failed ls --code FlowNotUsable --contact c-1" in words(one)
    assert "no failure code" in words(console.get("/failed", code="FlowNotUsabel"))
    message = console.get(f"/failed/message/{names[0]}")
    assert (EVIL in message.text, "more than" in words(message), "contactFlowId" in message.text) == (
        False,
        False,
        False,
    )
    body = console.get(f"/failed/message/{names[0]}", body="yes")
    assert EVIL not in body.text
    assert "&lt;script&gt;alert(1)" in body.text
    assert console.get("/failed/message/nothing").status_code == 404


@pytest.mark.parametrize(
    "path", ["/request?id=", "/batches?id=", "/failed?contact=", "/failed?route=", "/failed?after="]
)
def test_script_in_an_id_is_text(console: Served, path: str) -> None:
    for evil in (EVIL, '"><script>alert(1)</script>', "' onfocus='alert(1)", "{{ 7 * 7 }}"):
        text = console.client.get(path + evil.replace(" ", "%20").replace("<", "%3C").replace(">", "%3E")).text
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "' onfocus='" not in text
        assert ">49<" not in text


def test_a_redrive_is_judged_confirmed_and_carried_out_as_shown(console: Served, centre: Centre) -> None:
    contacts = centre.tasks(3)
    centre.park([centre.body(one) for one in contacts], FailureCode.FLOW_NOT_USABLE)
    proposed = console.post("/failed/redrive", code="FlowNotUsable")
    assert "Send 3 of 3 requests again" in words(proposed)
    assert "failed redrive --code FlowNotUsable" in words(proposed)
    centre.park([centre.body("late")], FailureCode.FLOW_NOT_USABLE)
    refused = console.confirm(proposed, "redrive 4")
    assert (refused.status_code, centre.counts()) == (400, (4, 0))
    done = console.confirm(proposed)
    assert "3 of 3 sent again; 0 left where they are." in words(done)
    assert centre.counts() == (1, 0)  # what came later was not shown, so it is not sent
    centre.worked_off()
    assert set(contacts) <= set(centre.transferred())
    again = console.confirm(proposed)
    assert (again.status_code, "carried out already" in words(again)) == (409, True)


def test_two_consoles_redrive_each_message_once(console: Served, centre: Centre) -> None:
    contacts = centre.tasks(2)
    centre.park([centre.body(one) for one in contacts], FailureCode.FLOW_NOT_USABLE)
    with served(lambda: find("local")) as other:
        proposals = [(one, one.post("/failed/redrive")) for one in (console, other)]
        first, second = (words(one.confirm(page)) for one, page in proposals)
    assert "2 of 2 sent again" in first
    assert "0 of 2 sent again" in second
    assert "Not everything was done" in second
    centre.worked_off()
    assert Counter(one for one in centre.transferred() if one in contacts) == Counter(contacts)


def test_what_was_transferred_meanwhile_is_left_and_can_be_dropped_with_a_copy(
    console: Served, centre: Centre, tmp_path: Path
) -> None:
    [contact] = centre.tasks(1)
    centre.cloud.client("sqs").send_message(
        QueueUrl=centre.cloud.outputs["TransferQueueUrl"], MessageBody=centre.body(contact)
    )
    centre.cloud.wait_until(lambda: contact in centre.transferred(), "the contact is transferred")
    centre.worked_off()
    centre.park([centre.body(contact), "no JSON"], FailureCode.FLOW_NOT_USABLE)
    proposed = console.post("/failed/redrive", check="yes")
    assert "Send 0 of 2 requests again" in words(proposed)
    assert "/confirm/" not in proposed.text
    dropped = console.confirm(console.post("/failed/drop", prospect="transferred"))
    assert "1 of 1 dropped" in words(dropped)
    [copy] = tmp_path.rglob("*.jsonl")
    assert contact in copy.read_text("utf-8")
    assert centre.counts() == (1, 0)


def test_a_thousand_failed_messages_are_one_page(console: Served, centre: Centre) -> None:
    centre.park([centre.body(f"c-{number}") for number in range(1000)], FailureCode.DESTINATION_NOT_FOUND)
    page = console.get("/failed")
    assert "1000 failed requests" in words(page)
    assert "The oldest 100 of 1000" in words(page)
    assert len(page.content) < 200_000
    proposed = console.post("/failed/redrive")
    assert "Send 1000 of 1000 requests again" in words(proposed)
    assert len(proposed.content) < 20_000


def test_a_request_is_shown_with_its_chain(console: Served, centre: Centre) -> None:
    [contact] = centre.tasks(1)
    url, name = centre.cloud.outputs["TransferQueueUrl"], str(uuid.uuid4())
    body = centre.body(contact, requestId=name, reason=EVIL)
    centre.cloud.client("sqs").send_message(QueueUrl=url, MessageBody=body)
    centre.cloud.wait_until(lambda: contact in centre.transferred(), "the contact is transferred")
    centre.worked_off()
    for what in (contact, name):
        page = console.get("/request", id=what)
        assert (
            f"transferred to {next(one['new'] for one in centre.cloud.control.transfers() if one['old'] == contact)}"
            in words(page)
        )
        assert page.text.count('class="box') == 2
        assert EVIL not in page.text
        assert "&lt;script&gt;" in page.text
    assert console.get("/request", id="nobody-knows").status_code == 404


def test_a_scheduled_request_and_a_batch_are_cancelled(console: Served, centre: Centre) -> None:
    first, second = centre.tasks(2)
    later = rfc3339(time.time() // 1 + 3600)
    names, batch = (str(uuid.uuid4()), str(uuid.uuid4())), f"batch-{uuid.uuid4()}"
    bodies = [
        centre.body(first, requestId=names[0], notBefore=later),
        centre.body(second, requestId=names[1], notBefore=later, batchId=batch),
    ]
    for body in bodies:
        centre.cloud.client("sqs").send_message(QueueUrl=centre.cloud.outputs["TransferQueueUrl"], MessageBody=body)
    centre.cloud.wait_until(lambda: all(name in scheduled(console) for name in names), "both are held")
    assert f"/batches?id={batch}" in console.get("/scheduled").text
    one = console.post("/cancel", request_id=names[0])
    assert "cancel --request-id" in words(one)
    assert "1 schedule deleted" in words(console.confirm(one))
    assert names[0] not in scheduled(console)
    progress = console.get("/batches", id=batch)
    assert "held until due 1" in words(progress)
    assert "is cancelled" in words(console.confirm(console.post("/cancel", batch_id=batch)))
    assert names[1] not in scheduled(console)
    assert console.post("/cancel").status_code == 400
    assert batch in words(console.get("/batches"))


def test_a_sweep_looks_first_and_becomes_a_batch(console: Served, centre: Centre) -> None:
    contacts, seed = centre.tasks(2), centre.cloud.seed
    for contact in contacts:
        centre.cloud.client("sqs").send_message(
            QueueUrl=centre.cloud.outputs["TransferQueueUrl"],
            MessageBody=centre.body(contact, queueId=seed["queues"]["Overflow"]),
        )
    centre.worked_off()
    form = {"from_queue": seed["queues"]["Overflow"], "flow": seed["flows"]["Move to queue"]}
    same = console.post("/sweep", **form, to_queue=seed["queues"]["Overflow"])
    assert "every contact would come back" in words(same)
    assert console.post("/sweep", flow="x").status_code == 400
    assert "is no number" in words(console.post("/sweep", **form, limit="many"))
    proposed = console.post("/sweep", **form, to_queue=seed["queues"]["Billing"], limit="1")
    assert "Move 1 contact" in words(proposed)
    done = words(console.confirm(proposed))
    assert "1 of 1 sent as batch sweep-" in done
    centre.worked_off()
    batch = done.split("as batch ")[1].split(".")[0].split()[0]
    assert "transferred 1" in words(console.get("/batches", id=batch))


def test_send_is_checked_as_it_is_typed_and_sent_when_confirmed(console: Served, centre: Centre) -> None:
    [contact] = centre.tasks(1)
    given = json.loads(centre.body(contact, requestId=str(uuid.uuid4()), onlyIfWaiting=False))
    form = {name: str(value).lower() if isinstance(value, bool) else value for name, value in given.items()}
    page = words(console.get("/send"))
    assert all(name in page for name in ("contactFlowId", "notBefore", "RFC 3339", "onlyIfWaiting"))
    assert "accepts it as request:" in words(console.post("/send/check", **form))
    wrong = console.post("/send/check", **{**form, "userId": "u", "expiresAt": EVIL})
    assert "expiresAt" in words(wrong)
    assert EVIL not in wrong.text
    refused = console.post("/send", **{**form, "userId": "u"})
    assert (refused.status_code, "BothDestinations" in words(refused), "/confirm/" in refused.text) == (
        400,
        True,
        False,
    )
    unknown = console.post("/send", **{**form, "contactId": str(uuid.uuid4())}, check_connect="yes")
    assert "ContactNotFound" in words(unknown)
    proposed = console.post("/send", **form, check_connect="yes")
    assert "--no-only-if-waiting" in words(proposed)
    assert "It was sent." in words(console.confirm(proposed))
    centre.cloud.wait_until(lambda: contact in centre.transferred(), "the contact is transferred")


def test_the_worker_is_paused_and_resumed(console: Served, centre: Centre) -> None:
    del centre
    proposed = console.post("/switch", to="off")
    assert "finished" in words(proposed)
    assert "is paused" in words(console.confirm(proposed))
    try:
        assert "Paused: requests wait" in words(console.get("/"))
        # It is paused already: there is nothing to propose.
        assert "Paused: requests wait" in words(console.post("/switch", to="off"))
    finally:
        done = words(console.confirm(console.post("/switch", to="on")))
    assert "is running" in done
    assert "Running" in words(console.get("/"))


def test_what_is_in_doubt_is_listed_and_counted(console: Served, centre: Centre) -> None:
    assert "No contact is in doubt" in words(console.get("/doubt"))
    [contact] = centre.tasks(1)
    centre.cloud.control.add_fault("lost-500", operation="TransferContact", calls=1)
    centre.cloud.control.add_fault("internal-error", operation="ListAssociatedContacts")
    centre.cloud.client("sqs").send_message(
        QueueUrl=centre.cloud.outputs["TransferQueueUrl"], MessageBody=centre.body(contact)
    )
    centre.cloud.wait_until(lambda: contact in words(console.get("/doubt")), "the contact is in doubt")
    console.forget()
    assert "in doubt 1" in words(console.get("/"))
    centre.cloud.control.clear_faults()
    centre.worked_off()
    assert "No contact is in doubt" in words(console.get("/doubt"))
