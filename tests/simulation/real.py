"""The same with real parts: the local cloud under load, faults on the wire, workers killed with SIGKILL, audited from Connect's history.

``storm`` works on any running local cloud; ``python -m tests.simulation real`` starts one, with quotas raised to 200 a second.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from local.cloud import LocalCloud
from local.processes import wait_until
from tests.simulation.real_audit import Account, Evidence, audit

#: Faults on the wire: kind and chance, each for TransferContact; the first three are done and their answers lost.
FAULTS = {
    "lost-reset": 0.02,
    "lost-500": 0.02,
    "lost-409": 0.01,
    "internal-error": 0.02,
    "throttle-400": 0.01,
    "reset": 0.02,
}
#: Short, so that what a killed worker held comes back in seconds: the function's time-out and the queue's visibility time-out.
TIMEOUT_SECONDS, VISIBILITY_SECONDS = 15.0, 25
#: Of the kills, those that strike a worker which is still starting.
STARTING = 0.1
#: Requests that are sent together, and how many may be open when the next are. The emulator reads its whole queue at every receive.
WAVE, BACKLOG = 200, 600
_EVENTS = ("Contact Transfer Succeeded", "Contact Transfer Failed")


@dataclass
class Storm:
    """What came of a storm. ``findings`` is empty when every promise was kept. ``received``: how often a message was."""

    requests: int
    kills: int = 0
    received: int = 0
    calls: int = 0
    lost_answers: int = 0
    transfers: int = 0
    announced: int = 0
    parked: int = 0
    seconds: float = 0.0
    findings: list[str] = field(default_factory=list)


@dataclass
class _Killer:
    """Kills a worker every so many seconds on average, until it is stopped or has killed enough."""

    cloud: LocalCloud
    random: Random
    every: float
    most: int
    kills: int = 0

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="killer")
        self._thread.start()

    def _run(self) -> None:
        while self.kills < self.most and not self._stopping.wait(self.random.expovariate(1 / self.every)):
            self.kills += self.cloud.worker.kill_one(starting=self.random.random() < STARTING)

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()


def settings(_seed: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of the deployment for a storm: 200 transfers a second, four workers."""
    quotas = {
        name: {"rate": 1000, "burst": 1000}
        for name in ("DescribeContact", "DescribeContactFlow", "ListAssociatedContacts")
    }
    return {"transfersPerSecond": 200, "burst": 200, "quotas": quotas, "maximumConcurrency": 4, "settleMinutes": 0.5}


def storm(
    cloud: LocalCloud,
    requests: int,
    *,
    seed: int,
    kill_every: float,
    most_kills: int = 1_000_000,
    progress: Callable[[int], None] = lambda _left: None,
    patience: float = 900.0,
) -> Storm:
    """Send ``requests`` requests, kill a worker every ``kill_every`` seconds on average, and audit what came of it all.

    Nothing new is sent, nobody is killed and no fault strikes once no more than a twentieth is open; what is open then has
    ``patience`` seconds to settle. ``progress`` is told how many are not done.
    """
    told, began, before = Storm(requests), time.monotonic(), len(cloud.control.transfers())
    account = Account(cloud.deliveries)
    cloud.control.set_active_task_quota(cloud.instance_id, 1_000_000)
    cloud.control.set_quota("*", None)
    with _short_time_outs(cloud), _listening(cloud) as heard:

        def left() -> int:
            heard()
            progress(requests - len(account.contacts) + account.open())
            return account.open()

        with _faults(cloud):
            killer = _Killer(cloud, Random(seed), kill_every, most_kills)
            for start in range(0, requests, WAVE):
                _await(left, BACKLOG, patience)
                account.sent(_send(cloud, _contacts(cloud, min(WAVE, requests - start))))
            _await(left, requests // 20, patience)
            killer.stop()
        with contextlib.suppress(TimeoutError):  # the audit says which, and where they were seen last
            _await(lambda: left() and cloud.queue_depth(), 0, patience)
        _judge(cloud, told, account, heard(), before)
    told.kills, told.seconds = killer.kills, time.monotonic() - began
    return told


def _judge(cloud: LocalCloud, told: Storm, account: Account, events: Sequence[Mapping[str, Any]], before: int) -> None:
    with contextlib.suppress(TimeoutError):  # whoever deleted the last message may not have said so yet
        wait_until(lambda: not account.open(), "the deletions are told", timeout=5.0)
    ours = set(account.contacts)
    evidence = Evidence(
        account,
        transfers=[one for one in cloud.control.transfers(after=before) if one["old"] in ours],
        calls=[
            one
            for one in cloud.control.calls()
            if one["operation"] == "TransferContact" and one["ids"].get("ContactId") in ours
        ],
        events=[one for one in events if one.get("contactId") in ours],
        parked=dict(_parked(cloud, account)),
        queued=cloud.queue_depth(),
    )
    told.transfers, told.announced = len(evidence.transfers), len({contact for contact, _ in evidence.successes})
    told.parked, told.received = len(evidence.parked), account.received
    told.calls = len(evidence.calls)
    told.lost_answers = sum(one["applied"] and one["delivered"] != "answer" for one in evidence.calls)
    told.findings = audit(evidence)


def _parked(cloud: LocalCloud, account: Account) -> Iterator[tuple[str, str]]:
    """Pairs of contact and failure code. What the queue itself gave up keeps its message id and has no code."""
    for message in cloud.dead_letters():
        told = {name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()}
        contact = account.contact_of(told.get("OriginalMessageId", message["MessageId"]))
        if contact is not None:
            yield contact, told.get("FailureCode", "")


def _contacts(cloud: LocalCloud, count: int) -> list[str]:
    client, flow = cloud.client("connect"), cloud.seed["flows"]["Inbound"]

    def start(_number: int) -> str:
        return str(
            client.start_task_contact(InstanceId=cloud.instance_id, ContactFlowId=flow, Name="storm")["ContactId"]
        )

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(start, range(count)))


