"""What a storm does to a running local cloud: requests, faults on the wire, killed workers, short time-outs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from random import Random
from types import TracebackType
from typing import Self

from local.cloud import LocalCloud
from tests.simulation.real_audit import Account

#: Faults on the wire: kind and chance, each for TransferContact; those named lost-… are done and their answers lost.
FAULTS = {
    "lost-reset": 0.02,
    "lost-500": 0.02,
    "lost-409": 0.01,
    "lost-hang": 0.003,
    "internal-error": 0.02,
    "throttle-400": 0.01,
    "reset": 0.02,
}
#: Short, so that what a killed worker held comes back in seconds: the function's time-out and the queue's visibility time-out.
TIMEOUT_SECONDS, VISIBILITY_SECONDS = 15.0, 25
#: Of the kills, those that strike a worker which is still starting.
STARTING = 0.1


@dataclass
class Killer:
    """Kills a worker every so many seconds on average, as long as it is entered and until it has killed enough."""

    cloud: LocalCloud
    random: Random
    every: float
    most: int
    kills: int = 0

    def __post_init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="killer")

    def _run(self) -> None:
        while self.kills < self.most and not self._stopping.wait(self.random.expovariate(1 / self.every)):
            self.kills += self.cloud.worker.kill_one(starting=self.random.random() < STARTING)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()


def parked(cloud: LocalCloud, account: Account) -> Iterator[tuple[str, str]]:
    """Pairs of contact and failure code. What the queue itself gave up keeps its message id and has no code."""
    for message in cloud.dead_letters():
        attributes = {
            name: value.get("StringValue", "") for name, value in message.get("MessageAttributes", {}).items()
        }
        contact = account.contact_of(attributes.get("OriginalMessageId", message["MessageId"]))
        if contact is not None:
            yield contact, attributes.get("FailureCode", "")


def contacts(cloud: LocalCloud, count: int) -> list[str]:
    client, flow = cloud.client("connect"), cloud.seed["flows"]["Inbound"]

    def start(_number: int) -> str:
        return str(
            client.start_task_contact(InstanceId=cloud.instance_id, ContactFlowId=flow, Name="storm")["ContactId"]
        )

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(start, range(count)))


def send(cloud: LocalCloud, contacts: Sequence[str]) -> dict[str, str]:
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


@contextmanager
def faults(cloud: LocalCloud) -> Iterator[None]:
    numbers = [cloud.control.add_fault(kind, operation="TransferContact", probability=p) for kind, p in FAULTS.items()]
    try:
        yield
    finally:
        for number in numbers:
            cloud.control.remove_fault(number)


@contextmanager
def short_time_outs(cloud: LocalCloud) -> Iterator[None]:
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
