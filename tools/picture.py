"""``python -m tools.picture``: the pictures of ``transfers watch`` and of the console, made from a real run of the local cloud.

For some minutes it sends requests as a contact centre does, good ones, bad ones, a rush, while Connect throttles for a while.
"""

from __future__ import annotations

import io
import json
import os
import random
import time
import uuid
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.cloud import LocalCloud
from tools.photographs import photograph
from transfers_cli.deployment import find
from transfers_cli.figures import Watching
from transfers_cli.screen import screen

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "images" / "watch.svg"
PACE = 5
SETTINGS = {
    "transfersPerSecond": PACE,
    "burst": 10,
    "quotas": {
        name: {"rate": 20, "burst": 20} for name in ("DescribeContact", "DescribeContactFlow", "ListAssociatedContacts")
    },
}


def main(minutes: Annotated[float, typer.Option(help="How long the run lasts.")] = 12) -> None:
    """Run, draw the last screen, and photograph the console."""
    with LocalCloud("local", SETTINGS, wait=1) as cloud:
        cloud.control.set_quota("*", None)
        cloud.control.set_quota("TransferContact", PACE, 10)
        os.environ.update(cloud.environment())
        begun = time.monotonic()
        rushed = throttled = False
        contact = ""
        chance = random.Random(7)  # noqa: S311 - the same day at the contact centre each time
        while (passed := (time.monotonic() - begun) / 60) < minutes:
            count = chance.randint(0, 6)
            if passed > minutes * 0.55 and not rushed:
                count, rushed = 400, True
            if passed > minutes * 0.3 and not throttled:
                cloud.control.add_fault("throttle", operation="TransferContact", calls=40, seconds=60)
                throttled = True
            for _ in range(count):
                sent = _send(cloud, chance)
                contact = contact or sent or ""
            time.sleep(1)  # the pace of the day
        _draw()
        photograph(cloud, contact)


def _send(cloud: LocalCloud, chance: random.Random) -> str | None:
    """Answer the contact if its request is good."""
    seed = cloud.seed
    contact = cloud.client("connect").start_task_contact(
        InstanceId=cloud.instance_id, ContactFlowId=seed["flows"]["Inbound"], Name="t"
    )["ContactId"]
    body = {"contactId": contact, "contactFlowId": seed["flows"]["Move to queue"], "queueId": seed["queues"]["Billing"]}
    wrong = [{"contactFlowId": seed["flows"]["Draft"]}, {"contactId": str(uuid.uuid4())}, {"queueID": "x"}]
    is_good = chance.random() >= 0.03
    if not is_good:
        body |= chance.choices(wrong, (5, 3, 1))[0]
    cloud.client("sqs").send_message(QueueUrl=cloud.outputs["TransferQueueUrl"], MessageBody=json.dumps(body))
    return str(contact) if is_good else None


def _draw() -> None:
    console = Console(record=True, width=106, file=io.StringIO())
    found = find("local")
    console.print(screen(found, Watching(found).figures(), console.width))
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(console.export_svg(title="transfers watch"), encoding="utf-8")


if __name__ == "__main__":
    typer.run(main)