def _send(cloud: LocalCloud, contacts: Sequence[str]) -> dict[str, str]:
    """Send a request for each contact; return the message ids."""
    sqs, url, seed = cloud.client("sqs"), cloud.outputs["TransferQueueUrl"], cloud.seed
    goal = {"contactFlowId": seed["flows"]["Move to queue"], "queueId": seed["queues"]["Billing"]}
    sent: dict[str, str] = {}
    for start in range(0, len(contacts), 10):
        some = contacts[start : start + 10]
        bodies = [json.dumps({"contactId": contact, **goal, "requestId": f"storm-{contact}"}) for contact in some]
        entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
        answer = sqs.send_message_batch(QueueUrl=url, Entries=entries)
        if answer.get("Failed"):
            raise RuntimeError("the transfer queue did not take every message of the storm; look at the emulator's log")
        sent |= {some[int(one["Id"])]: one["MessageId"] for one in answer["Successful"]}
    return sent


def _await(left: Callable[[], int], enough: int, patience: float) -> None:
    wait_until(lambda: left() <= enough, f"no more than {enough} are open", timeout=patience, pause=0.3)


@contextmanager
def _faults(cloud: LocalCloud) -> Iterator[None]:
    numbers = [cloud.control.add_fault(kind, operation="TransferContact", probability=p) for kind, p in FAULTS.items()]
    try:
        yield
    finally:
        for number in numbers:
            cloud.control.remove_fault(number)


@contextmanager
def _short_time_outs(cloud: LocalCloud) -> Iterator[None]:
    sqs, url, name = cloud.client("sqs"), cloud.outputs["TransferQueueUrl"], "VisibilityTimeout"
    deployed = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"][name]
    configuration = cloud.worker.configuration

    def change(timeout: float, visibility: str) -> None:
        cloud.worker.configuration = replace(configuration, timeout=timeout)
        cloud.worker.recycle()
        sqs.set_queue_attributes(QueueUrl=url, Attributes={name: visibility})
        cloud.event_source.await_open_receives()

    change(TIMEOUT_SECONDS, str(VISIBILITY_SECONDS))
    try:
        yield
    finally:
        change(configuration.timeout, deployed)


@contextmanager
def _listening(cloud: LocalCloud) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """A queue of our own behind a rule on the bus; call it for the details of all events that have come so far."""
    sqs, events, name = cloud.aws.client("sqs"), cloud.client("events"), f"storm-{uuid.uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    bus = cloud.outputs["EventBusName"]
    events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps({"detail-type": list(_EVENTS)}))
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "q", "Arn": arn}])
    found: list[dict[str, Any]] = []

    def heard() -> list[dict[str, Any]]:
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            found.extend(json.loads(message["Body"])["detail"] for message in messages)
            entries = [{"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(messages)]
            sqs.delete_message_batch(QueueUrl=url, Entries=entries)
        return found

    try:
        yield heard
    finally:
        events.remove_targets(Rule=name, EventBusName=bus, Ids=["q"])
        events.delete_rule(Name=name, EventBusName=bus)
        sqs.delete_queue(QueueUrl=url)
