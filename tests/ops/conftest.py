"""The operators' command against the local cloud: run in this process, or as a process of its own where it must be killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from contact_transfer.messaging import outcome_events
from contact_transfer.transfer.outcome import Failed, FailureCode
from local.cloud import LocalCloud
from transfers_cli.main import run

ROOT = Path(__file__).resolve().parents[2]
QUOTAS = {
    name: {"rate": 1000, "burst": 1000} for name in ("DescribeContact", "DescribeContactFlow", "ListAssociatedContacts")
}


@pytest.fixture(scope="session")
def cloud(request: pytest.FixtureRequest) -> Iterator[LocalCloud]:
    """A local cloud without limits on its pace: what is tested here is not about waiting."""
    settings = {
        "settleMinutes": 0.1,
        "transfersPerSecond": 500,
        "burst": 500,
        "quotas": QUOTAS,
        "maximumConcurrency": 2,
    }
    with LocalCloud("local", settings, wait=1) as running:
        running.control.set_quota("*", None)
        yield running
        if request.session.testsfailed:
            running.keep_logs()


@dataclass(frozen=True)
class Ran:
    """What a run of the command came to."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Transfers = Callable[..., Ran]


@pytest.fixture
def transfers(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Transfers:
    """Run ``transfers`` with these arguments."""
    for name, value in cloud.environment().items():
        monkeypatch.setenv(name, value)

    def call(*arguments: str) -> Ran:
        capsys.readouterr()
        status = run(list(arguments))
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return call


@pytest.fixture
def process(cloud: LocalCloud) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start ``transfers`` as a process of its own."""
    started: list[subprocess.Popen[str]] = []
    environment = {**os.environ, **cloud.environment(), "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'lambda_src'}"}

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "transfers_cli", *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen(command, env=environment, text=True, cwd=ROOT, **pipes))  # type: ignore[call-overload]  # noqa: S603 - our own command; the pipes are given as keywords
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.communicate()


@dataclass(frozen=True)
class Centre:
    """The contact centre around the service: its contacts, and its dead-letter queue."""

    cloud: LocalCloud

    def tasks(self, count: int) -> list[str]:
        connect, flow = self.cloud.client("connect"), self.cloud.seed["flows"]["Inbound"]

        def start(number: int) -> str:
            made = connect.start_task_contact(InstanceId=self.cloud.instance_id, ContactFlowId=flow, Name=f"t{number}")
            return str(made["ContactId"])

        with ThreadPoolExecutor(4) as pool:
            return list(pool.map(start, range(count)))

    def body(self, contact: str, **fields: object) -> str:
        seed = self.cloud.seed
        given = {
            "contactId": contact,
            "contactFlowId": seed["flows"]["Move to queue"],
            "queueId": seed["queues"]["Billing"],
        }
        return json.dumps({**given, **fields})

    def park(self, bodies: list[str], code: FailureCode | None, message: str = "as it was") -> list[str]:
        """Put messages into the dead-letter queue as the worker parks them; None: as the queue's redrive policy does."""
        sqs, url = self.cloud.client("sqs"), self.cloud.outputs["DeadLetterQueueUrl"]
        names = [f"original-{uuid.uuid4()}" for _ in bodies]
        for start in range(0, len(bodies), 10):
            entries = [
                {
                    "Id": str(n),
                    "MessageBody": bodies[n],
                    "MessageAttributes": _attributes(bodies[n], code, message, names[n]),
                }
                for n in range(start, min(start + 10, len(bodies)))
            ]
            assert not sqs.send_message_batch(QueueUrl=url, Entries=entries).get("Failed")
        return names

    def counts(self, output: str = "DeadLetterQueueUrl") -> tuple[int, int]:
        """Visible and not visible messages of a queue."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self.cloud.client("sqs").get_queue_attributes(
            QueueUrl=self.cloud.outputs[output], AttributeNames=names
        )
        return int(answer["Attributes"][names[0]]), int(answer["Attributes"][names[1]])

    def worked_off(self) -> None:
        """Wait until both lanes are empty: what an earlier test has sent is read as well."""
        lanes = ("TransferQueueUrl", "UrgentQueueUrl")
        self.cloud.wait_until(lambda: not any(map(self.cloud.queue_depth, lanes)), "both lanes are empty")

    def transferred(self) -> list[str]:
        """The contacts that Connect transferred, once for each time."""
        return [one["old"] for one in self.cloud.control.transfers()]


def _attributes(body: str, code: FailureCode | None, message: str, name: str) -> dict[str, Any]:
    own = {"TraceOfMine": {"DataType": "String", "StringValue": "kept"}}
    if code is None:
        return own
    try:
        known = {"contactId": str(json.loads(body)["contactId"])}
    except ValueError:
        known = {}
    reason = outcome_events.attributes(known, Failed(code, message, 3), name, "2026-03-01T09:30:00.000Z")
    return own | {key: {"DataType": "String", "StringValue": value} for key, value in reason.items()}


@pytest.fixture
def centre(cloud: LocalCloud) -> Iterator[Centre]:
    """A contact centre whose queues are empty, before and after."""
    made = Centre(cloud)
    yield made
    cloud.control.clear_faults()
    for output in ("TransferQueueUrl", "UrgentQueueUrl", "DeadLetterQueueUrl"):
        cloud.client("sqs").purge_queue(QueueUrl=cloud.outputs[output])
