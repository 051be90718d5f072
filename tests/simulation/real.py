"""The same with real parts: the local cloud under load, faults on the wire, workers killed with SIGKILL, audited from Connect's history.

``storm`` works on any running local cloud; ``python -m tests.simulation real`` starts one, with quotas raised to 200 a second.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from local.cloud import LocalCloud

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
_EVENTS = ("Contact Transfer Succeeded", "Contact Transfer Failed")


@dataclass
class Storm:
    """What came of a storm. ``findings`` is empty when every promise was kept."""

    requests: int
    kills: int = 0
    calls: int = 0
    lost_answers: int = 0
    transfers: int = 0
    announced: int = 0
    parked: int = 0
    seconds: float = 0.0
    findings: list[str] = field(default_factory=list)


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
    progress: Callable[[int], None],
    patience: float = 900.0,
) -> Storm:
    """Send ``requests`` requests, kill a worker every ``kill_every`` seconds on average, and audit what came of it all."""
    told, random, began = Storm(requests), Random(seed), time.monotonic()
    before = len(cloud.control.transfers())
    with _short_time_outs(cloud), _listening(cloud) as heard:
        contacts = _contacts(cloud, requests)
        numbers = [
            cloud.control.add_fault(kind, operation="TransferContact", probability=p) for kind, p in FAULTS.items()
        ]
        stopping = threading.Event()
        killer = threading.Thread(target=_kill, args=(cloud, told, random, kill_every, stopping), daemon=True)
        killer.start()
        _send(cloud, contacts)
        _await(
            lambda: requests - min(requests, len(cloud.control.transfers()) - before),
            requests // 20,
            progress,
            patience,
        )
        stopping.set()
        killer.join()
        for number in numbers:
            cloud.control.remove_fault(number)
        _await(cloud.queue_depth, 0, lambda left: progress(requests - left), patience)
        _audit(cloud, told, contacts, heard, before)
    told.seconds = time.monotonic() - began
    return told


def _audit(
    cloud: LocalCloud, told: Storm, contacts: Sequence[str], heard: Callable[[], list[dict[str, Any]]], before: int
) -> None:
    ours = set(contacts)
    transfers = [one for one in cloud.control.transfers(after=before) if one["old"] in ours]
    made = Counter(one["old"] for one in transfers)
    events = [one["detail"] for one in heard() if one["detail"].get("contactId") in ours]
    successes = [(one["contactId"], one["newContactId"]) for one in events if "newContactId" in one]
    calls = [one for one in cloud.control.calls() if one["ids"].get("ContactId") in ours]
    calls = [one for one in calls if one["operation"] == "TransferContact"]
    told.transfers, told.announced = len(transfers), len({contact for contact, _ in successes})
    told.parked = sum(json.loads(one["Body"]).get("contactId") in ours for one in cloud.dead_letters())
    told.calls, told.lost_answers = len(calls), sum(one["applied"] and one["delivered"] != "answer" for one in calls)
    told.findings = [
        *(f"contact {contact} was transferred {made[contact]} times" for contact in contacts if made[contact] != 1),
        *_announcements(contacts, successes, {(one["old"], one["new"]) for one in transfers}),
        *_tokens(calls),
    ]
    if told.parked:
        told.findings.append(f"{told.parked} requests were parked that could be carried out")


def _announcements(
    contacts: Sequence[str], successes: Sequence[tuple[str, str]], happened: set[tuple[str, str]]
) -> Iterator[str]:
    announced = {contact for contact, _ in successes}
    for contact in contacts:
        if contact not in announced:
            yield f"the transfer of contact {contact} was not announced"
    for contact, new in successes:
        if (contact, new) not in happened:
            yield f"a transfer of contact {contact} to {new} was announced that did not happen"


def _tokens(calls: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    tokens: dict[str, set[str]] = defaultdict(set)
    for call in calls:
        tokens[call["ids"]["ContactId"]].add(call["ids"]["ClientToken"])
    for contact, seen in tokens.items():
        if len(seen) > 1:
            yield f"contact {contact} was sent with {len(seen)} tokens"


def _contacts(cloud: LocalCloud, requests: int) -> list[str]:
    client, flow = cloud.client("connect"), cloud.seed["flows"]["Inbound"]

    def start(_number: int) -> str:
        return str(
            client.start_task_contact(InstanceId=cloud.instance_id, ContactFlowId=flow, Name="storm")["ContactId"]
        )

    cloud.control.set_active_task_quota(cloud.instance_id, 1_000_000)
    cloud.control.set_quota("*", None)
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(start, range(requests)))


def _send(cloud: LocalCloud, contacts: Sequence[str]) -> None:
    sqs, url, seed = cloud.client("sqs"), cloud.outputs["TransferQueueUrl"], cloud.seed
    goal = {"contactFlowId": seed["flows"]["Move to queue"], "queueId": seed["queues"]["Billing"]}

    def send(start: int) -> None:
        bodies = [
            json.dumps({"contactId": contact, **goal, "requestId": f"storm-{contact}"})
            for contact in contacts[start : start + 10]
        ]
        entries = [{"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies)]
        if sqs.send_message_batch(QueueUrl=url, Entries=entries).get("Failed"):
            raise RuntimeError("the transfer queue did not take every message of the storm; look at the emulator's log")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(send, range(0, len(contacts), 10)))


def _kill(cloud: LocalCloud, told: Storm, random: Random, every: float, stopping: threading.Event) -> None:
    while not stopping.wait(random.expovariate(1 / every)):
        told.kills += cloud.worker.kill_one()


def _await(left: Callable[[], int], enough: int, progress: Callable[[int], None], patience: float) -> None:
    ends = time.monotonic() + patience
    while (count := left()) > enough:
        progress(count)
        if time.monotonic() > ends:
            raise TimeoutError(f"{count} are still open after {patience:.0f} s")
        time.sleep(0.3)


@contextmanager
def _short_time_outs(cloud: LocalCloud) -> Iterator[None]:
    sqs, url = cloud.client("sqs"), cloud.outputs["TransferQueueUrl"]
    deployed = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"][
        "VisibilityTimeout"
    ]
    configuration = cloud.worker.configuration
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(VISIBILITY_SECONDS)})
    cloud.worker.configuration = replace(configuration, timeout=TIMEOUT_SECONDS)
    cloud.worker.recycle()
    try:
        yield
    finally:
        cloud.worker.configuration = configuration
        cloud.worker.recycle()
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": deployed})


@contextmanager
def _listening(cloud: LocalCloud) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """A queue of our own behind a rule on the bus; call it for all events that came."""
    sqs, events, name = cloud.aws.client("sqs"), cloud.client("events"), f"storm-{uuid.uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    bus = cloud.outputs["EventBusName"]
    events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps({"detail-type": list(_EVENTS)}))
    events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "q", "Arn": arn}])

    def heard() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            found += [json.loads(message["Body"]) for message in messages]
            entries = [{"Id": str(n), "ReceiptHandle": one["ReceiptHandle"]} for n, one in enumerate(messages)]
            sqs.delete_message_batch(QueueUrl=url, Entries=entries)
        return found

    try:
        yield heard
    finally:
        events.remove_targets(Rule=name, EventBusName=bus, Ids=["q"])
        events.delete_rule(Name=name, EventBusName=bus)
        sqs.delete_queue(QueueUrl=url)
